// SPDX-License-Identifier: Apache-2.0

/// Base 16, lower case, as every hash in the vault's formats is written (RFC 4648, section 8).
public enum Hex {
    private static let digits: [UInt8] = Array("0123456789abcdef".utf8)

    /// Writes bytes as lower-case hexadecimal digits.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        // Copied once, so that the loop runs over an array and not through a witness table.
        let bytes = Array(bytes)
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads lower-case hexadecimal digits.
    ///
    /// Upper case, odd lengths and anything but digits give `nil`, so that each value has one spelling.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(ascii: Array(text.utf8)[...])
    }

    /// Reads lower-case hexadecimal digits where they lie, as ``decode(_:)`` does.
    public static func decode(ascii digits: ArraySlice<UInt8>) -> [UInt8]? {
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: digits.startIndex, to: digits.endIndex, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
