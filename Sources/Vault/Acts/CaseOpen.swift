// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// `case.open`: begins a case with the first epoch of its key.
public struct CaseOpen: Hashable, Sendable {
    /// A new, random id.
    public let caseID: CaseID
    /// The epoch, always 1.
    public let epoch: UInt64
    /// The age recipient of the epoch, to which submissions are sealed.
    public let recipient: String
    /// The SHA-256 of the keyring.
    public let keyring: Hash

    /// Puts the act together.
    public init(caseID: CaseID, epoch: UInt64 = 1, recipient: String, keyring: Hash) {
        self.caseID = caseID
        self.epoch = epoch
        self.recipient = recipient
        self.keyring = keyring
    }
}

extension CaseOpen: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        caseID = try reader.identifier("case")
        epoch = try reader.epoch("epoch")
        guard epoch == 1 else { throw reader.malformed("epoch", .range) }
        recipient = try reader.recipient("recipient")
        keyring = try reader.hash("keyring")
    }

    func write(to writer: inout LineWriter) {
        writer.add("case", caseID)
        writer.add("epoch", epoch)
        writer.add("recipient", recipient)
        writer.add("keyring", keyring)
    }

    /// By a reader; who opens a case owns it.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        guard state.members[context.person]?.role == .reader else { throw .mayNotOpenCases }
        guard state.cases[caseID] == nil else { throw .repeatedCase }
        state.cases[caseID] = Case(
            id: caseID,
            owner: context.person,
            opened: context.index,
            epoch: epoch,
            keyring: keyring,
            readers: [context.person],
            submitters: [context.person]
        )
    }
}
