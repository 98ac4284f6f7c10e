// SPDX-License-Identifier: Apache-2.0

import TransparencyLog

/// Whether those who signed must be as many as the policy asks for.
enum SignerRule {
    /// As for an entry.
    case enough
    /// As for a proposal, which further people may sign.
    case some
}

extension VaultState {
    /// The person whose key it is, also when the key has ended; `nil` for a key that was not enrolled.
    public func person(of key: Fingerprint) -> Fingerprint? { members[key]?.person }

    /// The keys of a person that may act, ascending.
    public func activeKeys(of person: Fingerprint) -> [Fingerprint] {
        members.values.filter { $0.person == person && $0.isActive }.map(\.fingerprint).sorted()
    }

    /// The keys of a person, also those that have ended.
    public func keys(of person: Fingerprint) -> [Member] {
        members.values.filter { $0.person == person }
    }

    /// The people who are administrators, with a key that may act.
    public var administratingPeople: Set<Fingerprint> {
        Set(members.values.filter { $0.role == .admin && $0.isActive }.map(\.person))
    }

    /// How many people are administrators with a key that may act.
    public var administrators: UInt64 { UInt64(administratingPeople.count) }

    /// Checks that those who signed an act may, and that they are enough.
    ///
    /// The first is the actor. An act of a quorum class may be signed by administrators besides; each
    /// person counts once. Any other act has no further signature.
    ///
    /// - Returns: The person who acts.
    func requireSigners(
        of signed: SignedStatement,
        _ rule: SignerRule
    ) throws(PolicyViolation) -> Fingerprint {
        let statement = signed.statement
        let actor = try activeMember(statement.actor)
        guard let kind = statement.act.body.quorum else {
            guard signed.note.signatures.count == 1 else { throw .surplusSignature }
            return actor.person
        }
        guard actor.role == .admin || kind.isOpenToMembers else { throw .notAdministrator }
        var approvers: Set<Fingerprint> = actor.role == .admin ? [actor.person] : []
        for signature in signed.note.signatures.dropFirst() {
            guard let key = Fingerprint(hex: signature.name) else { throw .surplusSignature }
            let signer = try activeMember(key)
            guard signer.role == .admin, signer.person != actor.person,
                approvers.insert(signer.person).inserted
            else { throw .surplusSignature }
        }
        guard rule == .some || UInt64(approvers.count) >= policy?.quorum(of: kind) ?? 1 else {
            throw .quorumMissing
        }
        return actor.person
    }

    private func activeMember(_ key: Fingerprint) throws(PolicyViolation) -> Member {
        guard let member = members[key] else { throw .unknownActor }
        guard member.isActive else { throw .endedKey }
        return member
    }

    /// Checks that so many administrators can do every act: nobody may lock a vault for ever.
    func requireReachable(
        _ policy: Policy,
        administrators: UInt64
    ) throws(PolicyViolation) {
        guard administrators >= policy.quorums.values.max() ?? 1 else { throw .quorumUnreachable }
    }

    /// Ends keys; one that had ended already ends for this reason now.
    mutating func end(_ keys: [Fingerprint], at index: UInt64, _ reason: KeyEnd.Reason) {
        for key in keys { members[key]?.ended = KeyEnd(index: index, reason: reason) }
    }
}
