// SPDX-License-Identifier: Apache-2.0

/// What a member may do in a case; each includes the next, but for a reader who may not submit.
public enum CaseStanding: String, CaseIterable, Sendable {
    /// Opened it: reads, submits, and gives rights.
    case own
    /// Reads.
    case read
    /// Submits only.
    case submit
}

extension VaultState {
    /// A member's key, by its fingerprint; also when it has ended.
    public func member(_ fingerprint: Fingerprint) -> Member? { members[fingerprint] }

    /// How many keys were enrolled.
    public var memberCount: Int { members.count }

    /// A case, by its id.
    public func `case`(_ id: CaseID) -> Case? { cases[id] }

    /// An invitation that was given out, by its public key.
    public func invite(key: [UInt8]) -> IssuedInvite? { invites[Invite.keyName(key)] }

    /// What whoever holds a key may do in a case; `nil` when nothing, or when there is none.
    public func standing(of key: Fingerprint, in id: CaseID) -> CaseStanding? {
        actingPerson(key).flatMap { cases[id]?.standing(of: $0) }
    }

    /// Whether whoever holds a key reads a case: its owner, and whoever was granted the right.
    public func mayRead(_ key: Fingerprint, _ id: CaseID) -> Bool {
        actingPerson(key).flatMap { cases[id]?.readers.contains($0) } ?? false
    }

    /// Whether whoever holds a key submits to a case: its owner, and whoever was granted the right or
    /// invited to it.
    public func maySubmit(_ key: Fingerprint, _ id: CaseID) -> Bool {
        actingPerson(key).flatMap { cases[id]?.submitters.contains($0) } ?? false
    }

    /// Whether whoever holds a key may read the whole log: administrators and auditors.
    public func mayAudit(_ key: Fingerprint) -> Bool {
        guard let member = members[key], member.isActive else { return false }
        return member.role == .admin || member.role == .auditor
    }

    /// The cases in which whoever holds a key has a standing, by their ids.
    public func cases(of key: Fingerprint) -> [(id: CaseID, standing: CaseStanding)] {
        guard let person = actingPerson(key) else { return [] }
        return cases.values.compactMap { found in
            found.standing(of: person).map { (found.id, $0) }
        }.sorted { $0.id < $1.id }
    }

    /// The person whose key it is, while the key may act.
    private func actingPerson(_ key: Fingerprint) -> Fingerprint? {
        members[key].flatMap { $0.isActive ? $0.person : nil }
    }
}
