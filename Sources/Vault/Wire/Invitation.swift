// SPDX-License-Identifier: Apache-2.0

import Bulk
public import TransparencyLog

/// What a new member is given, over a channel that the inviter trusts: one secret line.
///
/// It carries the private key of an `invite`, and everything the new member needs to know the vault
/// before the first contact: its keys, its first entry, and a head of its log. See <doc:Invitation>.
public struct Invitation: OneLine {
    /// What people call it.
    public static let noun = "invitation"
    /// What each one begins with.
    public static let prefix = "saksi-invite-v1:"
    /// The largest one in bytes.
    public static let maximumSize = 16 << 10

    /// The vault.
    public let contact: VaultContact
    /// Who invites; `nil` in the first administrator's.
    public let inviter: Fingerprint?
    /// What the new member becomes.
    public let role: Role
    /// The case the invitation leads to, if any.
    public let caseID: CaseID?
    /// That case's owner, as the inviter knows them.
    public let owner: Fingerprint?
    /// The private key, an RFC 8032 seed of 32 bytes.
    public let seed: [UInt8]
    /// The first second at which the invitation is no longer good.
    public let expires: UTCTime
    /// The newest head of the log that the inviter has checked.
    public let head: LogHead

    /// Puts an invitation together.
    ///
    /// - Throws: ``OneLineError/line(_:)`` for the first line that would not read back.
    public init(
        contact: VaultContact,
        inviter: Fingerprint?,
        role: Role,
        caseID: CaseID?,
        owner: Fingerprint?,
        seed: [UInt8],
        expires: UTCTime,
        head: LogHead
    ) throws(OneLineError<Invitation>) {
        self.contact = contact
        self.inviter = inviter
        self.role = role
        self.caseID = caseID
        self.owner = owner
        self.seed = seed
        self.expires = expires
        self.head = head
        _ = try Invitation(parsing: text)
    }

    /// Reads an invitation, given without blanks around it.
    ///
    /// - Throws: ``OneLineError`` for every spelling but the one that ``text`` gives.
    public init(parsing text: some StringProtocol) throws(OneLineError<Invitation>) {
        self = try Self.unfolded(text, Invitation.init(reading:))
    }

    private init(reading reader: inout LineReader) throws(LineError) {
        contact = try VaultContact(reading: &reader)
        inviter = reader.isNext("inviter") ? try reader.fingerprint("inviter") : nil
        role = try reader.word("role")
        if reader.isNext("case") {
            caseID = try reader.identifier("case")
            owner = try reader.fingerprint("owner")
        } else {
            caseID = nil
            owner = nil
        }
        seed = try reader.base64("seed")
        expires = try reader.time("expires")
        head = try reader.head("checkpoint")
    }

    /// The invitation as it is handed over: one line, a secret.
    public var text: String {
        Self.folded { writer in
            contact.write(to: &writer)
            if let inviter { writer.add("inviter", inviter) }
            writer.add("role", role)
            if let caseID { writer.add("case", caseID) }
            if let owner { writer.add("owner", owner) }
            writer.add("seed", base64: seed)
            writer.add("expires", expires)
            writer.add("checkpoint", head)
        }
    }

    /// Signs the enrolment, below the new member's own signature.
    ///
    /// - Throws: `NoteSignerError.malformedSeed`, which a parsed invitation never has.
    public func signer() throws(NoteSignerError) -> NoteSigner {
        try Self.signer(seed: seed)
    }

    /// The signer of a new invitation; its `verifierKey.publicKey` is what the `invite` names.
    ///
    /// - Parameter seed: The private key, 32 random bytes.
    /// - Returns: A signer whose name is that of the invitation's key.
    /// - Throws: `NoteSignerError.malformedSeed`.
    public static func signer(seed: [UInt8]) throws(NoteSignerError) -> NoteSigner {
        let publicKey = try NoteSigner(name: "invite", seed: seed).verifierKey.publicKey
        return try NoteSigner(name: Invite.keyName(publicKey), seed: seed)
    }
}
