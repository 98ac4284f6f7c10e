// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import TransparencyLog

/// `genesis`: begins a vault, and invites the first administrator.
public struct Genesis: Hashable, Sendable {
    /// The key that signs the log's checkpoints, named for the vault.
    public let logKey: VerifierKey
    /// The SHA-256 of the key that the daemon shows in TLS, a SubjectPublicKeyInfo in DER.
    public let tlsKey: Hash
    /// The Ed25519 public key of the first administrator's invitation.
    public let inviteKey: [UInt8]
    /// The first second at which that invitation is no longer good.
    public let inviteExpires: UTCTime
    /// The vault whose place this one takes, where there is one.
    public let predecessor: Predecessor?

    /// Puts the act together.
    public init(
        logKey: VerifierKey,
        tlsKey: Hash,
        inviteKey: [UInt8],
        inviteExpires: UTCTime,
        predecessor: Predecessor? = nil
    ) {
        self.logKey = logKey
        self.tlsKey = tlsKey
        self.inviteKey = inviteKey
        self.inviteExpires = inviteExpires
        self.predecessor = predecessor
    }

    /// Who acts, since nobody is a member yet: the SHA-256 of the log key's text.
    public var actor: Fingerprint { Fingerprint(Hash(hashing: logKey.text.utf8)) }
}

extension Genesis: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        logKey = try reader.verifierKey("log-key")
        tlsKey = try reader.hash("tls-key")
        inviteKey = try reader.base64("invite-key")
        inviteExpires = try reader.time("invite-expires")
        predecessor = try Predecessor.read(&reader)
    }

    func write(to writer: inout LineWriter) {
        writer.add("log-key", logKey.text)
        writer.add("tls-key", tlsKey)
        writer.add("invite-key", base64: inviteKey)
        writer.add("invite-expires", inviteExpires)
        predecessor?.write(to: &writer)
    }

    /// Only as the first entry, signed by the log's key, which is named for the vault.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        guard state.foundation == nil else { throw .repeatedGenesis }
        guard context.actor == actor else { throw .genesisActor }
        guard logKey.name == context.vault else { throw .genesisKeyName }
        guard predecessor?.origin != context.vault else { throw .ownPredecessor }
        state.foundation = Founding(logKey: logKey, tlsKey: tlsKey, predecessor: predecessor)
        state.logKeys = LogKeys(logKey)
        state.policy = Policy(tlsKey: tlsKey)
        state.policyStatement = context.statement
        state.invites[Invite.keyName(inviteKey)] = IssuedInvite(
            role: .admin,
            caseID: nil,
            expires: inviteExpires,
            inviter: context.actor
        )
    }
}
