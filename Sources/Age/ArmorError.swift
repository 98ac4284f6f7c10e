// SPDX-License-Identifier: Apache-2.0

/// Which rule an armored file breaks: the "armor failure" of c2sp.org/age.
public enum ArmorError: Error, Hashable, Sendable {
    /// The first line does not come, or something other than white space stands before it, or a line
    /// of more than 1024 bytes of white space.
    case noBeginLine
    /// More than 1024 bytes of white space stand before the first line, in lines of their own, or after
    /// the last.
    case tooMuchWhiteSpace
    /// The text ends before its last line does.
    case noEndLine
    /// A line is longer than 64 characters, or empty.
    case wrongLineLength
    /// A line is not canonical base 64 with padding.
    case nonCanonicalBase64
    /// A line follows one that is shorter than 64 characters or ends in padding.
    case shortInnerLine
    /// Something other than white space follows the last line.
    case trailingData
}

extension ArmorError: CustomStringConvertible {
    /// What a person reads, in lower case without a full stop.
    public var description: String {
        switch self {
        case .noBeginLine: "the first line is not the armor's"
        case .tooMuchWhiteSpace: "too much white space around the armor"
        case .noEndLine: "the text ends before the armor does"
        case .wrongLineLength: "a line is empty or longer than 64 characters"
        case .nonCanonicalBase64: "base 64 that is not canonical"
        case .shortInnerLine: "a line follows one that is too short"
        case .trailingData: "data follows the armor"
        }
    }
}
