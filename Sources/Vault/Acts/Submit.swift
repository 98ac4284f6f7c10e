// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// `submit`: submits evidence to a case.
public struct Submit: Hashable, Sendable {
    /// The case.
    public let caseID: CaseID
    /// The epoch of the case's key that it is sealed to.
    public let epoch: UInt64
    /// The SHA-256 of the ``SubmissionRecord``.
    public let record: Hash
    /// The SHA-256 of the ``CommitmentList``.
    public let commitments: Hash
    /// To whom it may be given, ascending.
    ///
    /// None keeps it in the case.
    public let classes: [ConsentClass]

    /// Puts the act together; the order of the classes does not matter.
    public init(
        caseID: CaseID,
        epoch: UInt64,
        record: Hash,
        commitments: Hash,
        classes: some Sequence<ConsentClass> = []
    ) {
        self.caseID = caseID
        self.epoch = epoch
        self.record = record
        self.commitments = commitments
        self.classes = Set(classes).sorted()
    }
}

extension Submit: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        caseID = try reader.identifier("case")
        epoch = try reader.epoch("epoch")
        record = try reader.hash("record")
        commitments = try reader.hash("commitments")
        classes = try reader.words("class")
    }

    func write(to writer: inout LineWriter) {
        writer.add("case", caseID)
        writer.add("epoch", epoch)
        writer.add("record", record)
        writer.add("commitments", commitments)
        writer.add("class", classes)
    }

    /// By whoever may submit to the case, sealed to the current epoch; each record once.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        guard let found = state.cases[caseID] else { throw .unknownCase }
        guard found.submitters.contains(context.person) else { throw .mayNotSubmit }
        guard epoch == found.epoch else { throw .wrongEpoch }
        guard facts.submission(record: record) == nil else { throw .repeatedRecord }
        let submission = Submission(
            index: context.index,
            caseID: caseID,
            submitter: context.actor,
            epoch: epoch,
            classes: classes
        )
        facts.set(submission, record: record)
        state.cases[caseID]?.submissions += 1
    }
}
