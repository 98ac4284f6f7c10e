// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// A case, as the log has it.
public struct Case: Hashable, Sendable {
    /// Its id; its name is known to its readers only.
    public let id: CaseID
    /// The person who opened it, or to whom it was given since; people are named by the first of their keys.
    public internal(set) var owner: Fingerprint
    /// The index of the entry that opened it.
    public let opened: UInt64
    /// The current epoch of its key, counted from 1.
    public internal(set) var epoch: UInt64
    /// The SHA-256 of the current keyring.
    public internal(set) var keyring: Hash
    /// How many records it has: one for each submission, and for each that was sealed anew.
    public internal(set) var submissions: UInt64 = 0
    /// Whether nothing of it may be erased.
    public internal(set) var isHeld = false
    /// The custodians' shares; `nil` where there are none.
    public internal(set) var escrow: Escrow?
    /// Who reads it; the owner does.
    public internal(set) var readers: Set<Fingerprint>
    /// Who submits to it; the owner does.
    public internal(set) var submitters: Set<Fingerprint>

    /// What a person may do in the case; `nil` when nothing.
    public func standing(of person: Fingerprint) -> CaseStanding? {
        if person == owner { return .own }
        if readers.contains(person) { return .read }
        return submitters.contains(person) ? .submit : nil
    }
}

/// How the recovery key of a case is shared out.
public struct Escrow: Hashable, Sendable {
    /// How many shares open it.
    public let threshold: UInt64
    /// How many there are.
    public let shares: UInt64
}

/// An invitation, as the log has it.
public struct IssuedInvite: Hashable, Sendable {
    /// What whoever uses it becomes.
    public let role: Role
    /// The case it leads to, if any.
    public let caseID: CaseID?
    /// It is good for an accepted time before this one; see ``Invite/expires``.
    public let expires: UTCTime
    /// The key that gave it out; for the first administrator's, the log's key.
    public let inviter: Fingerprint
    /// Who used it; `nil` while it is open.
    public internal(set) var member: Fingerprint?
}
