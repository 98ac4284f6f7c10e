// SPDX-License-Identifier: Apache-2.0

import Secrets

/// Why a text is not Bech32.
public enum Bech32Error: Error, Equatable, Sendable {
    /// Upper and lower case are mixed.
    case mixedCase
    /// A character is outside the printable ones, or after the separator outside the alphabet.
    case invalidCharacter
    /// There is no `1` between a human-readable part and the data.
    case noSeparator
    /// Too short to hold the checksum.
    case tooShort
    /// The checksum does not match.
    case wrongChecksum
    /// Left-over bits after the last byte are too many or not zero.
    case invalidPadding
}

/// Bech32 (BIP 173) as age writes keys: the checksum constant 1 and no limit of length.
///
/// Keys are secrets as often as not, so decoding works from raw bytes into guarded memory.
enum Bech32 {
    /// What a text says.
    struct Decoded: ~Copyable {
        /// The human-readable part, in lower case.
        let part: String
        let data: SecretBytes
    }

    /// Reads a text that is all upper or all lower case.
    static func decode(_ text: UnsafeRawBufferPointer) throws(Bech32Error) -> Decoded {
        let upper = unsafe text.contains { isUpper($0) }
        let lower = unsafe text.contains { isLower($0) }
        guard !(upper && lower) else { throw .mixedCase }
        guard unsafe text.allSatisfy({ (33...126).contains($0) }) else { throw .invalidCharacter }
        guard let separator = unsafe text.lastIndex(of: UInt8(ascii: "1")), separator > 0 else {
            throw .noSeparator
        }
        guard text.count - separator - 1 >= checksumLength else { throw .tooShort }
        let part = unsafe text[..<separator].map { isUpper($0) ? $0 + 32 : $0 }
        var checksum = Checksum(part: part)
        let dataEnd = text.count - checksumLength
        let bits = 5 * (dataEnd - separator - 1)
        var data = SecretBytes(count: bits / 8)
        var pending: UInt32 = 0
        var pendingBits: UInt32 = 0
        var filled = 0
        for index in (separator + 1)..<text.count {
            let character = unsafe text[index]
            let value = values[Int(isUpper(character) ? character + 32 : character)]
            guard value < 32 else { throw .invalidCharacter }
            checksum.add(value)
            guard index < dataEnd else { continue }
            pending = (pending << 5 | UInt32(value)) & 0xfff
            pendingBits += 5
            if pendingBits >= 8 {
                pendingBits -= 8
                unsafe data.withMutableBytes {
                    unsafe $0[filled] = UInt8(truncatingIfNeeded: pending >> pendingBits)
                }
                filled += 1
            }
        }
        guard checksum.state == 1 else { throw .wrongChecksum }
        guard pendingBits < 5, pending & (1 << pendingBits - 1) == 0 else { throw .invalidPadding }
        return Decoded(part: String(decoding: part, as: UTF8.self), data: data)
    }

    /// Writes a text in lower case, or in upper case where the part is.
    static func encode(part: String, data: UnsafeRawBufferPointer) -> SecretBytes {
        let upper = part.utf8.contains(where: isUpper)
        let part = part.utf8.map { isUpper($0) ? $0 + 32 : $0 }
        let digits = (8 * data.count + 4) / 5
        var text = SecretBytes(count: part.count + 1 + digits + checksumLength)
        unsafe text.withMutableBytes { text in
            unsafe text.copyBytes(from: part)
            unsafe text[part.count] = UInt8(ascii: "1")
            var checksum = Checksum(part: part)
            for digit in 0..<digits {
                // Five bits from the bit position 5 × digit on, over at most two bytes.
                let (byte, shift) = (5 * digit).quotientAndRemainder(dividingBy: 8)
                let high = unsafe UInt16(data[byte]) << 8
                let low = byte + 1 < data.count ? unsafe UInt16(data[byte + 1]) : 0
                let value = UInt8(truncatingIfNeeded: (high | low) >> UInt16(11 - shift)) & 31
                checksum.add(value)
                unsafe text[part.count + 1 + digit] = alphabet[Int(value)]
            }
            for _ in 0..<checksumLength { checksum.add(0) }
            let residue = checksum.state ^ 1
            for place in 0..<checksumLength {
                let value = Int(residue >> UInt32(5 * (checksumLength - 1 - place))) & 31
                unsafe text[part.count + 1 + digits + place] = alphabet[value]
            }
            if upper {
                for index in text.indices where unsafe isLower(text[index]) {
                    unsafe text[index] -= 32
                }
            }
        }
        return text
    }

    private static let checksumLength = 6
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    private static func isUpper(_ character: UInt8) -> Bool { (65...90).contains(character) }
    private static func isLower(_ character: UInt8) -> Bool { (97...122).contains(character) }

    /// The BCH code of BIP 173.
    private struct Checksum {
        var state: UInt32 = 1

        init(part: [UInt8]) {
            for character in part { add(character >> 5) }
            add(0)
            for character in part { add(character & 31) }
        }

        mutating func add(_ value: UInt8) {
            let top = state >> 25
            state = (state & 0x1ff_ffff) << 5 ^ UInt32(value)
            for (bit, generator) in Self.generators.enumerated() where top >> bit & 1 == 1 {
                state ^= generator
            }
        }

        private static let generators: [UInt32] = [
            0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3,
        ]
    }
}
