// SPDX-License-Identifier: Apache-2.0

/// Why a text is not in the one form that its format allows, and on which line.
public struct LineError: Error, Equatable, Sendable {
    /// What was broken.
    public enum Rule: Hashable, Sendable {
        /// There is a byte that is neither printable ASCII nor a line feed.
        case notPrintable
        /// The text is empty or does not end in a line feed.
        case unterminated
        /// The first line is another.
        case header(want: String)
        /// The first line names an act that this version does not know.
        case unknownAct
        /// The text ends where a line with this key must follow.
        case missing(key: String)
        /// Another line stands where one with this key must: unknown, repeated or out of order.
        case unexpected(want: String)
        /// A line follows the last that may be there.
        case trailing
        /// A value is not in the one form that it has.
        case value(key: String, want: ValueForm)
    }

    /// The line, counted from 1.
    public let line: Int
    /// The rule that it breaks.
    public let rule: Rule

    /// Says which rule a line breaks.
    public init(line: Int, rule: Rule) {
        self.line = line
        self.rule = rule
    }
}

/// The forms that values have in the vault's texts.
public enum ValueForm: String, Hashable, Sendable {
    /// `2026-11-21T05:50:42Z`.
    case time = "an RFC 3339 time in UTC with seconds"
    /// No sign, no leading zero.
    case decimal = "a decimal without leading zero"
    /// A number in the range that the key allows.
    case range = "a number in the allowed range"
    /// A SHA-256 value.
    case hash = "64 lower-case hexadecimal digits"
    /// The two fingerprints of an export key.
    case exportKey = "two hashes with a blank between"
    /// A case or object id.
    case identifier = "32 lower-case hexadecimal digits"
    /// 32 bytes.
    case base64 = "canonical base64 of 32 bytes"
    /// Any bytes.
    case bytes = "canonical base64"
    /// The name of a log.
    case origin = "1 to 200 printable ASCII characters without space and plus"
    /// A log's key.
    case verifierKey = "an Ed25519 vkey"
    /// 64 bytes.
    case signature = "canonical base64 of 64 bytes"
    /// A witness's key.
    case witnessKey = "a vkey of a witness (type 04)"
    /// An age recipient.
    case recipient = "an age1pq1 recipient"
    /// One of the words that the key allows.
    case word = "one of the allowed words"
    /// What an access is for.
    case purpose = "1 to 32 of a-z, 0-9 and hyphen"
    /// An address of a vault.
    case address = "1 to 500 printable ASCII characters without space"
    /// A list.
    case ascending = "in ascending order, without repetition"
    /// Several fields on a line.
    case fields = "fields separated by single spaces"
}

extension LineError: CustomStringConvertible {
    /// One line, for people.
    public var description: String { "line \(line): \(rule)" }
}

extension LineError.Rule: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .notPrintable: "a character is not printable ASCII"
        case .unterminated: "the text does not end in a line feed"
        case .header(let want): "the first line is not \"\(want)\""
        case .unknownAct: "the act is not known"
        case .missing(let key): "the text ends where \"\(key)\" must follow"
        case .unexpected(let want): "another line stands where \"\(want)\" must"
        case .trailing: "nothing may follow here"
        case .value(let key, let want): "\"\(key)\" is not \(want.rawValue)"
        }
    }
}
