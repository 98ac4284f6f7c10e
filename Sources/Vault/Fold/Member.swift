// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog

/// A key of a member, as the log has it.
///
/// A person has one such key for each device, and new ones in the place of old ones. Rights are the
/// person's; see ``VaultState/person(of:)``.
public struct Member: Hashable, Sendable {
    /// The SHA-256 of the identity record.
    public let fingerprint: Fingerprint
    /// Whose key it is: the fingerprint of the first key that the person enrolled.
    public let person: Fingerprint
    /// What the person is.
    public let role: Role
    /// The index of the entry that enrolled the key.
    public let enrolled: UInt64
    /// How the key ended; `nil` while it may act.
    public internal(set) var ended: KeyEnd?
    let key: SigningKey

    init(
        _ fingerprint: Fingerprint,
        person: Fingerprint,
        role: Role,
        enrolled: UInt64,
        signing: [UInt8]
    ) {
        self.fingerprint = fingerprint
        self.person = person
        self.role = role
        self.enrolled = enrolled
        key = SigningKey(name: fingerprint.hex, publicKey: signing)
    }

    /// Whether the key may act.
    public var isActive: Bool { ended == nil }

    /// The key of the member's statements and requests.
    public var verifierKey: VerifierKey { key.verifierKey }

    /// Whether the member's key made an Ed25519 signature of 64 bytes.
    public func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        key.isValid(signature, for: message)
    }
}

/// How a key ended.
public struct KeyEnd: Hashable, Sendable {
    /// Why a key ended.
    public enum Reason: String, CaseIterable, Sendable {
        /// The device is lost or was seized, and the person has new keys.
        case lost
        /// Administrators ended it.
        case revoked
        /// The person put another in its place.
        case superseded
    }

    /// The index of the entry that ended it.
    public let index: UInt64
    /// Why.
    public let reason: Reason
}
