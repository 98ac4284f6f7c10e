// SPDX-License-Identifier: Apache-2.0

/// `enrol`: joins with new keys, by an invitation.
///
/// Signed by the new member and, below that, by the invitation's key.
public struct Enrol: Hashable, Sendable {
    /// The Ed25519 public key of the invitation, 32 bytes.
    public let inviteKey: [UInt8]
    /// The new member's keys.
    public let record: IdentityRecord

    /// Puts the act together.
    public init(inviteKey: [UInt8], record: IdentityRecord) {
        self.inviteKey = inviteKey
        self.record = record
    }
}

extension Enrol: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        inviteKey = try reader.base64("invite-key")
        record = try IdentityRecord(reading: &reader)
    }

    func write(to writer: inout LineWriter) {
        writer.add("invite-key", base64: inviteKey)
        record.write(to: &writer)
    }

    /// Once for each invitation, before it expires, and once for each identity record.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        let name = Invite.keyName(inviteKey)
        guard context.actor == record.fingerprint else { throw .enrolActor }
        guard var invite = state.invites[name] else { throw .unknownInvite }
        guard invite.member == nil else { throw .usedInvite }
        guard context.accepted < invite.expires else { throw .expiredInvite }
        if let inviter = state.members[invite.inviter]?.ended {
            guard inviter.reason == .superseded else { throw .voidInvite }
        }
        guard state.members[context.actor] == nil else { throw .repeatedMember }
        invite.member = context.actor
        state.invites[name] = invite
        state.members[context.actor] = Member(
            context.actor,
            person: context.actor,
            role: invite.role,
            enrolled: context.index,
            signing: record.signing
        )
        if invite.role == .submitter, let caseID = invite.caseID {
            state.cases[caseID]?.submitters.insert(context.actor)
        }
    }
}
