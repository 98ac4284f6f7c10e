// SPDX-License-Identifier: Apache-2.0

/// 16 bits as a pronounceable word of five letters (arXiv 0901.4016).
///
/// Consonant, vowel, consonant, vowel, consonant; four, two, four, two and four bits, the highest
/// first. For people who compare fingerprints aloud.
public enum Proquint {
    private static let consonants = Array("bdfghjklmnprstvz".utf8)
    private static let vowels = Array("aiou".utf8)

    /// The word of a number.
    public static func word(_ value: UInt16) -> String {
        let value = Int(value)
        let letters = [
            consonants[value >> 12], vowels[value >> 10 & 3], consonants[value >> 6 & 15],
            vowels[value >> 4 & 3], consonants[value & 15],
        ]
        return String(decoding: letters, as: UTF8.self)
    }

    /// The words of some bytes, two bytes each, the higher first; there must be an even count of them.
    public static func words(_ bytes: some Collection<UInt8>) -> [String] {
        precondition(bytes.count.isMultiple(of: 2), "a word is two bytes")
        let bytes = Array(bytes)
        return stride(from: 0, to: bytes.count, by: 2).map {
            word(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]))
        }
    }

    /// The number of a word in lower case; `nil` for any other text.
    public static func value(_ word: some StringProtocol) -> UInt16? {
        guard word.utf8.count == 5 else { return nil }
        var value: UInt16 = 0
        for (place, letter) in word.utf8.enumerated() {
            let isVowel = !place.isMultiple(of: 2)
            guard let digit = (isVowel ? vowels : consonants).firstIndex(of: letter) else {
                return nil
            }
            value = value << (isVowel ? 2 : 4) | UInt16(digit)
        }
        return value
    }
}
