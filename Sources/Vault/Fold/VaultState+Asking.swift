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
    /// A member, by the fingerprint.
    public func member(_ fingerprint: Fingerprint) -> Member? { members[fingerprint] }

    /// How many members there are.
    public var memberCount: Int { members.count }

    /// A case, by its id.
    public func `case`(_ id: CaseID) -> Case? { cases[id] }

    /// An invitation that was given out, by its public key.
    public func invite(key: [UInt8]) -> IssuedInvite? { invites[Invite.keyName(key)] }

    /// What a member may do in a case; `nil` when nothing, or when there is none.
    public func standing(of member: Fingerprint, in id: CaseID) -> CaseStanding? {
        cases[id]?.standing(of: member)
    }

    /// Whether a member reads a case: its owner, and whoever was granted the right.
    public func mayRead(_ member: Fingerprint, _ id: CaseID) -> Bool {
        cases[id]?.readers.contains(member) ?? false
    }

    /// Whether a member submits to a case: its owner, and whoever was granted the right or invited to
    /// it.
    public func maySubmit(_ member: Fingerprint, _ id: CaseID) -> Bool {
        cases[id]?.submitters.contains(member) ?? false
    }

    /// Whether a member may read the whole log: administrators and auditors.
    public func mayAudit(_ member: Fingerprint) -> Bool {
        switch members[member]?.role {
        case .admin, .auditor: true
        case .reader, .submitter, nil: false
        }
    }

    /// The cases in which a member has a standing, by their ids.
    public func cases(of member: Fingerprint) -> [(id: CaseID, standing: CaseStanding)] {
        cases.values.compactMap { found in
            found.standing(of: member).map { (found.id, $0) }
        }.sorted { $0.id < $1.id }
    }
}
