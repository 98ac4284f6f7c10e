// SPDX-License-Identifier: Apache-2.0

import Bulk

/// `invite`: lets one person join, whoever holds the private key.
public struct Invite: Hashable, Sendable {
    /// What the person becomes.
    public let role: Role
    /// The case the person is invited to; a submitter may then submit to it.
    public let caseID: CaseID?
    /// The Ed25519 public key of the invitation, 32 bytes.
    public let inviteKey: [UInt8]
    /// When the invitation is no longer good.
    ///
    /// Compared with the accepted time, which is rounded down: it can be used until this time rounded
    /// up to the minute, or to the hour.
    public let expires: UTCTime

    /// Puts the act together.
    public init(role: Role, caseID: CaseID?, inviteKey: [UInt8], expires: UTCTime) {
        self.role = role
        self.caseID = caseID
        self.inviteKey = inviteKey
        self.expires = expires
    }

    /// The name of an invitation's key in notes: the SHA-256 of the public key, hexadecimal.
    public static func keyName(_ publicKey: [UInt8]) -> String { Hash(hashing: publicKey).hex }
}

extension Invite: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        role = try reader.word("role")
        // An administrator or auditor belongs to no case, so the line is refused as out of place.
        let mayNameCase = role == .reader || role == .submitter
        caseID = mayNameCase && reader.isNext("case") ? try reader.identifier("case") : nil
        inviteKey = try reader.base64("invite-key")
        expires = try reader.time("expires")
    }

    func write(to writer: inout LineWriter) {
        writer.add("role", role)
        if let caseID { writer.add("case", caseID) }
        writer.add("invite-key", base64: inviteKey)
        writer.add("expires", expires)
    }

    /// An owner alone invites submitters to a case, and an administrator to the vault.
    var quorum: QuorumClass? {
        switch role {
        case .admin: .inviteAdmin
        case .reader: .inviteReader
        case .auditor: .inviteAuditor
        case .submitter: nil
        }
    }

    /// What nobody could use any more is not given out.
    var deadline: UTCTime? { expires }

    /// By an administrator, or by a case's owner for a submitter to that case; with a new key.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        var target: Case?
        if let caseID {
            guard let found = state.cases[caseID] else { throw .unknownCase }
            target = found
        }
        let invitesToOwnCase = role == .submitter && target?.owner == context.person
        guard state.members[context.person]?.role == .admin || invitesToOwnCase else {
            throw .mayNotInvite
        }
        let name = Self.keyName(inviteKey)
        guard state.invites[name] == nil else { throw .inviteKeyReused }
        state.invites[name] = IssuedInvite(
            role: role,
            caseID: caseID,
            expires: expires,
            inviter: context.actor
        )
    }
}
