// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import TransparencyLog

/// Proves that an entry is in a vault's log: a `.tlog-proof` that carries the entry itself.
///
/// The answer to every accepted statement. The entry is the proof's `extra` data, so one file is
/// enough. See <doc:Receipt>.
public struct Receipt: Hashable, Sendable {
    /// The proof (c2sp.org/tlog-proof).
    public let proof: TlogProof
    /// The entry that it carries.
    public let entry: Entry

    /// Puts a receipt together.
    ///
    /// - Parameters:
    ///   - entry: The entry.
    ///   - index: Its leaf index.
    ///   - hashes: The inclusion proof, the leaf's sibling first.
    ///   - checkpoint: The signed head of the tree that the proof leads to.
    public init(entry: Entry, index: UInt64, hashes: [Hash], checkpoint: SignedNote) {
        self.entry = entry
        proof = TlogProof(index: index, hashes: hashes, checkpoint: checkpoint, extra: entry.bytes)
    }

    /// Reads a receipt; ``verify(by:for:)`` judges it.
    ///
    /// - Throws: ``ReceiptError/malformedProof(_:)``, ``ReceiptError/missingEntry`` or
    ///   ``ReceiptError/malformedEntry(_:)``.
    public init(parsing bytes: [UInt8]) throws(ReceiptError) {
        do {
            proof = try TlogProof(parsing: bytes)
        } catch {
            throw .malformedProof(error)
        }
        guard let extra = proof.extra else { throw .missingEntry }
        do {
            entry = try Entry(parsing: extra)
        } catch {
            throw .malformedEntry(error)
        }
    }

    /// The leaf index of the entry.
    public var index: UInt64 { proof.index }

    /// The receipt as it is sent and stored.
    public var bytes: [UInt8] { proof.bytes }

    /// The receipt as text.
    public var text: String { proof.text }

    /// Checks that the entry is in the log.
    ///
    /// It does not check that the statement was allowed, nor who signed it: the log's signature says
    /// only that the entry is there for all to see.
    ///
    /// - Parameters:
    ///   - policy: The vault's log key and origin, and the witnesses that must have cosigned.
    ///   - statement: The statement that was sent, where the caller sent one: the entry must hold it
    ///     to the byte.
    /// - Returns: The checkpoint, now believable; whether it continues the heads that were seen
    ///   before is for the caller to check.
    /// - Throws: ``ReceiptError/otherStatement(got:want:)``, ``ReceiptError/otherVault(got:want:)`` or
    ///   ``ReceiptError/unproved(_:)``.
    public func verify(
        by policy: TrustPolicy,
        for statement: SignedStatement? = nil
    ) throws(ReceiptError) -> TrustedCheckpoint {
        if let statement, entry.signed != statement {
            throw .otherStatement(got: entry.signed.id, want: statement.id)
        }
        let trusted: TrustedCheckpoint
        do {
            trusted = try proof.verify(leaf: entry.leafHash, policy: policy)
        } catch {
            throw .unproved(error)
        }
        let vault = entry.signed.statement.vault
        guard vault == trusted.checkpoint.origin else {
            throw .otherVault(got: vault, want: trusted.checkpoint.origin)
        }
        return trusted
    }
}

/// Why bytes are not a receipt, or a receipt proves nothing.
public enum ReceiptError: Error, Equatable, Sendable {
    /// The bytes are not a `.tlog-proof`.
    case malformedProof(TlogProofError)
    /// The proof carries no entry.
    case missingEntry
    /// What the proof carries is not an entry.
    case malformedEntry(EntryError)
    /// The entry holds another statement than the one that was sent, or other signatures.
    case otherStatement(got: Hash, want: Hash)
    /// The entry's statement is for another vault than the log's.
    case otherVault(got: String, want: String)
    /// The entry is not shown to be in the log.
    case unproved(TlogProofError)
}

extension ReceiptError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .malformedProof(let error): "the receipt is malformed: \(error)"
        case .missingEntry: "the receipt does not carry its entry"
        case .malformedEntry(let error): "the entry in the receipt is malformed: \(error)"
        case .otherStatement(let got, let want):
            "the receipt is for another statement: got \(got), want \(want)"
        case .otherVault(let got, let want):
            "the statement in the receipt is for another vault: got \"\(got)\", want \"\(want)\""
        case .unproved(let error): "the receipt does not prove its entry: \(error)"
        }
    }
}
