// SPDX-License-Identifier: Apache-2.0

import Secrets
import Testing

@testable import Age

@Suite("Bech32")
struct Bech32Tests {
    private func decode(_ text: String) throws(Bech32Error) -> (part: String, data: [UInt8]) {
        let secret = SecretBytes(copying: text.utf8)
        let decoded = try unsafe secret.withBytes { text throws(Bech32Error) in
            try unsafe Bech32.decode(text)
        }
        return (decoded.part, unsafe decoded.data.withBytes { unsafe Array($0) })
    }

    private func encode(_ part: String, _ data: [UInt8]) -> String {
        let text = unsafe data.withUnsafeBytes { data in
            let text = unsafe Bech32.encode(part: part, data: data)
            return unsafe text.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
        }
        return text
    }

    @Test("every length up to 80 bytes survives the round trip, in both cases")
    func roundTrip() throws {
        for length in 0...80 {
            let data = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 157 &+ length) }
            for part in ["age", "AGE-SECRET-KEY-"] {
                let text = encode(part, data)
                let decoded = try decode(text)
                #expect(decoded.part == part.lowercased())
                #expect(decoded.data == data)
            }
        }
    }

    @Test(
        "reads the valid texts of BIP 173 that hold whole bytes",
        arguments: ["A12UEL5L", "a12uel5l", "?1ezyfcl"]
    )
    func valid(text: String) throws {
        #expect(try decode(text).data.isEmpty)
    }

    @Test(
        "refuses what BIP 173 refuses, and says why",
        arguments: [
            ("a12UEL5L", Bech32Error.mixedCase), ("\u{7f}1axkwrx", .invalidCharacter),
            (" 1nwldj5", .invalidCharacter), ("pzry9x0s0muk", .noSeparator),
            ("1pzry9x0s0muk", .noSeparator), ("x1b4n0q5v", .invalidCharacter),
            ("li1dgmt3", .tooShort), ("A1G7SGD8", .wrongChecksum), ("10a06t8", .noSeparator),
            ("", .noSeparator),
        ]
    )
    func invalid(text: String, error: Bech32Error) {
        #expect(throws: error) { try decode(text) }
    }

    @Test("notices every single changed character")
    func mutation() {
        let text = Array(encode("age", (0..<32).map { UInt8($0) }).utf8)
        for index in text.indices {
            var other = text
            other[index] = other[index] == UInt8(ascii: "q") ? UInt8(ascii: "p") : UInt8(ascii: "q")
            #expect(throws: Bech32Error.self) { try decode(String(decoding: other, as: UTF8.self)) }
        }
    }
}
