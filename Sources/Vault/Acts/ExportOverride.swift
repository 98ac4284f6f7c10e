// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// `export.override`: lets evidence go once to a class of recipients that its consent does not cover.
public struct ExportOverride: Hashable, Sendable {
    /// The statement is no longer good at this accepted time.
    public let expires: UTCTime
    /// The case.
    public let caseID: CaseID
    /// For whom.
    public let consentClass: ConsentClass
    /// The records of the submissions, ascending; at least one.
    public let records: [Hash]
    /// On whose authority: 1 to 32 of `a-z`, `0-9` and hyphen.
    public let authority: String

    /// Puts the act together; the order of the records does not matter.
    public init(
        expires: UTCTime,
        caseID: CaseID,
        consentClass: ConsentClass,
        records: some Sequence<Hash>,
        authority: String
    ) {
        self.expires = expires
        self.caseID = caseID
        self.consentClass = consentClass
        self.records = Set(records).sorted()
        self.authority = authority
    }
}

extension ExportOverride: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        expires = try reader.time("expires")
        caseID = try reader.identifier("case")
        consentClass = try reader.word("class")
        records = try reader.hashes("record")
        authority = try reader.value("authority")
        guard Access.isPurpose(authority) else { throw reader.malformed("authority", .purpose) }
    }

    func write(to writer: inout LineWriter) {
        writer.add("expires", expires)
        writer.add("case", caseID)
        writer.add("class", consentClass)
        writer.add("record", records)
        writer.add("authority", authority)
    }

    var quorum: QuorumClass? { .exportOverride }

    var deadline: UTCTime? { expires }

    /// By whoever reads the case, or an administrator; it is good for one export of each submission.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        if state.members[context.person]?.role != .admin || state.cases[caseID] == nil {
            try state.requireReader(context.person, of: caseID)
        }
        for record in records {
            let submission = try facts.submission(record, to: caseID)
            guard !submission.isErased else { throw .erased }
        }
        for record in records {
            facts.change(record) { $0.overrides = Set($0.overrides + [consentClass]).sorted() }
        }
    }
}
