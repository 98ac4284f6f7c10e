// SPDX-License-Identifier: Apache-2.0

import Foundation
import QRText
import Testing

/// The program that reads QR codes back.
enum CodeReader {
    static let isHere = FileManager.default.isExecutableFile(atPath: "/usr/bin/zbarimg")

    /// What it sees where the lines are printed, four dots a module.
    static func read(_ lines: [String], _ ink: QRText.Ink) async throws -> String {
        var image = "P1\n\(lines[0].count * 4) \(lines.count * 8)\n"
        for line in lines {
            for half in ["▀", "▄"] as [Character] {
                let dots = line.map { ($0 == "█" || $0 == half) == (ink == .dark) ? "1" : "0" }
                let row = dots.map { String(repeating: $0, count: 4) }.joined() + "\n"
                image += String(repeating: row, count: 4)
            }
        }
        let folder = try TemporaryFolder()
        let file = try folder.write(image.utf8, "code.pbm")
        let arguments = ["--raw", "--quiet", "-Sbinary", file]
        return try await BuiltProgram(name: "zbarimg").run(arguments).output
    }
}

@Suite(.enabled(if: CodeReader.isHere, "zbarimg is not here: apt-get install zbar-tools"))
struct CodeTests {
    @Test(
        "a code is read back as it was drawn, dark or light",
        arguments: [1, 14, 15, 100, 420, 2331],
        [QRText.Ink.dark, .light]
    )
    func readBack(count: Int, ink: QRText.Ink) async throws {
        let alphabet = Array("saksi-head-v1: the quick brown fox\n".utf8)
        let content = (0..<count).map { alphabet[$0 * 7 % alphabet.count] }
        let read = try await CodeReader.read(QRText(content).lines(ink), ink)
        #expect(read.utf8.elementsEqual(content))
    }
}
