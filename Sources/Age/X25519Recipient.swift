// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import FoundationEssentials
import Secrets

/// A classic recipient, `age1…`, for files that people exchange with older tools.
///
/// See c2sp.org/age, "The X25519 recipient type". A quantum computer will open what is sealed to it,
/// so nothing of the vault ever is.
public struct X25519Recipient: Hashable, Sendable {
    /// The X25519 public key, 32 bytes.
    public let publicKey: [UInt8]
    /// The recipient as people pass it on: 62 characters.
    public let text: String

    /// Takes an X25519 public key.
    ///
    /// - Throws: `.wrongSize`, or `.invalidPublicKey` where every shared secret would be zero.
    public init(publicKey: [UInt8]) throws(KeyError) {
        guard publicKey.count == X25519.size else { throw .wrongSize }
        let trial = SecretBytes(random: X25519.size, from: SystemEntropy())
        guard X25519.sharedSecret(of: trial, and: publicKey) != nil else {
            throw .invalidPublicKey
        }
        self.publicKey = publicKey
        text = KeyText.text(of: publicKey, prefix: Self.prefix)
    }

    /// Reads `age1…`.
    public init(parsing text: String) throws(KeyError) {
        try self.init(publicKey: KeyText.data(in: text, prefix: Self.prefix))
    }

    func stanza(for fileKey: borrowing FileKey, entropy: some EntropySource) throws(KeyError)
        -> Stanza
    {
        let ephemeral = SecretBytes(random: X25519.size, from: entropy)
        let share = X25519.publicKey(of: ephemeral)
        guard let secret = X25519.sharedSecret(of: ephemeral, and: publicKey) else {
            throw .invalidPublicKey
        }
        return Stanza(
            type: Self.stanzaType,
            arguments: [Base64.unpadded.encode(share)],
            body: fileKey.wrapped(
                under: HKDF.key(from: secret, salt: share + publicKey, info: Self.info)
            )
        )
    }

    static let prefix = "age"
    static let stanzaType = "X25519"
    static let info = Array("age-encryption.org/v1/X25519".utf8)
}

extension X25519Recipient: CustomStringConvertible {
    /// The recipient as people pass it on.
    public var description: String { text }
}

/// The function of RFC 7748 on guarded private keys.
enum X25519 {
    static let size = 32
    private static let zero = [UInt8](repeating: 0, count: size)

    static func publicKey(of privateKey: borrowing SecretBytes) -> [UInt8] {
        guard let key = try? key(privateKey) else { fatalError("X25519 keys have 32 bytes") }
        return Array(key.publicKey.rawRepresentation)
    }

    /// The shared secret, or `nil` where the other key would make it all zero.
    static func sharedSecret(of privateKey: borrowing SecretBytes, and publicKey: [UInt8])
        -> SecretBytes?
    {
        guard let key = try? key(privateKey),
            let other = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: publicKey),
            let shared = try? key.sharedSecretFromKeyAgreement(with: other)
        else { return nil }
        var secret = SecretBytes(count: size)
        unsafe shared.withUnsafeBytes { shared in
            unsafe secret.withMutableBytes { unsafe $0.copyMemory(from: shared) }
        }
        // The library does not refuse points of low order by itself.
        let isZero = unsafe secret.withBytes { secret in
            unsafe zero.withUnsafeBytes { zero in unsafe ConstantTime.equal(secret, zero) }
        }
        if isZero { return nil }
        return secret
    }

    private static func key(_ privateKey: borrowing SecretBytes) throws
        -> Curve25519.KeyAgreement.PrivateKey
    {
        try unsafe privateKey.withBytes { bytes throws(any Error) in
            try unsafe Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes)
        }
    }
}
