// SPDX-License-Identifier: Apache-2.0

/// Which rule an armored file breaks: the "armor failure" of c2sp.org/age.
public enum ArmorError: Error, Hashable, Sendable {
    /// Something other than white space stands before the first line.
    case noBeginLine
    /// More than 1024 bytes of white space stand before the first line or after the last.
    case tooMuchWhiteSpace
    /// The text ends before its last line does.
    case noEndLine
    /// A line is longer than 64 characters, or empty.
    case wrongLineLength
    /// A line is not canonical base 64 with padding.
    case nonCanonicalBase64
    /// A line follows one that is shorter than 64 characters.
    case shortInnerLine
    /// Something other than white space follows the last line.
    case trailingData
}
