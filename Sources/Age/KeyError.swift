// SPDX-License-Identifier: Apache-2.0

/// Why a text names no recipient or identity, or a set of recipients cannot be sealed to.
public enum KeyError: Error, Hashable, Sendable {
    /// The text is not Bech32.
    case encoding(Bech32Error)
    /// The text is Bech32 with a prefix that is not the one wanted here, in lower case.
    case unexpectedPrefix(String)
    /// The data has the wrong length for its kind.
    case wrongSize
    /// The public key is not a valid one.
    case invalidPublicKey
    /// Post-quantum and classic recipients stand together; one classic stanza would open the file
    /// to whoever breaks the classic key.
    case mixedRecipients
    /// There is no recipient at all.
    case noRecipient
}
