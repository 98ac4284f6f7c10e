// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import TransparencyLog

/// What all entries of a log so far amount to: who is a member, what was opened, who may do what.
///
/// A pure fold: the same entries give the same state, for the daemon before it accepts a statement and
/// for an auditor years later. It is bounded by people and cases, not by entries: what grows with the
/// log is in ``VaultFacts``. A copy costs nothing until one of the two changes.
public struct VaultState: Hashable, Sendable {
    /// How many entries were applied, which is the index of the next one.
    public internal(set) var size: UInt64 = 0
    /// When the newest entry was accepted; 1970 before the first.
    public internal(set) var accepted = UTCTime(seconds: 0)
    /// What the `genesis` said; `nil` before it.
    public internal(set) var foundation: Founding?
    /// What administrators decided last; `nil` before the genesis.
    public internal(set) var policy: Policy?
    /// The id of the statement that set the policy.
    public internal(set) var policyStatement: Hash?
    /// The keys of the log, and the sizes that each vouches for; `nil` before the genesis.
    public internal(set) var logKeys: LogKeys?
    /// The entry that ended the log; `nil` while it goes on.
    public internal(set) var frozen: Frozen?
    /// Keys, by their fingerprints; also those that have ended.
    var members: [Fingerprint: Member] = [:]
    /// By the name of the invitation's key, ``Invite/keyName(_:)``.
    var invites: [String: IssuedInvite] = [:]
    var cases: [CaseID: Case] = [:]

    /// The state before the first entry.
    public init() {}

    /// Applies an entry whose signatures were checked.
    ///
    /// - Parameters:
    ///   - statement: From ``verifySignatures(of:)`` of this state or of an earlier one of the same
    ///     log: the keys behind a fingerprint never change.
    ///   - accepted: When the vault accepted it.
    ///   - index: The entry's index, which must be ``size``.
    ///   - facts: What earlier entries said; told what this one adds.
    /// - Throws: ``PolicyViolation``; state and facts are unchanged then.
    public mutating func apply(
        _ statement: VerifiedStatement,
        accepted: UTCTime,
        at index: UInt64,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        try fold(statement.signed, accepted: accepted, at: index, signers: .enough, facts: &facts)
    }

    /// The checks of an entry in their order, and its effect.
    mutating func fold(
        _ signed: SignedStatement,
        accepted: UTCTime,
        at index: UInt64,
        signers: SignerRule,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        guard index == size else { throw .indexGap }
        guard AcceptedRounding.minute.round(accepted) == accepted else { throw .unroundedTime }
        guard accepted >= self.accepted else { throw .clockBackwards }
        if let foundation {
            guard signed.statement.vault == foundation.origin else { throw .wrongVault }
            guard frozen == nil else { throw .frozen }
        } else {
            guard signed.statement.act.name == .genesis else { throw .missingGenesis }
        }
        let person =
            switch signed.statement.act {
            case .genesis, .enrol: signed.statement.actor
            default: try requireSigners(of: signed, signers)
            }
        guard facts.statementIndex(signed.id) == nil else { throw .repeatedStatement }
        if let deadline = signed.statement.act.deadline {
            guard accepted < deadline else { throw .expiredStatement }
        }
        let context = ActContext(
            vault: signed.statement.vault,
            statement: signed.id,
            actor: signed.statement.actor,
            person: person,
            accepted: accepted,
            index: index
        )
        try signed.statement.act.body.apply(to: &self, in: context, facts: &facts)
        facts.add(statement: signed.id, at: index)
        self.accepted = accepted
        size += 1
    }

    /// Checks the signatures of an entry and applies it, as an audit does.
    ///
    /// - Parameters:
    ///   - entry: The entry.
    ///   - index: Its index, which must be ``size``.
    ///   - facts: What earlier entries said; told what this one adds.
    /// - Throws: ``PolicyViolation``; state and facts are unchanged then.
    public mutating func replay(
        _ entry: Entry,
        at index: UInt64,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        let statement = try verifySignatures(of: entry.signed)
        try apply(statement, accepted: entry.accepted, at: index, facts: &facts)
    }
}

/// What the `genesis` of a vault fixed.
public struct Founding: Hashable, Sendable {
    /// The vault's name, the origin of its log.
    public var origin: String { logKey.name }
    /// The key that signed the log's first checkpoints.
    public let logKey: VerifierKey
    /// The SHA-256 of the key that the daemon shows in TLS, a SubjectPublicKeyInfo in DER.
    public let tlsKey: Hash
    /// The vault whose place this one takes, where there is one.
    public let predecessor: Predecessor?
}

/// How a log ended.
public struct Frozen: Hashable, Sendable {
    /// The index of the last entry.
    public let index: UInt64
    /// The origin of the vault that takes this one's place, where there is one.
    public let successor: String?

    /// Says how it ended.
    public init(index: UInt64, successor: String? = nil) {
        self.index = index
        self.successor = successor
    }
}
