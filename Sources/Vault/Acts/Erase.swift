// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// `erase`: has evidence destroyed: its envelopes and payloads go from every store.
///
/// The log, and the proof of everything else, stay as they are.
public struct Erase: Hashable, Sendable {
    /// The statement is no longer good at this accepted time.
    public let expires: UTCTime
    /// The case.
    public let caseID: CaseID
    /// The SHA-256 of the submission's record.
    public let record: Hash
    /// The objects, ascending; none means the whole submission.
    ///
    /// Whether they are the record's is in the record, not in the log; the daemon accepts no others.
    public let objects: [ObjectID]
    /// On whose authority: 1 to 32 of `a-z`, `0-9` and hyphen.
    public let authority: String

    /// Puts the act together; the order of the objects does not matter.
    public init(
        expires: UTCTime,
        caseID: CaseID,
        record: Hash,
        objects: some Sequence<ObjectID> = [],
        authority: String
    ) {
        self.expires = expires
        self.caseID = caseID
        self.record = record
        self.objects = Set(objects).sorted()
        self.authority = authority
    }
}

extension Erase: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        expires = try reader.time("expires")
        caseID = try reader.identifier("case")
        record = try reader.hash("record")
        objects = try reader.list("object") { reader throws(LineError) in
            try reader.identifier("object")
        }
        authority = try reader.value("authority")
        guard Access.isPurpose(authority) else { throw reader.malformed("authority", .purpose) }
    }

    func write(to writer: inout LineWriter) {
        writer.add("expires", expires)
        writer.add("case", caseID)
        writer.add("record", record)
        for object in objects { writer.add("object", object) }
        writer.add("authority", authority)
    }

    var quorum: QuorumClass? { .erase }

    var deadline: UTCTime? { expires }

    /// By the case's owner or an administrator; not what is held, and nothing twice.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        try state.requireOwnerOrAdministrator(context.person, of: caseID)
        var submission = try facts.submission(record, to: caseID)
        guard state.cases[caseID]?.isHeld == false, !submission.isHeld else { throw .underHold }
        guard !submission.isErased else { throw .erased }
        if objects.isEmpty {
            submission.isErased = true
            facts.set(submission, record: record)
        }
    }
}
