// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Whether a hold begins or ends.
public enum HoldState: String, CaseIterable, Sendable {
    /// It ends: what was held may be erased again.
    case off
    /// It begins: nothing that is held is erased.
    case on
}

/// `hold`: keeps evidence from being erased, or lets it be erased again.
public struct Hold: Hashable, Sendable {
    /// The statement is no longer good at this accepted time.
    public let expires: UTCTime
    /// The case.
    public let caseID: CaseID
    /// Whether it begins or ends.
    public let state: HoldState
    /// The records of the submissions, ascending; none means the whole case.
    public let records: [Hash]

    /// Puts the act together; the order of the records does not matter.
    public init(
        expires: UTCTime,
        caseID: CaseID,
        state: HoldState,
        records: some Sequence<Hash> = []
    ) {
        self.expires = expires
        self.caseID = caseID
        self.state = state
        self.records = Set(records).sorted()
    }
}

extension Hold: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        expires = try reader.time("expires")
        caseID = try reader.identifier("case")
        state = try reader.word("state")
        records = try reader.list("record") { reader throws(LineError) in
            try reader.hash("record")
        }
    }

    func write(to writer: inout LineWriter) {
        writer.add("expires", expires)
        writer.add("case", caseID)
        writer.add("state", state)
        writer.add("record", records)
    }

    /// To keep evidence, one person is enough; to let it go, not.
    var quorum: QuorumClass? { state == .off ? .hold : nil }

    var deadline: UTCTime? { expires }

    /// By the case's owner or an administrator.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        try state.requireOwnerOrAdministrator(context.person, of: caseID)
        for record in records { _ = try facts.submission(record, to: caseID) }
        let isHeld = self.state == .on
        if records.isEmpty { state.cases[caseID]?.isHeld = isHeld }
        for record in records { facts.change(record) { $0.isHeld = isHeld } }
    }
}

extension VaultState {
    /// Checks that a person owns a case or is an administrator.
    func requireOwnerOrAdministrator(
        _ person: Fingerprint,
        of id: CaseID
    ) throws(PolicyViolation) {
        guard let found = cases[id] else { throw .unknownCase }
        guard found.owner == person || members[person]?.role == .admin else { throw .notOwner }
    }
}
