// SPDX-License-Identifier: Apache-2.0

import Encodings
import Secrets

/// Where a passphrase comes from, which says how much work each guess must cost.
public struct PassphraseStrength: Sendable {
    /// Chosen by a person, so guessable: 2^18 rounds of scrypt, 256 MiB.
    public static let chosen = PassphraseStrength(workFactor: 18)
    /// Made by ``makeWords()``: 96 bits, so 2^16 rounds and 64 MiB are enough, which a telephone has.
    public static let words = PassphraseStrength(workFactor: 16)

    /// The binary logarithm of the rounds of scrypt.
    let workFactor: Int

    /// Six random words of five letters (proquints, arXiv 0901.4016): 96 bits.
    public static func makeWords() -> String {
        Proquint.words(SystemEntropy().bytes(12)).joined(separator: "-")
    }
}
