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

extension KeyError: CustomStringConvertible {
    /// What a person reads, in lower case without a full stop.
    public var description: String {
        switch self {
        case .encoding(.mixedCase): "upper and lower case are mixed"
        case .encoding(.invalidCharacter): "a character does not belong into a key"
        case .encoding(.noSeparator), .encoding(.tooShort): "this is not a key, or not all of it"
        case .encoding(.wrongChecksum): "the checksum does not match: a character is wrong"
        case .encoding(.invalidPadding): "the key is not canonical"
        case .unexpectedPrefix(let prefix): "a key with the prefix \"\(prefix)\" does not fit here"
        case .wrongSize: "the key has the wrong size"
        case .invalidPublicKey: "the public key is invalid"
        case .mixedRecipients: "post-quantum and classic recipients do not mix"
        case .noRecipient: "there is no recipient"
        }
    }
}
