// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Age

@Suite("Armor")
struct ArmorTests {
    private func armored(_ bytes: [UInt8], piece: Int = .max) -> String {
        var encoder = ArmorEncoder()
        var text: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            encoder.encode(rest.prefix(piece), into: &text)
            rest = rest.dropFirst(piece)
        }
        encoder.finish(into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private func decode(_ text: String, piece: Int = .max) throws(ArmorError) -> [UInt8] {
        var decoder = ArmorDecoder()
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            try decoder.decode(rest.prefix(piece), into: &bytes)
            rest = rest.dropFirst(piece)
        }
        try decoder.finish()
        return bytes
    }

    @Test("every length up to 200 bytes survives, in pieces of any size")
    func roundTrip() throws {
        for length in 0...200 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ length) }
            let text = armored(bytes)
            for piece in [1, 7, 48, 64, 1000] {
                #expect(armored(bytes, piece: piece) == text)
                #expect(try decode(text, piece: piece) == bytes)
            }
            #expect(try decode(" \n\t\n" + text.replacing("\n", with: "\r\n") + " \n") == bytes)
            #expect(try decode(String(text.dropLast())) == bytes)
        }
    }

    private static let begin = "-----BEGIN AGE ENCRYPTED FILE-----\n"
    private static let end = "-----END AGE ENCRYPTED FILE-----\n"
    private static let line = String(repeating: "QUJD", count: 16) + "\n"

    private static let refused: [(error: ArmorError, texts: [String])] = [
        (
            .noBeginLine,
            [
                "",
                "text",
                "text\n\(end)",
                " \(begin)\(end)",
                "\(String(repeating: "x", count: 5000))",
            ]
        ),
        (
            .noEndLine,
            [
                "\(begin)",
                "\(begin)\(line)",
                "\(begin)\(line)QUJD",
            ]
        ),
        (
            .wrongLineLength,
            [
                "\(begin)\n\(end)",
                "\(begin)\(line)\n\(end)",
                "\(begin)QUJD\(line)\(end)",
                "\(begin)\(String(repeating: "A", count: 5000))",
            ]
        ),
        (
            .shortInnerLine,
            [
                "\(begin)QUJD\n\(line)\(end)",
                "\(begin)QUI=\n=\n\(end)",
            ]
        ),
        (
            .nonCanonicalBase64,
            [
                "\(begin)QUI\n\(end)",
                "\(begin)QUJ=\n\(end)",
                "\(begin)QUJD \n\(end)",
            ]
        ),
        (
            .trailingData,
            [
                "\(begin)\(end)x",
                "\(begin)\(end)\(begin)",
            ]
        ),
        (
            .tooMuchWhiteSpace,
            [
                "\(String(repeating: " \n", count: 600))\(begin)\(end)",
                "\(begin)\(end)\(String(repeating: "\n", count: 1100))",
            ]
        ),
    ]

    @Test("refuses every other spelling, and says why", arguments: refused)
    func strictness(error: ArmorError, texts: [String]) {
        for text in texts {
            #expect(throws: error) { try decode(text) }
            #expect(throws: error) { try decode(text, piece: 1) }
        }
    }
}
