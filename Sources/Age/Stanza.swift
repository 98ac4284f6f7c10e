// SPDX-License-Identifier: Apache-2.0

import Encodings

/// One recipient's part of a header: a type, arguments, and usually the wrapped file key.
///
/// See c2sp.org/age, "Recipient stanza". Types that nobody knows are kept and ignored.
public struct Stanza: Hashable, Sendable {
    /// What kind of recipient this is for, such as `X25519`.
    public let type: String
    /// What follows the type on the first line.
    public let arguments: [String]
    /// The bytes that follow in base 64.
    public let body: [UInt8]

    /// - Parameters:
    ///   - type: one or more visible ASCII characters.
    ///   - arguments: each one or more visible ASCII characters.
    ///   - body: any bytes.
    public init(type: String, arguments: [String], body: [UInt8]) {
        precondition(([type] + arguments).allSatisfy { Self.isArgument($0.utf8) })
        self.type = type
        self.arguments = arguments
        self.body = body
    }

    /// The lines as they stand in a header, with the last one's end.
    var text: String {
        let digits = Array(Base64.unpadded.encode(body).utf8)
        var text = "-> " + ([type] + arguments).joined(separator: " ") + "\n"
        // The last line is always shorter than the others, and so may be empty.
        for start in stride(from: 0, through: digits.count, by: Self.columns) {
            let end = min(start + Self.columns, digits.count)
            text += String(decoding: digits[start..<end], as: UTF8.self) + "\n"
        }
        return text
    }

    static func isArgument(_ characters: some Collection<UInt8>) -> Bool {
        !characters.isEmpty && characters.allSatisfy { (0x21...0x7e).contains($0) }
    }

    /// Characters on a full line of a body.
    static let columns = 64
}
