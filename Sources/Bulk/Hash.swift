// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A SHA-256 value: 32 bytes, written as 64 lower-case hexadecimal digits.
public struct Hash: Hashable, Sendable {
    /// Its length in bytes.
    public static let size = 32

    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Takes 32 bytes as they are; any other count gives `nil`.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.size else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &words) { unsafe $0.copyBytes(from: bytes) }
        self.words = words
    }

    /// Reads 64 lower-case hexadecimal digits.
    public init?(hex text: some StringProtocol) {
        self.init(hexASCII: Array(text.utf8)[...])
    }

    /// Reads 64 lower-case hexadecimal digits where they lie.
    public init?(hexASCII digits: ArraySlice<UInt8>) {
        guard let bytes = Hex.decode(ascii: digits) else { return nil }
        self.init(bytes)
    }

    /// The SHA-256 of some bytes.
    public init(hashing bytes: some Sequence<UInt8>) {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        self = hasher.finalize()
    }

    init(filledBy fill: (UnsafeMutableRawBufferPointer) -> Void) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &words) { unsafe fill($0) }
        self.words = words
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { unsafe withBytes { unsafe Array($0) } }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { Hex.encode(bytes) }

    /// Lends the 32 bytes without copying them to the heap.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe withUnsafeBytes(of: words) { unsafe body($0) }
    }

    /// Whether two values are the same 32 bytes.
    public static func == (left: Hash, right: Hash) -> Bool {
        left.words.0 == right.words.0 && left.words.1 == right.words.1
            && left.words.2 == right.words.2 && left.words.3 == right.words.3
    }

    /// Feeds the 32 bytes to a hasher of the standard library.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension Hash: Comparable {
    /// Byte order, which is also the order of the hexadecimal texts.
    public static func < (left: Hash, right: Hash) -> Bool {
        let left = left.words
        let right = right.words
        if left.0 != right.0 { return left.0.bigEndian < right.0.bigEndian }
        if left.1 != right.1 { return left.1.bigEndian < right.1.bigEndian }
        if left.2 != right.2 { return left.2.bigEndian < right.2.bigEndian }
        return left.3.bigEndian < right.3.bigEndian
    }
}

extension Hash: CustomStringConvertible {
    /// The hexadecimal digits.
    public var description: String { hex }
}
