// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Which key pair seals an organisation's exports: the fingerprints of its two public keys.
///
/// Two algorithms, so that a seal outlives the weaker of them. In statements it is one value, both
/// fingerprints with a blank between.
public struct ExportKey: Hashable, Sendable {
    /// The SHA-256 of the P-256 key's SubjectPublicKeyInfo in DER, 91 bytes.
    public let p256: Hash
    /// The SHA-256 of the Ed25519 key as OpenSSH writes it, 51 bytes: what `ssh-keygen -l` shows.
    public let ed25519: Hash

    /// Names a key pair.
    public init(p256: Hash, ed25519: Hash) {
        self.p256 = p256
        self.ed25519 = ed25519
    }

    /// Reads both fingerprints in hexadecimal digits, a blank between; `nil` for anything else.
    public init?(parsing text: some StringProtocol) {
        let fields = text.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 2, let p256 = Hash(hex: fields[0]), let ed25519 = Hash(hex: fields[1])
        else { return nil }
        self.init(p256: p256, ed25519: ed25519)
    }
}

extension ExportKey: Comparable, CustomStringConvertible {
    /// Both fingerprints in hexadecimal digits, a blank between.
    public var description: String { "\(p256.hex) \(ed25519.hex)" }

    /// By the first fingerprint, then by the second.
    public static func < (left: ExportKey, right: ExportKey) -> Bool {
        (left.p256, left.ed25519) < (right.p256, right.ed25519)
    }
}
