// SPDX-License-Identifier: Apache-2.0

import Foundation
import QRText
import Testing

@Suite("QR codes as text")
struct QRTextTests {
    private static let zbar = "/usr/bin/zbarimg"

    @Test(
        "another program reads back what was drawn",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: zbar),
            "zbarimg is not here: apt-get install zbar-tools"
        ),
        arguments: [1, 14, 15, 100, 420, 2331],
        [QRText.Ink.dark, .light]
    )
    func readBack(count: Int, ink: QRText.Ink) throws {
        let alphabet = Array("saksi-head-v1: the quick brown fox\n".utf8)
        let content = (0..<count).map { alphabet[$0 * 7 % alphabet.count] }
        let lines = try QRText(content).lines(ink)
        #expect(try decoded(lines, ink) == content)
    }

    @Test("every line is as wide as the code and its margin")
    func shape() throws {
        let code = try QRText("x".utf8)
        #expect(code.width == 21)
        for ink in [QRText.Ink.dark, .light] {
            let lines = code.lines(ink)
            #expect(lines.count == 15)
            #expect(lines.allSatisfy { $0.count == 29 })
            let blank = ink == .dark ? " " : "█"
            #expect(lines[0] == String(repeating: blank, count: 29))
        }
        // The corner of the finder pattern.
        #expect(code.isDark(0, 0) && !code.isDark(1, 1) && code.isDark(2, 2))
        #expect(!code.isDark(-1, 0) && !code.isDark(0, 21))
    }

    @Test("refuses what does not fit, and nothing at all")
    func bounds() throws {
        #expect(throws: QRTextError.empty) { try QRText([]) }
        #expect(throws: QRTextError.tooLong(2332)) {
            try QRText([UInt8](repeating: 65, count: 2332))
        }
        let low = try QRText([UInt8](repeating: 65, count: 2953), correction: .low)
        #expect(low.width == 177)
        #expect(throws: QRTextError.tooLong(2954)) {
            try QRText([UInt8](repeating: 65, count: 2954), correction: .low)
        }
    }

    /// What zbar sees where the lines are printed, four dots a module.
    private func decoded(_ lines: [String], _ ink: QRText.Ink) throws -> [UInt8] {
        var rows: [[Bool]] = []
        for line in lines {
            rows.append(line.map { ($0 == "█" || $0 == "▀") == (ink == .dark) })
            rows.append(line.map { ($0 == "█" || $0 == "▄") == (ink == .dark) })
        }
        var image = "P1\n\(rows[0].count * 4) \(rows.count * 4)\n"
        for row in rows {
            let dots = row.map { $0 ? "1111" : "0000" }.joined() + "\n"
            for _ in 0..<4 { image += dots }
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).pbm")
        try Data(image.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: Self.zbar)
        process.arguments = ["--raw", "--quiet", "-Sbinary", file.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = Pipe()
        try process.run()
        let read = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Array(read)
    }
}
