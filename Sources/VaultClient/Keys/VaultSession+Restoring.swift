// SPDX-License-Identifier: Apache-2.0

public import Age
import Bulk
import Evidence
import Secrets
public import Vault

extension VaultSession {
    /// Puts a backup back on a new device, and makes sure that the vault still shows the log it knows.
    ///
    /// What is there is never overwritten. Run again on the same device it goes on.
    ///
    /// - Parameters:
    ///   - backup: The backup.
    ///   - words: Opens it.
    ///   - home: The device.
    ///   - passphrase: Opens the identity that is there, or shall seal the restored one.
    ///   - proxy: See ``unlock(_:passphrase:proxy:pace:)``.
    ///   - pace: See there.
    /// - Returns: Who the device is, and whether the vault still takes its key.
    /// - Throws: ``ClientError``: `.failed` where another identity is there; `.untrusted` where the vault's
    ///   log does not continue the one that the backup knows; the identity is on the device then.
    public static func restore(
        _ backup: Backup,
        words: Passphrase,
        home: DeviceHome,
        passphrase: () throws -> (Passphrase, PassphraseStrength),
        proxy: ProxyAddress? = nil,
        pace: Pace = .patient
    ) async throws -> RestoredDevice {
        let content = try backup.open(words)
        let (identity, known) = (content.identity, content.state)
        let state = try place(content, in: home, passphrase: passphrase)
        let session = try VaultSession(home, identity, state, proxy: proxy, pace: pace)
        return try await session.closing {
            _ = try await session.catchUp()
            return RestoredDevice(
                vault: known.vault,
                fingerprint: identity.fingerprint,
                person: identity.person,
                made: backup.made.text,
                exportKey: try identity.exportSigner(in: home)?.publicKey.name.description,
                isActive: try await session.isAccepted()
            )
        }
    }

    /// Writes what is not there yet, the identity last: without one there is no device.
    private static func place(
        _ content: Backup.Content,
        in home: DeviceHome,
        passphrase: () throws -> (Passphrase, PassphraseStrength)
    ) throws -> DeviceState {
        let (identity, known) = (content.identity, content.state)
        try home.create()
        if home.hasIdentity {
            let there = try DeviceIdentity.read(from: home, passphrase: passphrase().0)
            guard there.fingerprint == identity.fingerprint else {
                throw ClientError(
                    .failed,
                    "another identity is on this device: nothing was restored",
                    hint: "use another --home"
                )
            }
            try placeExportKey(of: content, in: home)
            // What this device has seen since is newer than the backup.
            if let state = try DeviceState.read(from: home, with: identity) { return state }
            try known.write(to: home, for: identity)
            return known
        }
        try known.write(to: home, for: identity)
        try placeExportKey(of: content, in: home)
        let (passphrase, strength) = try passphrase()
        try identity.write(to: home, passphrase: passphrase, strength: strength)
        return known
    }

    /// One that was made on this device since stays.
    private static func placeExportKey(of content: Backup.Content, in home: DeviceHome) throws {
        guard let key = content.exportKey, !home.exportKey.exists else { return }
        try content.identity.store(key, in: home)
    }

    /// Whether the vault takes requests that this device's key signs.
    private func isAccepted() async throws -> Bool {
        do {
            return try await keys(of: identity.person).key(identity.fingerprint)?.isActive ?? false
        } catch let error as ClientError where error.problem == .signature {
            return false
        }
    }
}

/// A device that has its keys back.
public struct RestoredDevice: Encodable, Sendable {
    /// The vault's origin.
    public let vault: String
    /// The fingerprint of its key.
    public let fingerprint: Fingerprint
    /// The person, named by the first key that they enrolled.
    public let person: Fingerprint
    /// When the backup was made, RFC 3339.
    public let made: String
    /// The export key of the device, as a policy names it; `nil` where it has none.
    public let exportKey: String?
    /// Whether the vault takes its key; else newer keys took its place, or it was ended.
    public let isActive: Bool

    private enum CodingKeys: String, CodingKey {
        case vault, fingerprint, person, made, exportKey, isActive = "active"
    }
}
