// SPDX-License-Identifier: Apache-2.0

public import Age
public import Vault

extension DeviceHome {
    /// Makes keys on a new device that shall become a person's, or takes those that an earlier try made.
    ///
    /// - Parameters:
    ///   - person: By the first key that the person enrolled.
    ///   - vault: The vault's origin.
    ///   - passphrase: Opens the identity that is there, or shall seal the new one.
    /// - Returns: What whoever enrols the keys needs.
    /// - Throws: ``ClientError``; `.failed` on a device that has joined a vault.
    public func requestKey(
        for person: Fingerprint,
        in vault: String,
        passphrase: () throws -> (Passphrase, PassphraseStrength)
    ) throws -> KeyRequest {
        guard Origin.isWellFormed(vault) else {
            throw ClientError(.failed, "no vault has the name \"\(vault)\"")
        }
        guard !state.exists else {
            throw ClientError(
                .failed,
                "this device has joined a vault already",
                hint: "use another --home for other keys"
            )
        }
        try create()
        if hasIdentity {
            let identity = try DeviceIdentity.read(from: self, passphrase: passphrase().0)
            return try identity.request(for: person, in: vault)
        }
        let identity = try DeviceIdentity.generate()
        let (passphrase, strength) = try passphrase()
        try identity.write(to: self, passphrase: passphrase, strength: strength)
        return try identity.request(for: person, in: vault)
    }
}
