// SPDX-License-Identifier: Apache-2.0

/// Which rule a header breaks: the "header failure" of c2sp.org/age.
public enum HeaderError: Error, Hashable, Sendable {
    /// The first line is not `age-encryption.org/v1`.
    case unknownVersion
    /// The file ends before the header does.
    case truncated
    /// The header is longer than ``Header/sizeLimit``.
    case tooLarge
    /// A line that should begin a stanza or the footer begins neither.
    case unexpectedLine
    /// A stanza has an empty argument or one with characters that may not show.
    case invalidArgument
    /// A line of a body is longer than 64 characters.
    case bodyLineTooLong
    /// A body, a share or the footer's code is not canonical base 64 without padding.
    case nonCanonicalBase64
    /// There is no stanza.
    case noStanza
    /// The last line is not `---`, a space and 43 characters of base 64.
    case malformedFooter
    /// A passphrase stanza has company.
    case passphraseNotAlone
    /// A stanza of this type has too few or too many arguments.
    case wrongArgumentCount(type: String)
    /// A stanza's share, salt or encapsulated key has the wrong length, or is a point that fixes
    /// the shared secret.
    case invalidShare(type: String)
    /// A wrapped file key is not 32 bytes long.
    case wrongBodySize(type: String)
    /// The work factor is not a plain decimal number from 1 on.
    case malformedWorkFactor
    /// The work factor asks for more than ``Passphrase/highestWorkFactor``.
    case workFactorTooHigh
    /// This machine does not have the memory that the work factor asks for.
    case outOfMemory
    /// The file ends before the payload's nonce does.
    case noPayloadNonce
}

extension HeaderError: CustomStringConvertible {
    /// What a person reads, in lower case without a full stop.
    public var description: String {
        switch self {
        case .unknownVersion: "the first line is not \"\(Header.version)\""
        case .truncated: "the file ends inside the header"
        case .tooLarge: "the header is larger than \(Header.sizeLimit) bytes"
        case .unexpectedLine: "a line begins neither a stanza nor the footer"
        case .invalidArgument: "a stanza has an empty argument or an invisible character"
        case .bodyLineTooLong: "a line of a stanza is longer than 64 characters"
        case .nonCanonicalBase64: "base 64 that is not canonical"
        case .noStanza: "there is no stanza"
        case .malformedFooter: "the footer is malformed"
        case .passphraseNotAlone: "a passphrase stanza stands beside another stanza"
        case .wrongArgumentCount(let type): "a stanza of type \(type) has too few or many arguments"
        case .invalidShare(let type): "a stanza of type \(type) has an invalid share"
        case .wrongBodySize(let type): "a stanza of type \(type) has a body of the wrong size"
        case .malformedWorkFactor: "the work factor is not a plain number"
        case .workFactorTooHigh: "the work factor is above \(Passphrase.highestWorkFactor)"
        case .outOfMemory: "not enough memory for the work factor"
        case .noPayloadNonce: "the file ends before the payload"
        }
    }
}
