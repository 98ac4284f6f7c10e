// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Encodings
public import TransparencyLog

/// What a new member is given, over a channel that the inviter trusts: one secret line.
///
/// It carries the private key of an `invite`, and everything the new member needs to know the vault
/// before the first contact: its keys, its first entry, and a head of its log. See <doc:Invitation>.
public struct Invitation: Hashable, Sendable {
    /// The largest invitation in bytes.
    public static let maximumSize = 16 << 10

    /// Where the vault answers: an `https` URL, or the path of a Unix socket.
    public let address: String
    /// The key that signs the log's checkpoints, named for the vault.
    public let logKey: VerifierKey
    /// The SHA-256 of each key that the daemon may show in TLS, ascending: one, or two while it changes.
    public let tlsKeys: [Hash]
    /// The leaf hash of the first entry.
    public let genesis: Hash
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
    /// The number of entries in the newest head of the log that the inviter has checked.
    public let checkpointSize: UInt64
    /// The root hash of that head.
    public let checkpointRoot: Hash

    private static let prefix = "saksi-invite-v1:"
    private static let header = "saksi/v1 invitation"

    /// Puts an invitation together.
    ///
    /// - Throws: ``InvitationError/line(_:)`` for the first line that would not read back.
    public init(
        address: String,
        logKey: VerifierKey,
        tlsKeys: [Hash],
        genesis: Hash,
        inviter: Fingerprint?,
        role: Role,
        caseID: CaseID?,
        owner: Fingerprint?,
        seed: [UInt8],
        expires: UTCTime,
        checkpointSize: UInt64,
        checkpointRoot: Hash
    ) throws(InvitationError) {
        self.address = address
        self.logKey = logKey
        self.tlsKeys = tlsKeys
        self.genesis = genesis
        self.inviter = inviter
        self.role = role
        self.caseID = caseID
        self.owner = owner
        self.seed = seed
        self.expires = expires
        self.checkpointSize = checkpointSize
        self.checkpointRoot = checkpointRoot
        _ = try Invitation(parsing: text)
    }

    /// Reads an invitation, given without blanks around it.
    ///
    /// - Throws: ``InvitationError`` for every spelling but the one that ``text`` gives.
    public init(parsing text: some StringProtocol) throws(InvitationError) {
        guard text.utf8.count <= Self.maximumSize else { throw .tooLarge }
        guard text.utf8.starts(with: Self.prefix.utf8) else { throw .missingPrefix }
        guard let bytes = Base64.url.decode(text.dropFirst(Self.prefix.count)) else {
            throw .notBase64
        }
        do throws(LineError) {
            var reader = try LineReader(bytes)
            try self.init(reading: &reader)
            try reader.end()
        } catch {
            throw .line(error)
        }
    }

    private init(reading reader: inout LineReader) throws(LineError) {
        try reader.header(Self.header)
        let vault = try reader.origin("vault")
        address = try reader.address("address")
        logKey = try reader.verifierKey("log-key")
        guard logKey.name == vault else { throw reader.malformed("log-key", .verifierKey) }
        tlsKeys = try reader.hashes("tls-key")
        guard tlsKeys.count <= 2 else { throw reader.malformed("tls-key", .range) }
        genesis = try reader.hash("genesis")
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
        let head = try reader.head("checkpoint")
        checkpointSize = head.size
        checkpointRoot = head.root
    }

    /// The vault's origin.
    public var vault: String { logKey.name }

    /// The invitation as it is handed over: one line, a secret.
    public var text: String {
        var writer = LineWriter(Self.header)
        writer.add("vault", vault)
        writer.add("address", address)
        writer.add("log-key", logKey.text)
        writer.add("tls-key", tlsKeys)
        writer.add("genesis", genesis)
        if let inviter { writer.add("inviter", inviter) }
        writer.add("role", role)
        if let caseID { writer.add("case", caseID) }
        if let owner { writer.add("owner", owner) }
        writer.add("seed", base64: seed)
        writer.add("expires", expires)
        writer.add("checkpoint", LogHead(size: checkpointSize, root: checkpointRoot))
        return Self.prefix + Base64.url.encode(writer.text.utf8)
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

/// Why a text is not an invitation.
public enum InvitationError: Error, Equatable, Sendable {
    /// The text is longer than ``Invitation/maximumSize``.
    case tooLarge
    /// The text does not begin with `saksi-invite-v1:`.
    case missingPrefix
    /// What follows is not base64 with the URL alphabet, without padding.
    case notBase64
    /// A line inside is not in its form.
    case line(LineError)
}

extension InvitationError: CustomStringConvertible {
    /// One line, for people; it repeats nothing of the secret.
    public var description: String {
        switch self {
        case .tooLarge: "the invitation is longer than \(Invitation.maximumSize) bytes"
        case .missingPrefix: "the invitation does not begin with saksi-invite-v1:"
        case .notBase64: "the invitation is damaged: a character was lost or changed"
        case .line(let error): "the invitation's \(error)"
        }
    }
}
