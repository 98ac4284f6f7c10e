// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
public import Vault

/// What came of an act that several administrators may have to sign.
public enum Decision: Sendable {
    /// It is in the log, at this index.
    case logged(index: UInt64)
    /// It waits for further signatures.
    case proposed(ProposalCard)
}

/// A statement that waits for signatures, for people to read and for programs.
public struct ProposalCard: Encodable, Sendable {
    /// The statement's id, 64 hexadecimal digits.
    public let id: String
    /// The act's name.
    public let act: String
    /// The key that proposes it.
    public let proposer: Fingerprint
    /// From when on it is no longer good.
    public let expires: String
    /// How many administrators have to sign.
    public let needed: UInt64
    /// The administrators who did, each named by their first key.
    public let approved: [Fingerprint]
    /// The administrators who said no.
    public let rejected: [Fingerprint]
    /// What it will do, in plain words, one sentence each.
    public let effects: [String]
    /// The text that is signed.
    public let text: String

    /// The keys that it enrols, if it does.
    let rekeyed: IdentityRecord?

    /// Whether all signatures are there, so that it only has to be sent to the log.
    public var isComplete: Bool { UInt64(approved.count) >= needed }

    init(_ pending: PendingStatement, _ governance: Governance) {
        let statement = pending.signed.statement
        id = pending.signed.id.hex
        act = statement.act.name.rawValue
        proposer = statement.actor
        expires = statement.act.deadline?.text ?? ""
        needed = pending.tally.needed
        approved = pending.tally.approvers.sorted()
        rejected = pending.rejecters.sorted()
        effects = statement.act.effects(after: governance.state)
        text = pending.signed.note.text
        rekeyed = statement.act.enrolled
    }

    private enum CodingKeys: CodingKey {
        case id, act, proposer, expires, needed, approved, rejected, effects, text
    }
}
