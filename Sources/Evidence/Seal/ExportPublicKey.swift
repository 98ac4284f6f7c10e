// SPDX-License-Identifier: Apache-2.0

import Bulk
import Crypto
import Encodings
public import Vault

/// The public half of an organisation's export key, as a bundle shows it.
public struct ExportPublicKey: Hashable, Sendable {
    /// The point on P-256, uncompressed: 65 bytes.
    let p256: [UInt8]
    /// 32 bytes.
    let ed25519: [UInt8]

    /// Before the 65 bytes of a point on P-256 (RFC 5480).
    private static let prefix: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ]
    private static let firstLine = "-----BEGIN PUBLIC KEY-----"
    private static let lastLine = "-----END PUBLIC KEY-----"
    /// Both the name that a verifier asks for and the namespace of the signatures.
    static let namespace = "evidence-export"

    init(p256: P256.Signing.PublicKey, ed25519: Curve25519.Signing.PublicKey) {
        self.p256 = Array(p256.x963Representation)
        self.ed25519 = Array(ed25519.rawRepresentation)
    }

    /// Reads the two files of a bundle.
    ///
    /// - Returns: `nil` where one of them is not, to the byte, what ``pem`` and ``allowedSigners`` write.
    public init?(pem: [UInt8], allowedSigners: [UInt8]) {
        let lines = String(decoding: pem, as: UTF8.self).split(separator: "\n")
        let fields = String(decoding: allowedSigners, as: UTF8.self).split {
            $0 == " " || $0 == "\n"
        }
        guard lines.count > 2, let last = fields.last,
            let der = Base64.padded.decode(lines[1..<(lines.count - 1)].joined()),
            let blob = Base64.padded.decode(last)
        else { return nil }
        p256 = Array(der.dropFirst(Self.prefix.count))
        ed25519 = blob.suffix(32)
        guard (try? P256.Signing.PublicKey(x963Representation: p256)) != nil, self.pem == pem,
            self.allowedSigners == allowedSigners
        else { return nil }
    }

    /// Its name in statements.
    public var name: ExportKey {
        ExportKey(
            p256: Hash(hashing: Self.prefix + p256),
            ed25519: Hash(hashing: SSHWire.ed25519(ed25519))
        )
    }

    /// The fingerprint of the Ed25519 key as `ssh-keygen` shows it.
    public var sshFingerprint: String {
        "SHA256:" + Base64.unpadded.encode(name.ed25519.bytes)
    }

    /// The P-256 key for openssl: `signer-public-key.pem`.
    public var pem: [UInt8] {
        Armor.lines(of: Self.prefix + p256, lineLength: 64, Self.firstLine, Self.lastLine)
    }

    /// The Ed25519 key for ssh-keygen: `allowed_signers`.
    ///
    /// Without dates: ssh-keygen would hold them against the day of the verification.
    public var allowedSigners: [UInt8] {
        let key = Base64.padded.encode(SSHWire.ed25519(ed25519))
        return Array(
            "\(Self.namespace) namespaces=\"\(Self.namespace)\" \(SSHWire.ed25519Name) \(key)\n"
                .utf8
        )
    }

    /// Whether the P-256 key signed the SHA-256 of a message (ECDSA, DER), in the one spelling of the
    /// signature that ``ExportSigner`` writes.
    func isValid(p256 der: [UInt8], for message: [UInt8]) -> Bool {
        guard let key = try? P256.Signing.PublicKey(x963Representation: p256),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: der),
            let low = try? signature.low(), Array(low.derRepresentation) == der
        else { return false }
        return key.isValidSignature(signature, for: SHA256.hash(data: message))
    }

    /// Whether the Ed25519 key signed a message for an export.
    func isValid(ssh signature: SSHSignature, for message: [UInt8]) -> Bool {
        signature.publicKey == ed25519 && signature.namespace == Self.namespace
            && signature.isValid(for: message)
    }
}
