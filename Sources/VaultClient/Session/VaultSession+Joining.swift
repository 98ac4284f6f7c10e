// SPDX-License-Identifier: Apache-2.0

public import Age
import Bulk
import Secrets
import TransparencyLog
public import Vault

extension VaultSession {
    /// Makes this device's identity and enrols it by an invitation.
    ///
    /// The vault is judged first: the pinned TLS key, the log key's signature over its checkpoint,
    /// that the log continues the head the inviter saw, and that its first entry is the genesis the
    /// invitation names. The enrol statement is on the disk before it is posted, so that a device
    /// cut off in between joins once, by running the same command again.
    ///
    /// On a device whose identity is there and whose `vault.age` is lost or damaged, this makes it
    /// anew: an identity that the vault shows to be enrolled is not enrolled again. The device then
    /// knows no head newer than the invitation's, and no owner but the invitation's.
    ///
    /// `passphrase` is asked once: on a device with an identity before anything else, for the one
    /// that opens it; else only when the vault was judged, for the one that shall seal the new
    /// identity, which is written at once. Where it comes from says how slow guessing must be made.
    ///
    /// Throws ``ClientError``; `.failed` when the device has joined already.
    public static func join(
        _ invitation: Invitation,
        home: DeviceHome,
        passphrase: () throws -> (Passphrase, PassphraseStrength),
        proxy: ProxyAddress? = nil,
        pace: Pace = .patient
    ) async throws -> JoinResult {
        try home.create()
        let isNew = !home.hasIdentity
        let identity =
            isNew
            ? try DeviceIdentity.generate()
            : try DeviceIdentity.read(from: home, passphrase: passphrase().0)
        let state = try begunState(home, identity, DeviceState(invitation))
        let session = try VaultSession(home, identity, state, proxy: proxy, pace: pace)
        return try await session.closing {
            try await session.judge(invitation.contact.genesis)
            if isNew {
                let (passphrase, strength) = try passphrase()
                try identity.write(to: home, passphrase: passphrase, strength: strength)
            }
            if isNew || state.enrolment != nil {
                try await session.enrol(by: invitation)
            } else if try await !session.isEnrolled() {
                try await session.enrol(by: invitation)
            }
            // Whoever joins late learns of the log's keys from before, too.
            _ = try await session.governance()
            try await session.trust.update {
                $0.enrolment = nil
                $0.isEnrolled = true
            }
            return await session.joined(by: invitation)
        }
    }

    /// What an earlier try with the same invitation left, or a fresh start.
    static func begunState(
        _ home: DeviceHome,
        _ identity: DeviceIdentity,
        _ fresh: DeviceState
    ) throws -> DeviceState {
        // One that cannot be read is as good as none: what it said is asked of the vault again.
        if home.hasIdentity, let begun = try? DeviceState.read(from: home, with: identity) {
            guard !begun.isEnrolled else {
                throw ClientError(
                    .failed,
                    "this device has joined \(begun.vault) already",
                    hint: "use another --home for another identity"
                )
            }
            if begun.invitation == fresh.invitation { return begun }
        }
        // Damaged, left by another invitation, or sealed to an identity that a crash kept from the
        // disk.
        try DurableFile.remove(home.state)
        return fresh
    }

    /// Whether the log shows this identity, as it is on this device, to be a member.
    ///
    /// The record hashes to the fingerprint, so another's enrolment cannot be shown in its place.
    private func isEnrolled() async throws -> Bool {
        do {
            return try await members.enrolment(of: identity.fingerprint) != nil
        } catch let error as ClientError where error.problem == .signature {
            // The vault does not know the key that signed the question.
            return false
        }
    }

    private func enrol(by invitation: Invitation) async throws {
        let statement: SignedStatement
        if let begun = await trust.state.enrolment {
            statement = try SignedStatement(parsing: Array(begun.utf8))
        } else {
            statement = try identity.enrolment(
                by: invitation,
                at: UTCTime(seconds: VaultClock.deviceTime)
            )
            try await trust.update {
                $0.enrolment = String(decoding: statement.note.bytes, as: UTF8.self)
            }
        }
        _ = try await post(statement)
    }

    private func joined(by invitation: Invitation) async -> JoinResult {
        JoinResult(
            vault: invitation.contact.vault,
            role: invitation.role.rawValue,
            fingerprint: identity.fingerprint,
            person: identity.person,
            caseID: invitation.caseID?.hex,
            owner: invitation.owner,
            predecessor: await trust.state.predecessor
        )
    }

    /// What somebody whom this device lets in must know of the vault.
    func contact() async throws -> (VaultContact, head: LogHead) {
        let state = await trust.state
        let contact = VaultContact(
            address: state.address,
            logKey: log.keys.value.current,
            tlsKeys: state.tlsKey.hashes,
            genesis: try state.knownGenesis
        )
        return (contact, LogHead(size: state.head.size, root: state.head.root))
    }

    /// Makes sure that the vault is the one the inviter knows, before it learns anything.
    ///
    /// - Throws: ``ClientError``; `.untrusted` says what the person can do, whose text may be too old.
    func judge(_ genesis: Hash) async throws {
        do {
            let head = try await catchUp()
            try await log.requireInclusion(of: genesis, at: 0, in: head)
        } catch let error as ClientError where error.code == .untrusted {
            throw ClientError(
                .untrusted,
                error.message,
                hint:
                    "you have not joined, and nothing of yours was sent; the vault's keys may have "
                    + "changed since you were let in: show this message to whoever did, over a channel "
                    + "that you trust, and ask for a new line to join by"
            )
        }
    }
}

extension DeviceState {
    /// What a device knows before its first contact: what the inviter knew.
    init(_ invitation: Invitation) {
        self.init(
            invitation.contact,
            head: invitation.head,
            from: invitation.inviter,
            role: invitation.role.rawValue,
            text: invitation.text
        )
        if let caseID = invitation.caseID, let owner = invitation.owner {
            cases = [KnownCase(id: caseID.hex, owner: owner.hex)]
        }
    }

    /// What a device knows that was let in by somebody's text.
    init(
        _ contact: VaultContact,
        head: LogHead,
        from sender: Fingerprint?,
        role: String,
        text: String
    ) {
        self.init(
            vault: contact.vault,
            address: contact.address,
            logKey: contact.logKey.text,
            tlsKey: TLSKeys(contact.tlsKeys),
            genesis: contact.genesis.hex,
            inviter: sender?.hex,
            role: role,
            invitation: Hash(hashing: Array(text.utf8)).hex,
            head: Head(size: head.size, root: head.root)
        )
    }
}

/// How a device joined.
public struct JoinResult: Encodable, Sendable {
    /// The vault's origin.
    public let vault: String
    /// What the invitation was for.
    public let role: String
    /// The new identity's fingerprint.
    public let fingerprint: Fingerprint
    /// The person, named by the first key that they enrolled.
    public let person: Fingerprint
    /// The case the invitation lets submit to, if any.
    public let caseID: String?
    /// That case's owner, as the inviter knows them.
    public let owner: Fingerprint?
    /// The vault whose place this one takes, as its genesis says, where it does.
    public let predecessor: KnownPredecessor?

    private enum CodingKeys: String, CodingKey {
        case vault, role, fingerprint, person, caseID = "case", owner, predecessor
    }
}
