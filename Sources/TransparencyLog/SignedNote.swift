// SPDX-License-Identifier: Apache-2.0

/// A text and the signatures under it.
///
/// Written as the text, a blank line and the signature lines. The text may hold blank lines: the last
/// one divides. Nothing in the text is to be used before ``verified(by:)`` has returned. Reading and
/// writing give back the same bytes. See c2sp.org/signed-note, "Format".
public struct SignedNote: Hashable, Sendable {
    /// The longest note that is read, in bytes.
    ///
    /// Ours; the specification leaves it open.
    public static let maximumSize = 1 << 20
    /// The most signature lines that are read.
    ///
    /// Ours, and Go's; the specification asks for 16 at least.
    public static let maximumSignatures = 100

    /// What was signed, with its final line feed and without the blank line.
    public let text: String
    /// The signature lines, in order; unknown ones too.
    ///
    /// At least one.
    public let signatures: [NoteSignature]

    /// Puts a note together.
    ///
    /// - Throws: ``NoteError`` where the parts would not read back as they are.
    public init(text: String, signatures: [NoteSignature]) throws(NoteError) {
        guard text.utf8.last == UInt8(ascii: "\n") else { throw .unterminatedText }
        guard !CanonicalText.hasControlCharacter(text.utf8) else { throw .controlCharacter }
        guard !signatures.isEmpty else { throw .missingSignatures }
        guard signatures.count <= Self.maximumSignatures else { throw .tooManySignatures }
        self.text = text
        self.signatures = signatures
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
    }

    /// Reads a note.
    ///
    /// - Parameter bytes: All of it; at most ``maximumSize``.
    /// - Throws: ``NoteError``. Signatures by unknown keys and of unknown types are not errors.
    public init(parsing bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
        guard !CanonicalText.hasControlCharacter(bytes) else { throw .controlCharacter }
        let lineFeed = UInt8(ascii: "\n")
        guard
            let blank = bytes.indices.dropFirst().last(where: {
                bytes[$0] == lineFeed && bytes[$0 - 1] == lineFeed
            }), blank + 1 < bytes.count
        else { throw .missingSignatures }
        guard bytes.last == lineFeed else { throw .unterminatedLine }
        let block = bytes[(blank + 1)...].dropLast()
        guard let text = String(validating: bytes[..<blank], as: UTF8.self),
            String(validating: block, as: UTF8.self) != nil
        else { throw .notUTF8 }
        var signatures: [NoteSignature] = []
        for line in block.split(separator: lineFeed, omittingEmptySubsequences: false) {
            guard signatures.count < Self.maximumSignatures else { throw .tooManySignatures }
            guard let signature = NoteSignature(utf8: line) else {
                let number = signatures.count + 1
                throw NoteSignature.isMisspelt(String(decoding: line, as: UTF8.self))
                    ? .misspeltSignature(line: number) : .malformedSignature(line: number)
            }
            signatures.append(signature)
        }
        self.text = text
        self.signatures = signatures
    }

    /// The note, as it is stored and sent.
    public var bytes: [UInt8] {
        var bytes = Array(text.utf8)
        bytes.append(UInt8(ascii: "\n"))
        for signature in signatures {
            bytes.append(contentsOf: signature.line.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// The note with further signature lines below its own; lines it has already are left out.
    ///
    /// - Throws: ``NoteError/tooManySignatures`` or ``NoteError/tooLarge``.
    public func adding(_ more: [NoteSignature]) throws(NoteError) -> SignedNote {
        try SignedNote(
            text: text,
            signatures: signatures + more.filter { !signatures.contains($0) }
        )
    }
}
