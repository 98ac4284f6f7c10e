// SPDX-License-Identifier: Apache-2.0

import Crypto
public import Secrets

/// An organisation's export key: a P-256 key and an Ed25519 key that sign the same seals.
public final class ExportSigner: Sendable {
    /// What the seals are checked by.
    public let publicKey: ExportPublicKey
    private let secret: SecretBytes

    /// The length of the secret in bytes: the scalar of P-256, then the seed of Ed25519.
    public static let secretSize = 64

    /// Makes a new key pair.
    public static func random(from entropy: some EntropySource) -> ExportSigner {
        while true {
            // All but about one in 2^32 values are scalars of the curve.
            let secret = SecretBytes(random: secretSize, from: entropy)
            if let signer = ExportSigner(secret) { return signer }
        }
    }

    /// Takes a secret from where it is kept.
    ///
    /// - Returns: `nil` where it has another length, or its scalar is none of the curve.
    public init?(_ secret: consuming SecretBytes) {
        guard secret.count == Self.secretSize,
            let keys = try? unsafe secret.withBytes({ try unsafe Self.keys(of: $0) })
        else { return nil }
        publicKey = ExportPublicKey(p256: keys.p256.publicKey, ed25519: keys.ed25519.publicKey)
        self.secret = secret
    }

    /// Lends the secret to whoever keeps it; the pointer must not leave the closure.
    public func withSecret<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe secret.withBytes(body)
    }

    /// Signs a seal with both keys: ECDSA over SHA-256 in DER, and a signature of OpenSSH.
    func sign(_ seal: [UInt8]) throws -> (p256: [UInt8], ssh: SSHSignature) {
        let keys = try unsafe secret.withBytes { bytes throws(any Error) in
            try unsafe Self.keys(of: bytes)
        }
        return (
            Array(try keys.p256.signature(for: SHA256.hash(data: seal)).low().derRepresentation),
            try SSHSignature(of: seal, for: ExportPublicKey.namespace, by: keys.ed25519)
        )
    }

    private static func keys(
        of secret: UnsafeRawBufferPointer
    ) throws -> (p256: P256.Signing.PrivateKey, ed25519: Curve25519.Signing.PrivateKey) {
        (
            try unsafe P256.Signing.PrivateKey(rawRepresentation: secret.prefix(32)),
            try unsafe Curve25519.Signing.PrivateKey(rawRepresentation: secret.dropFirst(32))
        )
    }
}
