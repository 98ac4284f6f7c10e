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
    /// The passphrase seals `identity.age`; on a device that was cut off while joining, it is the one
    /// that was given first. Where it comes from says how slow guessing must be made.
    ///
    /// Throws ``ClientError``; `.failed` when the device has joined already.
    public static func join(
        _ invitation: Invitation,
        home: DeviceHome,
        passphrase: Passphrase,
        strength: PassphraseStrength,
        proxy: ProxyAddress? = nil,
        pace: Pace = .patient
    ) async throws -> JoinResult {
        try home.create()
        let identity = try begun(home, passphrase) ?? DeviceIdentity.generate()
        let state = try begunState(home, identity, invitation)
        let session = try VaultSession(home, identity, state, proxy: proxy, pace: pace)
        return try await session.closing {
            try await session.judge(invitation)
            if !home.hasIdentity {
                try identity.write(to: home, passphrase: passphrase, strength: strength)
            }
            return try await session.enrol(by: invitation)
        }
    }

    private static func begun(_ home: DeviceHome, _ passphrase: Passphrase) throws
        -> DeviceIdentity?
    {
        home.hasIdentity ? try DeviceIdentity.read(from: home, passphrase: passphrase) : nil
    }

    /// What an earlier try with the same invitation left, or a fresh start.
    private static func begunState(
        _ home: DeviceHome,
        _ identity: DeviceIdentity,
        _ invitation: Invitation
    ) throws -> DeviceState {
        let fresh = DeviceState(invitation)
        if home.hasIdentity, let begun = try DeviceState.read(from: home, with: identity) {
            guard !begun.isEnrolled else {
                throw ClientError(
                    .failed,
                    "this device has joined \(begun.vault) already",
                    hint: "use another --home for another identity"
                )
            }
            if begun.invitation == fresh.invitation { return begun }
        }
        // Left by another invitation, or sealed to an identity that a crash kept from the disk.
        try DurableFile.remove(home.state)
        return fresh
    }

    private func enrol(by invitation: Invitation) async throws -> JoinResult {
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
        try await trust.update {
            $0.enrolment = nil
            $0.isEnrolled = true
        }
        return JoinResult(
            vault: invitation.vault,
            role: invitation.role.rawValue,
            fingerprint: identity.fingerprint,
            caseID: invitation.caseID?.hex,
            owner: invitation.owner
        )
    }

    /// Makes sure that the vault is the one the inviter knows, before it learns anything.
    private func judge(_ invitation: Invitation) async throws {
        let head = try await catchUp()
        try await log.requireInclusion(of: invitation.genesis, at: 0, in: head)
    }
}

extension DeviceState {
    /// What a device knows before its first contact: what the inviter knew.
    init(_ invitation: Invitation) {
        self.init(
            vault: invitation.vault,
            address: invitation.address,
            logKey: invitation.logKey.text,
            tlsKey: invitation.tlsKey.hex,
            genesis: invitation.genesis.hex,
            inviter: invitation.inviter?.hex,
            role: invitation.role.rawValue,
            invitation: Hash(hashing: Array(invitation.text.utf8)).hex,
            head: Head(size: invitation.checkpointSize, root: invitation.checkpointRoot)
        )
        if let caseID = invitation.caseID, let owner = invitation.owner {
            cases = [KnownCase(id: caseID.hex, owner: owner.hex)]
        }
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
    /// The case the invitation lets submit to, if any.
    public let caseID: String?
    /// That case's owner, as the inviter knows them.
    public let owner: Fingerprint?

    private enum CodingKeys: String, CodingKey {
        case vault, role, fingerprint, caseID = "case", owner
    }
}
