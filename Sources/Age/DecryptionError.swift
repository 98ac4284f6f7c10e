// SPDX-License-Identifier: Apache-2.0

/// Why a file does not open: the categories of c2sp.org/age and of its public test suite.
public enum DecryptionError: Error, Hashable, Sendable {
    /// The armor is not strict PEM.
    case armor(ArmorError)
    /// The header breaks the format.
    case header(HeaderError)
    /// The header was changed after it was sealed, or was not sealed with this file key.
    case wrongHeaderCode
    /// No stanza opens with the given identities.
    case noMatch
    /// The payload breaks the format or was changed.
    case payload(PayloadError)
}

extension DecryptionError: CustomStringConvertible {
    /// The category in the words of the public test suite, a colon, and what happened.
    public var description: String {
        switch self {
        case .armor(let error): "armor failure: \(error)"
        case .header(let error): "header failure: \(error)"
        case .wrongHeaderCode: "HMAC failure: the header was changed"
        case .noMatch: "no match: none of the identities opens this file"
        case .payload(let error): "payload failure: \(error)"
        }
    }
}
