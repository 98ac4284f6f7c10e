// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import FoundationEssentials
import Secrets

/// A post-quantum recipient, `age1pq1…`: X-Wing, that is ML-KEM-768 and X25519 together.
///
/// See c2sp.org/age, "The mlkem768x25519 recipient type". Files sealed to it stay closed unless both
/// parts are broken.
public struct HybridRecipient: Hashable, Sendable {
    /// The X-Wing public key, 1216 bytes.
    public let publicKey: [UInt8]
    /// The recipient as people pass it on: 1959 characters.
    public let text: String

    /// Takes an X-Wing public key.
    ///
    /// - Throws: `.wrongSize`, or `.invalidPublicKey` where nothing can be sealed to it.
    public init(publicKey: [UInt8]) throws(KeyError) {
        guard publicKey.count == Self.publicKeySize else { throw .wrongSize }
        self.init(unchecked: publicKey)
        // The key's inner checks only run when it is used: use it once.
        do { _ = try key().encapsulate() } catch { throw .invalidPublicKey }
    }

    /// Reads `age1pq1…`.
    public init(parsing text: String) throws(KeyError) {
        try self.init(publicKey: KeyText.data(in: text, prefix: Self.prefix))
    }

    init(unchecked publicKey: [UInt8]) {
        self.publicKey = publicKey
        text = KeyText.text(of: publicKey, prefix: Self.prefix)
    }

    /// A recipient whose private half nobody has: its stanza cannot be told from any other.
    static func throwAway() -> HybridRecipient {
        HybridRecipient(unchecked: HybridIdentity(random: SystemEntropy()).recipient.publicKey)
    }

    /// Wraps a file key; the encapsulation's randomness is the cryptographic library's own.
    func stanza(for fileKey: borrowing FileKey) throws(KeyError) -> Stanza {
        do {
            var sender = try HPKE.Sender(
                recipientKey: key(),
                ciphersuite: Self.ciphersuite,
                info: Self.info
            )
            let body = try unsafe fileKey.secret.withBytes { fileKey throws(any Error) in
                try unsafe sender.seal(fileKey)
            }
            return Stanza(
                type: Self.stanzaType,
                arguments: [Base64.unpadded.encode(sender.encapsulatedKey)],
                body: Array(body)
            )
        } catch {
            throw .invalidPublicKey
        }
    }

    private func key() throws -> XWingMLKEM768X25519.PublicKey {
        try XWingMLKEM768X25519.PublicKey(rawRepresentation: publicKey)
    }

    static let prefix = "age1pq"
    static let stanzaType = "mlkem768x25519"
    static let publicKeySize = 1216
    static let encapsulatedKeySize = 1120
    static let info = Data("age-encryption.org/mlkem768x25519".utf8)
    static let ciphersuite = HPKE.Ciphersuite(
        kem: .XWingMLKEM768X25519,
        kdf: .HKDF_SHA256,
        aead: .chaChaPoly
    )
}

extension HybridRecipient: CustomStringConvertible {
    /// The recipient as people pass it on.
    public var description: String { text }
}
