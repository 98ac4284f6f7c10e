// SPDX-License-Identifier: Apache-2.0

import Vault

/// What memory holds of a proposal: who made it, and which keys answered.
struct OpenProposal: Sendable {
    /// The proposer's key.
    let actor: Fingerprint
    /// Who proposes: the first of the person's keys.
    let person: Fingerprint
    let kind: QuorumClass
    /// The accepted time from which on it is no longer good.
    let deadline: UTCTime
    /// The keys that signed below the proposer.
    var yes: Set<Fingerprint> = []
    /// The keys that rejected it.
    var no: Set<Fingerprint> = []

    /// `nil` for what is no act of a quorum class, or by nobody whom the vault knows.
    init?(_ signed: SignedStatement, in state: VaultState) {
        let act = signed.statement.act
        guard let kind = act.quorum, let deadline = act.deadline,
            let person = state.person(of: signed.statement.actor)
        else { return nil }
        actor = signed.statement.actor
        self.person = person
        self.kind = kind
        self.deadline = deadline
    }

    /// The administrators who signed with a key that is still active.
    func approvers(in state: VaultState) -> Set<Fingerprint> {
        people(yes.union([actor]), in: state)
    }

    /// The administrators who said no; the key may have ended since.
    func rejecters(in state: VaultState) -> Set<Fingerprint> {
        Set(no.compactMap { state.person(of: $0) })
    }

    /// Whether there are enough administrators who signed, or have not answered yet.
    func isReachable(in state: VaultState) -> Bool {
        guard let member = state.member(actor), member.isActive else { return false }
        let approvers = approvers(in: state)
        let undecided = state.administratingPeople.subtracting(approvers)
            .subtracting(rejecters(in: state))
        return UInt64(approvers.count + undecided.count) >= state.policy?.quorum(of: kind) ?? 1
    }

    private func people(_ keys: Set<Fingerprint>, in state: VaultState) -> Set<Fingerprint> {
        Set(
            keys.compactMap { state.member($0) }.filter { $0.isActive && $0.role == .admin }
                .map(\.person)
        )
    }
}

/// Why a proposal or an answer to one was not taken.
enum ProposalError: Error {
    /// The bytes are not what they must be.
    case malformed
    /// The act needs no other's signature.
    case notOfQuorumClass
    /// The statement is not signed by whoever sends it, and nobody else.
    case otherSigners
    /// The statement would be good for too long.
    case tooFar
    /// The vault's rules would not allow it, or do not allow the answer.
    case refused(PolicyViolation)
    /// Too many wait already.
    case tooMany
    /// The same person gave the other answer before.
    case answered
    /// There is none, or not for the caller.
    case notFound
    case storage(StorageError)
    case index(IndexError)
}
