// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Foundation
import NIOCore
import TransparencyLog
public import Vault

extension VaultSession {
    /// The longest time that a proposal waits for signatures, in seconds: 30 days.
    public static let longestProposal: Int64 = 30 * 86_400

    // MARK: Acts that administrators decide together

    /// Ends a person's keys, all or some.
    ///
    /// - Parameters:
    ///   - member: One of the person's keys.
    ///   - keys: None for all.
    ///   - reason: Why.
    ///   - seconds: How long others may sign it.
    /// - Returns: What came of it.
    /// - Throws: ``ClientError``.
    public func revoke(
        _ member: Fingerprint,
        keys: [Fingerprint],
        reason: RevokeReason,
        for seconds: Int64
    ) async throws -> Decision {
        let act = Revoke(
            expires: try deadline(in: seconds),
            person: try await holder(of: member).person,
            reason: reason,
            keys: keys
        )
        return try await decide(.revoke(act))
    }

    /// The policy in force, line by line.
    public func policy() async throws -> [String] {
        try await governance().decided.policy.lines
    }

    /// Changes the policy.
    ///
    /// - Parameters:
    ///   - seconds: How long others may sign it.
    ///   - edit: Changes the policy in force.
    /// - Returns: What changes, and what came of it.
    /// - Throws: ``ClientError``; `.failed` where nothing changes, and where devices could not reach the
    ///   vault any more. What `edit` throws.
    public func changePolicy(
        for seconds: Int64,
        _ edit: (inout Policy) throws -> Void
    ) async throws -> (changes: [String], decision: Decision) {
        let (old, statement) = try await governance().decided
        var policy = old
        try edit(&policy)
        try requireReachable(by: policy)
        let changes = policy.changes(from: old)
        guard !changes.isEmpty else {
            throw ClientError(.failed, "the policy is as you want it already")
        }
        let act = PolicyChange(
            expires: try deadline(in: seconds),
            replacing: statement,
            with: policy
        )
        return (changes, try await decide(.policy(act)))
    }

    /// Makes sure that a policy names the key that the vault shows in TLS, and no more than it can.
    private func requireReachable(by policy: Policy) throws {
        guard (1...2).contains(policy.tlsKeys.count) else {
            throw ClientError(.failed, "a policy names one TLS key, or two while it changes")
        }
        guard let shown = connection.keys.shown, !policy.tlsKeys.contains(shown) else { return }
        throw ClientError(
            .failed,
            "the vault shows the TLS key \(shown.hex), and no device would take it any more",
            hint:
                "have the daemon change over to the next key first: `saksid rotate tls-key --switch`"
        )
    }

    /// Signs an act; posts it where that is enough, or else proposes it to the other administrators.
    func decide(_ act: Act) async throws -> Decision {
        try await decide(try await sign(act))
    }

    /// Signs an act once somebody has agreed to what it does.
    func decide(_ act: Act, confirm: ([String]) throws -> Void) async throws -> Decision {
        try confirm(act.effects(after: try await governance().state))
        return try await decide(act)
    }

    /// Posts a statement that this device signed, where that is enough, or else proposes it.
    func decide(_ statement: SignedStatement) async throws -> Decision {
        guard statement.statement.act.quorum != nil else {
            return .logged(index: try await post(statement).index)
        }
        let governance = try await governance()
        // Whom the rules forbid it whoever else signs, the vault tells so.
        guard let tally = try? governance.state.tally(of: statement), !tally.isComplete else {
            return .logged(index: try await post(statement).index)
        }
        _ = try await catchUp()
        _ = try await connection.send(
            .post("/v1/proposals", statement.note.bytes),
            as: signer
        )
        let pending = PendingStatement(tally: tally, rejecters: [])
        return .proposed(ProposalCard(pending, governance))
    }

    // MARK: What waits

    /// What waits for signatures: for administrators all of it, for others what they proposed.
    public func pending() async throws -> [ProposalCard] {
        _ = try await catchUp()
        let governance = try await governance()
        let answer = try await connection.send(Request(path: "/v1/proposals"), as: signer)
        var cards: [ProposalCard] = []
        for text in try decode([String].self, answer) {
            guard let id = Hash(hex: text) else {
                throw ClientError.untrusted("the vault's list of proposals is malformed")
            }
            cards.append(ProposalCard(try await pendingStatement(id, governance), governance))
        }
        return cards
    }

    /// One proposal.
    public func proposal(_ id: Hash) async throws -> ProposalCard {
        _ = try await catchUp()
        let governance = try await governance()
        return ProposalCard(try await pendingStatement(id, governance), governance)
    }

    /// Signs a proposal, and sends it to the log where that was the last signature needed.
    ///
    /// Run again after it was cut off, it goes on: a signature that the vault has is not sent again,
    /// and a statement that the log has is not logged again.
    ///
    /// - Throws: ``ClientError``.
    public func approve(_ id: Hash) async throws -> (card: ProposalCard, decision: Decision) {
        _ = try await catchUp()
        let governance = try await governance()
        let pending = try await pendingStatement(id, governance)
        guard let own = governance.state.member(identity.fingerprint), own.isActive,
            own.role == .admin
        else { throw ClientError(.refused, "\(PolicyViolation.notAdministrator)") }
        if let deadline = pending.signed.statement.act.deadline {
            guard VaultClock.deviceTime < deadline.seconds else {
                throw ClientError(
                    .refused,
                    "this can no longer be decided: its time was over at \(deadline.text)",
                    hint: "where this device's clock is wrong, set it"
                )
            }
        }
        var tally = pending.tally
        if !tally.approvers.contains(own.person) {
            let line = try identity.noteSigner().signature(over: pending.signed.note.text)
            _ = try await connection.send(
                .post("/v1/proposals/\(id.hex)/approval", Array((line.line + "\n").utf8)),
                as: signer
            )
            guard let more = try governance.state.tally(of: pending.signed, adding: [line]) else {
                preconditionFailure("what waits has a quorum class")
            }
            tally = more
        }
        let card = ProposalCard(
            PendingStatement(tally: tally, rejecters: pending.rejecters),
            governance
        )
        guard tally.isComplete else { return (card, .proposed(card)) }
        return (card, .logged(index: try await post(tally.statement).index))
    }

    /// Says no to a proposal, or withdraws one's own.
    ///
    /// - Throws: ``ClientError``.
    public func reject(_ id: Hash) async throws {
        _ = try await catchUp()
        let rejection = try Rejection(
            of: id,
            in: log.origin,
            by: identity.noteSigner(),
            actor: identity.fingerprint
        )
        _ = try await connection.send(
            .post("/v1/proposals/\(id.hex)/rejection", rejection.note.bytes),
            as: signer
        )
    }

    func deadline(in seconds: Int64) throws -> UTCTime {
        guard seconds <= Self.longestProposal else {
            throw ClientError(.failed, "others may sign for 30 days at most")
        }
        return UTCTime(seconds: VaultClock.deviceTime + seconds)
    }
}

extension Request {
    fileprivate static func post(_ path: String, _ bytes: [UInt8]) -> Request {
        Request(method: .post, path: path, body: .bytes(ByteBuffer(bytes: bytes)))
    }
}
