// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Foundation
public import Logging
import Vault

/// Puts a new TLS key in the place of the daemon's, in step with the vault's policy.
///
/// Members' devices take the keys that the policy in force names, and no other. So first the next key
/// is made, then administrators let the policy name both, then the daemon changes over, and at last
/// the policy drops the old one. Whatever stops in between, the key in use is one that the policy names.
public struct TLSRotation: Sendable {
    private let folder: VaultFolder

    /// Names the vault; nothing is touched yet.
    public init(_ configuration: ServerConfiguration) { folder = VaultFolder(configuration) }

    /// The SHA-256 of two keys' SubjectPublicKeyInfo.
    public struct Keys: Sendable {
        /// The key in use.
        public let current: Hash
        /// The key that shall be used next.
        public let next: Hash
    }

    /// Makes the next key, or names the one that was made before; the vault may be served meanwhile.
    ///
    /// - Throws: ``StartError``.
    public func prepare() throws -> Keys {
        let current = try folder.tlsIdentity().pin
        let next = try folder.tlsKeys.makeNext(at: Date())
        return Keys(current: current, next: next.pin)
    }

    /// Puts the next key in the place of the one in use; the vault must not be served meanwhile.
    ///
    /// - Parameter logger: Told what is repaired.
    /// - Returns: The keys before.
    /// - Throws: ``StartError``; `noNextTLSKey` where none was made, `tlsKeyNotInPolicy` where the policy
    ///   in force does not name it. ``StorageError`` where the vault is being served.
    @discardableResult public func takeNext(logger: Logger) async throws -> Keys {
        let current = try folder.tlsIdentity().pin
        guard let next = try folder.tlsKeys.next()?.pin else { throw StartError.noNextTLSKey }
        let vault = try await folder.open(logger: logger) {
            UTCTime(seconds: Int64(Date().timeIntervalSince1970))
        }
        do {
            try vault.requireInPolicy(next)
            try folder.tlsKeys.takeNext()
        } catch {
            await vault.close()
            throw error
        }
        await vault.close()
        return Keys(current: current, next: next)
    }
}

extension OpenVault {
    /// Makes sure that members' devices take a TLS key.
    ///
    /// - Throws: ``StartError/tlsKeyNotInPolicy(key:policy:)``.
    func requireInPolicy(_ key: Hash) throws(StartError) {
        let keys = state.policy?.tlsKeys ?? []
        guard keys.contains(key) else {
            throw .tlsKeyNotInPolicy(key: key.hex, policy: keys.map(\.hex))
        }
    }
}
