// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Encodings

/// Names a person's keys: the SHA-256 of their identity record.
///
/// The actor of the `genesis` statement, which has no person, is the SHA-256 of the log's vkey.
public struct Fingerprint: Hashable, Sendable {
    /// The 32 bytes.
    public let hash: Hash

    /// Takes the hash of a record.
    public init(_ hash: Hash) { self.hash = hash }

    /// Reads 64 lower-case hexadecimal digits, the form in statements.
    public init?(hex text: some StringProtocol) {
        guard let hash = Hash(hex: text) else { return nil }
        self.init(hash)
    }

    /// Reads what a person typed: hexadecimal digits or words, in any case.
    ///
    /// Spaces, line breaks and hyphens may stand anywhere. `nil` unless it is the whole fingerprint.
    public init?(parsing text: some StringProtocol) {
        let letters = text.lowercased().utf8.filter { !Self.separators.contains($0) }
        if let hash = Hash(hex: String(decoding: letters, as: UTF8.self)) {
            self.init(hash)
            return
        }
        guard letters.count == 80 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: 80, by: 5) {
            let word = String(decoding: letters[start..<start + 5], as: UTF8.self)
            guard let value = Proquint.value(word) else { return nil }
            bytes += [UInt8(value >> 8), UInt8(value & 255)]
        }
        guard let hash = Hash(bytes) else { return nil }
        self.init(hash)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { hash.bytes }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { hash.hex }

    /// 16 groups of four hexadecimal digits, for people to compare.
    public var grouped: String {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count, by: 4).map {
            String(decoding: digits[$0..<$0 + 4], as: UTF8.self)
        }.joined(separator: " ")
    }

    /// The same 16 groups as words, for people to read aloud.
    public var words: String {
        Proquint.words(bytes).joined(separator: " ")
    }

    private static let separators = Set(" -\t\r\n".utf8)
}

extension Fingerprint: Comparable {
    /// Byte order, which is also the order of the hexadecimal texts.
    public static func < (left: Fingerprint, right: Fingerprint) -> Bool { left.hash < right.hash }
}

extension Fingerprint: CustomStringConvertible {
    /// The hexadecimal digits.
    public var description: String { hex }
}
