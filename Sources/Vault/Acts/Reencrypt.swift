// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Why a submission is sealed anew, payloads and all.
public enum ReencryptReason: String, CaseIterable, Sendable {
    /// An envelope held another file key than the record commits to.
    case commitment
    /// Somebody else has its file keys, or may have them.
    case compromise
}

/// `reencrypt`: puts a record in the place of another, over the same plaintext under new file keys.
///
/// The new record names the commitments of the old one, so that whatever is disclosed is still proved by
/// what was committed to at submission. See <doc:Record>.
public struct Reencrypt: Hashable, Sendable {
    /// The case.
    public let caseID: CaseID
    /// The epoch of the case's key that the new record is sealed to.
    public let epoch: UInt64
    /// The SHA-256 of the record that it takes the place of.
    public let previous: Hash
    /// The SHA-256 of the new ``SubmissionRecord``.
    public let record: Hash
    /// Why.
    public let reason: ReencryptReason

    /// Puts the act together.
    public init(
        caseID: CaseID,
        epoch: UInt64,
        replacing previous: Hash,
        by record: Hash,
        reason: ReencryptReason
    ) {
        self.caseID = caseID
        self.epoch = epoch
        self.previous = previous
        self.record = record
        self.reason = reason
    }
}

extension Reencrypt: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        caseID = try reader.identifier("case")
        epoch = try reader.epoch("epoch")
        previous = try reader.hash("previous")
        record = try reader.hash("record")
        reason = try reader.word("reason")
    }

    func write(to writer: inout LineWriter) {
        writer.add("case", caseID)
        writer.add("epoch", epoch)
        writer.add("previous", previous)
        writer.add("record", record)
        writer.add("reason", reason)
    }

    /// By the case's owner, sealed to the current epoch; of what is there, and each record once.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        let found = try state.requireOwner(context.person, of: caseID)
        var old = try facts.submission(previous, to: caseID)
        guard !old.isErased else { throw .erased }
        guard !old.isReplaced else { throw .replacedRecord }
        guard epoch == found.epoch else { throw .wrongEpoch }
        guard facts.submission(record: record) == nil else { throw .repeatedRecord }
        var new = Submission(
            index: context.index,
            caseID: caseID,
            submitter: old.submitter,
            epoch: epoch,
            classes: old.classes
        )
        new.earlier = old.earlier + [previous]
        old.isReplaced = true
        facts.set(old, record: previous)
        facts.set(new, record: record)
        state.cases[caseID]?.submissions += 1
    }
}
