// SPDX-License-Identifier: Apache-2.0

public import Vault

/// Why a statement did not become an entry.
public enum SubmissionError: Error, Sendable {
    /// The bytes are not a signed statement.
    case malformed(StatementError)
    /// A signature is missing, one too many, by an unknown key, or does not verify.
    case signature(PolicyViolation)
    /// A rule of the vault forbids it.
    case refused(PolicyViolation)
    /// The statement names content that is not stored, or that its actor did not upload; at least one
    /// key.
    case missing([StorageKey])
    /// The record that the statement names cannot be read, or says something else.
    case inconsistent(RecordMismatch)
    /// The private key that is to sign the log is not on the daemon's machine.
    case missingLogKey
    /// The pool is full; nothing happened. Try again after this long.
    case busy(retryAfter: Duration)
    /// The store failed. The statement may yet become an entry: submitting it again gives its receipt.
    case storage(StorageError)
    /// The index failed. The statement may yet become an entry: submitting it again gives its receipt.
    case index(IndexError)
    /// The vault is stopping, or has stopped for a reason that its log tells.
    case stopped
}

/// How a record differs from the statement that names it.
public enum RecordMismatch: Error, Hashable, Sendable {
    /// The record or the list of commitments is not one.
    case malformed
    /// The record is of another case.
    case otherCase
    /// The record is of another epoch.
    case otherEpoch
    /// The record names another list of commitments.
    case otherCommitments
    /// Stored content has another size than the record says.
    case otherSize(StorageKey)
    /// An object has the id of an object in another record, which alone would be found by it.
    case takenObject(ObjectID)
    /// The packs of a rotation do not hold each object of the case, once and no other; or something is
    /// to be erased that is not the record's; or a record does not have the objects of the one that it takes
    /// the place of, each sealed anew unless it was erased.
    case otherObjects
}

/// Why the sequencer ended and the process must, too.
public enum SequencerFailure: Error, Hashable, Sendable {
    /// The lock holds what another writer put there.
    case fenced
    /// The stored tiles do not prove an entry that was just written to them.
    case unprovable(leaf: UInt64)
    /// The checkpoint could not be made or signed.
    case unsigned
}

extension SequencerFailure: CustomStringConvertible {
    /// The message a person reads.
    public var description: String {
        switch self {
        case .fenced: "another process has written to this vault's log"
        case .unprovable(let leaf): "entry \(leaf) cannot be proved from the stored tiles"
        case .unsigned: "the checkpoint could not be signed"
        }
    }
}
