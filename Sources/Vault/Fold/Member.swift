// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog

/// A member, as the log has it.
public struct Member: Hashable, Sendable {
    /// The SHA-256 of the member's identity record.
    public let fingerprint: Fingerprint
    /// What the member is.
    public let role: Role
    /// The index of the entry that enrolled the member.
    public let enrolled: UInt64
    let key: SigningKey

    init(_ fingerprint: Fingerprint, role: Role, enrolled: UInt64, signing: [UInt8]) {
        self.fingerprint = fingerprint
        self.role = role
        self.enrolled = enrolled
        key = SigningKey(name: fingerprint.hex, publicKey: signing)
    }

    /// The key of the member's statements and requests.
    public var verifierKey: VerifierKey { key.verifierKey }

    /// Whether the member's key made an Ed25519 signature of 64 bytes.
    public func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        key.isValid(signature, for: message)
    }
}
