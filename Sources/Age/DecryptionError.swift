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
