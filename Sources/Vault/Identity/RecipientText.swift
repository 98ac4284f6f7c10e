// SPDX-License-Identifier: Apache-2.0

/// The text of an age recipient of type `mlkem768x25519`, as far as a vault looks at it.
///
/// Bech32 (BIP 173, without its length limit) with the human-readable part `age1pq` over the 1216
/// bytes of an X-Wing public key. A vault never encrypts; it only refuses what no device could
/// encrypt to.
public enum RecipientText {
    /// The length of every such text.
    public static let size = 1959

    private static let prefix = Array("age1pq1".utf8)
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let generator: [UInt32] = [
        0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3,
    ]
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, digit) in alphabet.enumerated() { table[Int(digit)] = UInt8(value) }
        return table
    }()

    /// Whether a text has the prefix, the length, the alphabet and the checksum.
    public static func isWellFormed(_ text: String) -> Bool {
        guard text.utf8.count == size, text.utf8.starts(with: prefix) else { return false }
        var checksum: UInt32 = 1
        func add(_ value: UInt8) {
            let top = checksum >> 25
            checksum = (checksum & 0x1ff_ffff) << 5 ^ UInt32(value)
            for bit in 0..<5 where top >> UInt32(bit) & 1 == 1 { checksum ^= generator[bit] }
        }
        let humanReadable = prefix.dropLast()
        for letter in humanReadable { add(letter >> 5) }
        add(0)
        for letter in humanReadable { add(letter & 31) }
        // 1216 bytes are 1945 digits and 3 bits: the last digit before the checksum ends in 2 zeros.
        let lastDigit = size - prefix.count - 6 - 1
        for (place, letter) in text.utf8.dropFirst(prefix.count).enumerated() {
            let value = values[Int(letter)]
            guard value < 32, place != lastDigit || value & 3 == 0 else { return false }
            add(value)
        }
        return checksum == 1
    }
}
