// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Logging
import TransparencyLog
import Vault

/// Makes a vault, once and on purpose.
public struct NewVault: Sendable {
    private let configuration: ServerConfiguration
    private let now: UTCTime

    /// What `saksid init` prints.
    public struct Made: Sendable {
        /// The vault card, as `GET /v1/vault` answers it.
        public let card: String
        /// The first administrator's invite: a secret, stored nowhere.
        public let invite: String
        /// The vault whose place it takes, and the key to compare with what that one's people know.
        public let predecessor: String?
    }

    /// Prepares; nothing is touched yet.
    public init(_ configuration: ServerConfiguration) {
        self.init(configuration, now: UTCTime(seconds: Int64(Date().timeIntervalSince1970)))
    }

    init(_ configuration: ServerConfiguration, now: UTCTime) {
        self.configuration = configuration
        self.now = now
    }

    /// Makes the keys, the folder and the genesis entry, through the sequencer that later serves.
    ///
    /// - Parameters:
    ///   - origin: the log's name
    ///   - address: where members reach the vault, for the invite
    ///   - inviteDays: how long the invite is good
    ///   - card: where the vault ended whose place this one takes (`FrozenHead`); its freeze must
    ///     name this one
    ///   - show: hands the card and the invite on; a vault whose invite nobody saw cannot be
    ///     administered, so where this throws the vault is removed again
    /// - Returns: the vault card and the first invite
    /// - Throws: ``StartError``, an error of the store, or what `show` throws; nothing that was made
    ///   stays then, and a vault that lies already is not touched.
    @discardableResult public func make(
        origin: String,
        address: String,
        inviteDays: Int,
        following card: String? = nil,
        show: (Made) throws -> Void = { _ in }
    ) async throws -> Made {
        guard Origin.isWellFormed(origin),
            let key = SignerKey<NoteSigner>(name: origin, seed: randomSeed())
        else { throw StartError.badOrigin(origin) }
        let head = try card.map { try Self.predecessor(on: $0, of: origin) }
        var site = VaultSite(configuration)
        try await site.refuseExisting()
        let tls = try TLSIdentity.make(at: Date(timeIntervalSince1970: Double(now.seconds)))
        let inviteSeed = randomSeed()
        let expires = UTCTime(seconds: now.seconds + Int64(inviteDays) * 86_400)
        let genesis = try genesis(key.signer, tls, inviteSeed, expires, head?.predecessor)

        do {
            // From here on nobody else makes a vault here.
            let store = try site.take()
            let receipt = try await found(genesis, in: store, key, tls)
            let card = VaultCard(
                logKey: key.signer.verifierKey,
                tlsKey: tls.pin,
                genesis: MerkleTree.leafHash(receipt.extra ?? [])
            )
            let invitation = try Invitation(
                contact: VaultContact(
                    address: address,
                    logKey: card.logKey,
                    tlsKeys: [card.tlsKey],
                    genesis: card.genesis
                ),
                inviter: nil,
                role: .admin,
                caseID: nil,
                owner: nil,
                seed: inviteSeed,
                expires: expires,
                head: Vault.LogHead(size: 1, root: card.genesis)
            )
            let made = Made(
                card: card.text,
                invite: invitation.text,
                predecessor: head.map {
                    "\($0.predecessor.origin), whose log \($0.logKey.text) signed"
                }
            )
            try show(made)
            return made
        } catch {
            site.clear()
            throw error
        }
    }

    /// Where the vault ended whose place a new one takes.
    private static func predecessor(
        on card: String,
        of origin: String
    ) throws(StartError) -> FrozenHead {
        let head: FrozenHead
        do {
            head = try FrozenHead(parsing: card)
        } catch {
            throw .badFrozenHead(reason: "\(error)")
        }
        guard head.successor == origin else {
            throw .otherSuccessor(
                of: head.predecessor.origin,
                got: origin,
                want: head.successor
            )
        }
        return head
    }

    /// Writes the keys and the genesis entry.
    private func found(
        _ genesis: SignedStatement,
        in store: DirectoryStore,
        _ key: SignerKey<NoteSigner>,
        _ tls: TLSIdentity
    ) async throws -> TlogProof {
        try SecretFile.create(key.text + "\n", at: configuration.path(configuration.logKey))
        try SecretFile.create(tls.keyPEM + "\n", at: configuration.path(configuration.tlsKey))
        try SecretFile.create(
            tls.certificatePEM + "\n",
            at: configuration.path(configuration.tlsCertificate),
            mode: 0o644
        )
        return try await OpenVault.create(
            in: try store.engine(),
            index: VaultFolder(configuration).indexPath,
            signer: key.signer,
            genesis: genesis,
            logger: Logger(label: "saksid") { _ in SwiftLogNoOpLogHandler() },
            now: { now }
        )
    }

    private func genesis(
        _ signer: NoteSigner,
        _ tls: TLSIdentity,
        _ inviteSeed: [UInt8],
        _ expires: UTCTime,
        _ predecessor: Predecessor?
    ) throws -> SignedStatement {
        let act = Genesis(
            logKey: signer.verifierKey,
            tlsKey: tls.pin,
            inviteKey: try Invitation.signer(seed: inviteSeed).verifierKey.publicKey,
            inviteExpires: expires,
            predecessor: predecessor
        )
        let statement = Statement(
            vault: signer.verifierKey.name,
            time: now,
            actor: act.actor,
            nonce: randomSeed(),
            act: .genesis(act)
        )
        return try SignedStatement.sign(statement, with: [signer])
    }
}
