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
    /// - Returns: the vault card and the first invite
    /// - Throws: ``StartError/vaultExists(_:)``, ``StartError/badOrigin(_:)`` or an error of the store;
    ///   a vault that lies already is not touched.
    public func make(origin: String, address: String, inviteDays: Int) async throws -> Made {
        guard Origin.isWellFormed(origin) else { throw StartError.badOrigin(origin) }
        let (logKey, signer) = try LogKey.make(name: origin, seed: Self.seed())
        try refuseExisting()
        let tls = try TLSIdentity.make(at: Date(timeIntervalSince1970: Double(now.seconds)))
        let inviteSeed = Self.seed()
        let expires = UTCTime(seconds: now.seconds + Int64(inviteDays) * 86_400)
        let genesis = try genesis(signer, tls, inviteSeed, expires)

        try FileManager.default.createDirectory(
            atPath: configuration.data,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let store = try DirectoryStore(at: configuration.data)
        try SecretFile.create(logKey + "\n", at: configuration.path(configuration.logKey))
        try SecretFile.create(tls.keyPEM + "\n", at: configuration.path(configuration.tlsKey))
        try SecretFile.create(
            tls.certificatePEM + "\n",
            at: configuration.path(configuration.tlsCertificate),
            mode: 0o644
        )
        let receipt = try await OpenVault.create(
            in: try store.engine(),
            index: VaultFolder(configuration).indexPath,
            signer: signer,
            genesis: genesis,
            logger: Logger(label: "saksid") { _ in SwiftLogNoOpLogHandler() },
            now: { now }
        )
        let card = VaultCard(
            logKey: signer.verifierKey,
            tlsKey: tls.pin,
            genesis: MerkleTree.leafHash(receipt.extra ?? [])
        )
        let invitation = try Invitation(
            address: address,
            logKey: card.logKey,
            tlsKey: card.tlsKey,
            genesis: card.genesis,
            inviter: nil,
            role: .admin,
            caseID: nil,
            owner: nil,
            seed: inviteSeed,
            expires: expires,
            checkpointSize: 1,
            checkpointRoot: card.genesis
        )
        return Made(card: card.text, invite: invitation.text)
    }

    private func genesis(
        _ signer: NoteSigner,
        _ tls: TLSIdentity,
        _ inviteSeed: [UInt8],
        _ expires: UTCTime
    ) throws -> SignedStatement {
        let act = Genesis(
            logKey: signer.verifierKey,
            tlsKey: tls.pin,
            inviteKey: try Invitation.signer(seed: inviteSeed).verifierKey.publicKey,
            inviteExpires: expires
        )
        let statement = Statement(
            vault: signer.verifierKey.name,
            time: now,
            actor: act.actor,
            nonce: Self.seed(),
            act: .genesis(act)
        )
        return try SignedStatement.sign(statement, with: [signer])
    }

    private func refuseExisting() throws {
        let names = [configuration.logKey, configuration.tlsKey, "lock", "checkpoint"]
        for path in names.map(configuration.path) where FileManager.default.fileExists(atPath: path)
        {
            throw StartError.vaultExists(path)
        }
    }

    private static func seed() -> [UInt8] {
        (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    }
}
