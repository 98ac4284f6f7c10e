// SPDX-License-Identifier: Apache-2.0

import Encodings
import Secrets

/// Where a passphrase comes from, which says how much work each guess must cost.
public enum PassphraseStrength: Sendable {
    /// Chosen by a person, so guessable: 2^18 rounds of scrypt, 256 MiB.
    case chosen
    /// Made by ``makeWords()``: 96 bits, so 2^16 rounds and 64 MiB are enough, which a telephone has.
    case words

    var workFactor: Int {
        switch self {
        case .chosen: 18
        case .words: 16
        }
    }

    /// Six random words of five letters (proquints, arXiv 0901.4016): 96 bits.
    public static func makeWords() -> String {
        Proquint.words(SystemEntropy().bytes(12)).joined(separator: "-")
    }
}
