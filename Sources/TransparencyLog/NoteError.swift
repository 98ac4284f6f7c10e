// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not a signed note, or why a note is not to be believed.
public enum NoteError: Error, Equatable, Sendable {
    /// The note is longer than ``SignedNote/maximumSize``.
    case tooLarge
    /// There are more than ``SignedNote/maximumSignatures`` signature lines.
    case tooManySignatures
    /// The bytes are not UTF-8.
    case notUTF8
    /// There is a control character other than a line feed.
    case controlCharacter
    /// The text is empty or does not end in a line feed.
    case unterminatedText
    /// There is no blank line with at least one signature line after it.
    case missingSignatures
    /// The last line does not end in a line feed.
    case unterminatedLine
    /// A line after the blank one is not a signature line; lines are counted from 1.
    case malformedSignature(line: Int)
    /// The base 64 of a signature line ends in bits that are not used and not zero: no other rule is
    /// broken. Lines are counted from 1.
    case misspeltSignature(line: Int)
    /// No signature is by a key that the reader knows and that can be checked here.
    case noKnownSignature
    /// A signature by a known key does not verify.
    case invalidSignature(name: String, keyID: UInt32)
    /// Two of the reader's keys have the name and the ID of one signature.
    case ambiguousKey(name: String, keyID: UInt32)
}

extension NoteError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the note is larger than \(SignedNote.maximumSize) bytes"
        case .tooManySignatures: "the note has over \(SignedNote.maximumSignatures) signatures"
        case .notUTF8: "the note is not UTF-8"
        case .controlCharacter: "the note holds a control character"
        case .unterminatedText: "the note's text is empty or does not end in a line feed"
        case .missingSignatures: "the note has no signatures after a blank line"
        case .unterminatedLine: "the note's last line does not end in a line feed"
        case .malformedSignature(let line): "signature line \(line) is malformed"
        case .misspeltSignature(let line):
            "signature line \(line) is not in its canonical spelling"
        case .noKnownSignature: "no signature is by a known key of a type that is checked"
        case .invalidSignature(let name, let keyID):
            "the signature by \"\(name)\" (key ID \(KeyID.hex(keyID))) does not verify"
        case .ambiguousKey(let name, let keyID):
            "two known keys are named \"\(name)\" with the key ID \(KeyID.hex(keyID))"
        }
    }
}
