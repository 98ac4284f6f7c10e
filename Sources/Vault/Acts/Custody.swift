// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// A handling step outside of the vault.
public enum CustodyEvent: String, CaseIterable, Sendable {
    /// It came into somebody's hands.
    case received
    /// A copy was made.
    case copied
    /// It went to somebody else.
    case transferred
    /// It was printed.
    case printed
    /// It was shown to a court or an authority.
    case presented
    /// It was given back.
    case returned
    /// A copy was destroyed.
    case destroyed
}

/// `custody`: records a handling step outside of the vault, entered by hand.
public struct Custody: Hashable, Sendable {
    /// The case.
    public let caseID: CaseID
    /// The SHA-256 of the submission's record.
    public let record: Hash
    /// What was done.
    public let event: CustodyEvent
    /// When it was done, as the actor says.
    public let occurred: UTCTime
    /// A salted digest of further facts, which can be shown later; if any.
    public let commitment: Hash?

    /// Puts the act together.
    public init(
        caseID: CaseID,
        record: Hash,
        event: CustodyEvent,
        occurred: UTCTime,
        commitment: Hash? = nil
    ) {
        self.caseID = caseID
        self.record = record
        self.event = event
        self.occurred = occurred
        self.commitment = commitment
    }
}

extension Custody: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        caseID = try reader.identifier("case")
        record = try reader.hash("record")
        event = try reader.word("event")
        occurred = try reader.time("occurred")
        commitment = reader.isNext("commitment") ? try reader.hash("commitment") : nil
    }

    func write(to writer: inout LineWriter) {
        writer.add("case", caseID)
        writer.add("record", record)
        writer.add("event", event)
        writer.add("occurred", occurred)
        if let commitment { writer.add("commitment", commitment) }
    }

    /// By whoever reads the case, for a record that was submitted to it.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        try state.requireReader(context.person, of: caseID)
        _ = try facts.submission(record, to: caseID)
    }
}
