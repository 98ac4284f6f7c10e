// SPDX-License-Identifier: Apache-2.0

/// Base 64 in its canonical spelling only (RFC 4648, sections 3.5, 4 and 5).
///
/// A decoder that overlooks line breaks, missing padding or stray trailing bits lets one value have
/// several spellings, and then a signature over the text no longer fixes the text. Each form here
/// accepts exactly what it would itself write.
public enum Base64: Sendable {
    /// The standard alphabet with `=` padding: notes, checkpoints, statements.
    case padded
    /// The standard alphabet without padding: age headers.
    case unpadded
    /// The URL alphabet without padding: invitations.
    case url

    /// Writes bytes in this form.
    public func encode(_ bytes: some Sequence<UInt8>) -> String {
        // Copied once, so that the loop runs over an array and not through a witness table.
        let bytes = Array(bytes)
        let alphabet = self == .url ? Self.urlAlphabet : Self.standardAlphabet
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        let whole = bytes.count / 3 * 3
        for start in stride(from: 0, to: whole, by: 3) {
            let bits = Self.bits(bytes[start], bytes[start + 1], bytes[start + 2])
            text.append(alphabet[bits >> 18])
            text.append(alphabet[bits >> 12 & 63])
            text.append(alphabet[bits >> 6 & 63])
            text.append(alphabet[bits & 63])
        }
        let rest = bytes.count - whole
        if rest > 0 {
            let bits = Self.bits(bytes[whole], rest == 2 ? bytes[whole + 1] : 0, 0)
            text.append(alphabet[bits >> 18])
            text.append(alphabet[bits >> 12 & 63])
            if rest == 2 { text.append(alphabet[bits >> 6 & 63]) }
            if self == .padded {
                text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - rest))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func bits(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        Int(first) << 16 | Int(second) << 8 | Int(third)
    }

    /// Reads this form, or gives `nil` for anything that ``encode(_:)`` would not have written.
    public func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(ascii: Array(text.utf8)[...])
    }

    /// Reads this form where it lies, as ``decode(_:)`` does.
    public func decode(ascii text: ArraySlice<UInt8>) -> [UInt8]? {
        var digits = text
        if self == .padded {
            guard digits.count.isMultiple(of: 4) else { return nil }
            for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
            // What is left must need just the padding that stood there: "a===" and "ab=" do not.
            guard digits.count % 4 != 1, (digits.count + 3) / 4 * 4 == text.count else {
                return nil
            }
        }
        guard digits.count % 4 != 1 else { return nil }
        let table = self == .url ? Self.urlValues : Self.standardValues
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for digit in digits {
            let value = table[Int(digit)]
            guard value < 64 else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
            }
        }
        guard bits & (1 << bitCount - 1) == 0 else { return nil }
        return bytes
    }

    private static let standardAlphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )
    private static let urlAlphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
    )
    private static let standardValues = values(of: standardAlphabet)
    private static let urlValues = values(of: urlAlphabet)

    private static func values(of alphabet: [UInt8]) -> [UInt8] {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, digit) in alphabet.enumerated() { table[Int(digit)] = UInt8(value) }
        return table
    }
}
