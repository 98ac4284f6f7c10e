// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import TransparencyLog

/// A statement as a C2SP signed note.
///
/// Each signature is Ed25519 (type 0x01) over the text. What was read here is in its only form, but
/// nothing is believed yet: ``VaultState/verifySignatures(of:)`` checks who signed.
public struct SignedStatement: Hashable, Sendable {
    /// The largest note in bytes: what an entry has room for.
    public static let maximumSize = Entry.maximumSize - Entry.acceptedLineSize

    /// The note.
    public let note: SignedNote
    /// What the note's text says.
    public let statement: Statement
    /// The SHA-256 of the note's text, which names the statement.
    ///
    /// Signatures are left out of it, so that the same act is the same statement whoever signs again.
    public let id: Hash

    /// Reads a note.
    ///
    /// - Throws: ``StatementError``.
    public init(parsing bytes: [UInt8]) throws(StatementError) {
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
        do {
            note = try SignedNote(parsing: bytes)
        } catch {
            throw .note(error)
        }
        do {
            statement = try Statement(parsing: note.text)
        } catch {
            throw .line(error)
        }
        id = Hash(hashing: note.text.utf8)
    }

    /// Signs a statement.
    ///
    /// - Parameters:
    ///   - statement: What is done.
    ///   - signers: Whose signatures the act needs, in order: the actor's, named by the fingerprint;
    ///     for `enrol` then that of the invitation's key.
    /// - Returns: The statement, read back: what it would not be read back from is not signed.
    /// - Throws: ``StatementError``.
    public static func sign(
        _ statement: Statement,
        with signers: [NoteSigner]
    ) throws(StatementError) -> SignedStatement {
        let text = statement.text
        do {
            _ = try Statement(parsing: text)
        } catch {
            throw .line(error)
        }
        var signatures: [NoteSignature] = []
        do {
            for signer in signers { signatures.append(try signer.signature(over: text)) }
        } catch {
            throw .signer(error)
        }
        let note: SignedNote
        do {
            note = try SignedNote(text: text, signatures: signatures)
        } catch {
            throw .note(error)
        }
        return try SignedStatement(parsing: note.bytes)
    }
}

extension SignedStatement {
    /// The same statement with other signature lines.
    ///
    /// - Throws: ``StatementError`` where it would not read back.
    func signed(with lines: [NoteSignature]) throws(StatementError) -> SignedStatement {
        let changed: SignedNote
        do {
            changed = try SignedNote(text: note.text, signatures: lines)
        } catch {
            throw .note(error)
        }
        return try SignedStatement(parsing: changed.bytes)
    }
}

/// Why bytes are not a signed statement, or a statement was not signed.
public enum StatementError: Error, Equatable, Sendable {
    /// The note is larger than ``SignedStatement/maximumSize``.
    case tooLarge
    /// The bytes are not a signed note.
    case note(NoteError)
    /// A line of the text is not in its form.
    case line(LineError)
    /// A signer did not sign.
    case signer(NoteSignerError)
}

extension StatementError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the statement is larger than \(SignedStatement.maximumSize) bytes"
        case .note(let error): "the statement is not a signed note: \(error)"
        case .line(let error): "the statement's \(error)"
        case .signer(let error): "the statement was not signed: \(error)"
        }
    }
}
