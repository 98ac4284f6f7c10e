// SPDX-License-Identifier: Apache-2.0

public import Age
import Bulk
import Evidence
import Vault

extension VaultSession {
    /// Makes the key pair that seals what a device exports.
    ///
    /// An organisation's key is made on purpose: its fingerprints stand on paper and in the vault's
    /// policy. It stays on the device, and in its backup; one that is lost is replaced by another, and what
    /// it has sealed still verifies.
    ///
    /// - Parameters:
    ///   - home: The device.
    ///   - passphrase: Opens its identity.
    /// - Returns: The public half.
    /// - Throws: ``ClientError``; `.failed` where there is a key already.
    public static func makeExportKey(
        of home: DeviceHome,
        passphrase: Passphrase
    ) throws -> ExportKeyCard {
        let identity = try DeviceIdentity.read(from: home, passphrase: passphrase)
        return ExportKeyCard(try identity.makeExportKey(in: home).publicKey)
    }

    /// The public half of the key that seals what a device exports.
    ///
    /// - Parameters:
    ///   - home: The device.
    ///   - passphrase: Opens its identity.
    /// - Returns: The public half.
    /// - Throws: ``ClientError``; `.failed` where there is no such key.
    public static func exportKey(
        of home: DeviceHome,
        passphrase: Passphrase
    ) throws -> ExportKeyCard {
        let identity = try DeviceIdentity.read(from: home, passphrase: passphrase)
        return ExportKeyCard(try identity.requireExportSigner(in: home).publicKey)
    }

    /// The key that seals what this device exports, which the vault's policy allows.
    ///
    /// The vault refuses every other; but only once all that is exported has been opened.
    func exportSigner() async throws -> ExportSigner {
        let signer = try identity.requireExportSigner(in: home)
        let allowed = try await governance().decided.policy.exportKeys
        guard allowed.isEmpty || allowed.contains(signer.publicKey.name) else {
            throw ClientError(
                .refused,
                "the vault's policy does not name the export key of this device",
                hint: "have administrators sign `saksi admin policy --export-key "
                    + "'\(signer.publicKey.name)'`, beside the keys that stay"
            )
        }
        return signer
    }
}

extension DeviceIdentity {
    /// - Throws: ``ClientError`` where the device has no export key.
    fileprivate func requireExportSigner(in home: DeviceHome) throws -> ExportSigner {
        guard let signer = try exportSigner(in: home) else {
            throw ClientError(
                .failed,
                "this device has no export key",
                hint: "make one with `saksi export-key init`: it seals what is exported here"
            )
        }
        return signer
    }
}

/// What others check an organisation's seals by.
public struct ExportKeyCard: Encodable, Sendable {
    /// The SHA-256 of the P-256 key's SubjectPublicKeyInfo in DER, in hexadecimal digits.
    public let p256: String
    /// The fingerprint of the Ed25519 key as `ssh-keygen` shows it.
    public let ed25519: String
    /// Both in hexadecimal digits: how a policy names the key.
    public let name: String
    /// `signer-public-key.pem`.
    public let pem: String
    /// `allowed_signers`.
    public let allowedSigners: String

    init(_ key: ExportPublicKey) {
        p256 = key.name.p256.hex
        ed25519 = key.sshFingerprint
        name = key.name.description
        pem = String(decoding: key.pem, as: UTF8.self)
        allowedSigners = String(decoding: key.allowedSigners, as: UTF8.self)
    }
}
