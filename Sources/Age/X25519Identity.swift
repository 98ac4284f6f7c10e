// SPDX-License-Identifier: Apache-2.0

import Encodings
public import Secrets

/// A classic private key, `AGE-SECRET-KEY-1…`.
public final class X25519Identity: Identity {
    /// The public half.
    public let recipient: X25519Recipient

    private let privateKey: SecretBytes

    /// A fresh one.
    public convenience init(random entropy: some EntropySource) throws(KeyError) {
        try self.init(privateKey: SecretBytes(random: X25519.size, from: entropy))
    }

    /// Reads `AGE-SECRET-KEY-1…`; the caller wipes the text.
    public convenience init(parsing text: UnsafeRawBufferPointer) throws(KeyError) {
        try self.init(
            privateKey: unsafe KeyText.secret(in: text, prefix: Self.prefix, size: X25519.size)
        )
    }

    private init(privateKey: consuming SecretBytes) throws(KeyError) {
        recipient = try X25519Recipient(publicKey: X25519.publicKey(of: privateKey))
        self.privateKey = privateKey
    }

    /// The identity as it stands in an identity file.
    public var text: SecretBytes {
        unsafe privateKey.withBytes { unsafe Bech32.encode(part: Self.prefix, data: $0) }
    }

    /// The file key from the first stanza that was sealed to this key; see ``Identity``.
    public func fileKey(from stanzas: [Stanza]) throws(HeaderError) -> FileKey? {
        let stanzas = stanzas.filter { $0.type == X25519Recipient.stanzaType }
        var shares: [[UInt8]] = []
        for stanza in stanzas {
            try stanza.check(argumentCount: 1)
            guard let share = Base64.unpadded.decode(stanza.arguments[0]) else {
                throw .nonCanonicalBase64
            }
            guard share.count == X25519.size else { throw .invalidShare(type: stanza.type) }
            shares.append(share)
        }
        for (stanza, share) in zip(stanzas, shares) {
            guard let secret = X25519.sharedSecret(of: privateKey, and: share) else {
                throw .invalidShare(type: stanza.type)
            }
            let key = HKDF.key(
                from: secret,
                salt: share + recipient.publicKey,
                info: X25519Recipient.info
            )
            if let fileKey = FileKey(unwrapping: stanza.body, under: key) { return fileKey }
        }
        return nil
    }

    static let prefix = "AGE-SECRET-KEY-"
}
