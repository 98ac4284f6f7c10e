// SPDX-License-Identifier: Apache-2.0

import Bulk
public import Vault

/// What an audit of the log found.
public struct AuditReport: Encodable, Sendable {
    /// The vault's origin.
    public let vault: String
    /// The index from which this audit replayed; what is before it was audited earlier.
    public let from: UInt64
    /// Entries in the log.
    public let entries: UInt64
    /// The root of the log, hexadecimal, which the entries lead to.
    public let root: String
    /// Published checkpoints that were verified and lead to the same entries.
    public let checkpoints: Int
    /// Cosignatures of known witnesses under these.
    public let cosignatures: Int
    /// How many entries broke a rule.
    public internal(set) var violationCount = 0
    /// The first thousand of them.
    public internal(set) var violations: [AuditedEntry] = []

    /// Whether every entry was allowed at its place.
    public var isClean: Bool { violationCount == 0 }

    static let maximumViolations = 1000
}

/// One entry of the log as an audit lists it.
public struct AuditedEntry: Encodable, Sendable {
    /// Its index in the log.
    public let index: UInt64
    /// When the vault accepted it, RFC 3339; `nil`, as what follows, where it cannot be read.
    public let accepted: String?
    /// When the actor's clock said it was.
    public let time: String?
    /// The act's name.
    public let act: String?
    /// Under whose key.
    public let actor: Fingerprint?
    /// The person whose key it is, by the first of their keys; `nil` where it is not enrolled.
    public let person: Fingerprint?
    /// The role that the actor has in the log, if any.
    public let role: String?
    /// The case that it is about, if any.
    public let caseID: String?
    /// The act's own lines, as they stand in the statement.
    public let lines: [String]
    /// The id of the statement.
    public let statement: String?
    /// The leaf hash.
    public let leaf: String
    /// The name of the rule that it breaks; `nil` where it was allowed.
    public let rule: String?
    /// That rule, in words.
    public let reason: String?
    /// The receipt, which proves the entry to anybody with the log's key; where it was asked for.
    public internal(set) var receipt: String?

    private enum CodingKeys: String, CodingKey {
        case index, accepted, time, act, actor, person, role, caseID = "case", lines, statement,
            leaf, rule
        case reason, receipt
    }

    init(_ judged: JudgedEntry, in state: VaultState) {
        let statement = judged.entry?.signed.statement
        index = judged.index
        accepted = judged.entry?.accepted.text
        time = statement?.time.text
        act = statement?.act.name.rawValue
        actor = statement?.actor
        person = statement.flatMap { state.person(of: $0.actor) }
        role = statement.flatMap { state.member($0.actor)?.role.rawValue }
        caseID = judged.caseID?.hex
        // The first line and the four after it are those of every statement.
        lines = statement.map { $0.text.split(separator: "\n").dropFirst(5).map(String.init) } ?? []
        self.statement = judged.entry?.signed.id.hex
        leaf = judged.leafHash.hex
        rule = judged.fault?.rule
        reason = judged.fault?.description
    }
}
