// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import TransparencyLog

/// An administrator's signed no to a proposal, or the proposer's own withdrawal of it.
///
/// ```
/// saksi/v1 rejection
/// vault: <origin>
/// statement: <id of the proposed statement>
/// actor: <fingerprint>
/// ```
///
/// A signed note, with one line: the actor's. It is never in the log. See <doc:Proposals>.
public struct Rejection: Hashable, Sendable {
    /// The largest note in bytes.
    public static let maximumSize = 1024
    private static let header = "saksi/v1 rejection"

    /// The origin of the vault.
    public let vault: String
    /// The id of the statement that is proposed.
    public let statement: Hash
    /// The key that says no.
    public let actor: Fingerprint
    /// The note.
    public let note: SignedNote

    /// Signs a rejection.
    ///
    /// - Throws: ``StatementError``.
    public init(
        of statement: Hash,
        in vault: String,
        by signer: NoteSigner,
        actor: Fingerprint
    ) throws(StatementError) {
        var writer = LineWriter(Self.header)
        writer.add("vault", vault)
        writer.add("statement", statement)
        writer.add("actor", actor)
        let signature: NoteSignature
        do {
            signature = try signer.signature(over: writer.text)
        } catch {
            throw .signer(error)
        }
        let note: SignedNote
        do {
            note = try SignedNote(text: writer.text, signatures: [signature])
        } catch {
            throw .note(error)
        }
        try self.init(parsing: note.bytes)
    }

    /// Reads a rejection; ``isSigned(by:)`` judges it.
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
            var reader = try LineReader(note.text)
            try reader.header(Self.header)
            vault = try reader.origin("vault")
            statement = try reader.hash("statement")
            actor = try reader.fingerprint("actor")
            try reader.end()
        } catch {
            throw .line(error)
        }
    }

    /// Whether the note has just the line of the member whom it names.
    public func isSigned(by member: Member) -> Bool {
        guard member.fingerprint == actor, note.signatures.count == 1 else { return false }
        return member.key.isValid(note.signatures[0], over: note.text)
    }
}
