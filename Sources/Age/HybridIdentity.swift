// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import FoundationEssentials
public import Secrets

/// A post-quantum private key, `AGE-SECRET-KEY-PQ-1…`: the 32-byte seed of an X-Wing key pair.
public final class HybridIdentity: Identity {
    /// The public half.
    public let recipient: HybridRecipient

    private let seed: SecretBytes

    /// A fresh one.
    public convenience init(random entropy: some EntropySource) {
        self.init(seed: SecretBytes(random: Self.seedSize, from: entropy))
    }

    /// The key pair of a seed that the caller derived; exactly 32 bytes.
    public init(seed: consuming SecretBytes) {
        precondition(seed.count == Self.seedSize)
        guard let key = try? Self.key(of: seed) else {
            fatalError("a seed of 32 bytes always gives an X-Wing key pair")
        }
        recipient = HybridRecipient(unchecked: Array(key.publicKey.rawRepresentation))
        self.seed = seed
    }

    /// Reads `AGE-SECRET-KEY-PQ-1…`; the caller wipes the text.
    public convenience init(parsing text: UnsafeRawBufferPointer) throws(KeyError) {
        self.init(
            seed: try unsafe KeyText.secret(in: text, prefix: Self.prefix, size: Self.seedSize)
        )
    }

    /// The identity as it stands in an identity file.
    public var text: SecretBytes {
        unsafe seed.withBytes { unsafe Bech32.encode(part: Self.prefix, data: $0) }
    }

    /// The file key from the first stanza that was sealed to this key; see ``Identity``.
    public func fileKey(from stanzas: [Stanza]) throws(HeaderError) -> FileKey? {
        try Self.fileKey(from: stanzas) { try Self.key(of: seed) }
    }

    fileprivate static func fileKey(
        from stanzas: [Stanza],
        with key: () throws -> XWingMLKEM768X25519.PrivateKey
    ) throws(HeaderError) -> FileKey? {
        let stanzas = stanzas.filter { $0.type == HybridRecipient.stanzaType }
        var shares: [[UInt8]] = []
        for stanza in stanzas {
            try stanza.check(argumentCount: 1)
            guard let share = Base64.unpadded.decode(stanza.arguments[0]) else {
                throw .nonCanonicalBase64
            }
            guard share.count == HybridRecipient.encapsulatedKeySize else {
                throw .invalidShare(type: stanza.type)
            }
            shares.append(share)
        }
        for (stanza, share) in zip(stanzas, shares) {
            // Refused here is only an X25519 part that fixes the shared secret.
            guard
                var recipient = try? HPKE.Recipient(
                    privateKey: key(),
                    ciphersuite: HybridRecipient.ciphersuite,
                    info: HybridRecipient.info,
                    encapsulatedKey: Data(share)
                )
            else { throw .invalidShare(type: stanza.type) }
            guard var opened = try? recipient.open(Data(stanza.body)) else { continue }
            defer { unsafe opened.withUnsafeMutableBytes { unsafe ConstantTime.wipe($0) } }
            return FileKey(SecretBytes(copying: opened))
        }
        return nil
    }

    private static func key(of seed: borrowing SecretBytes) throws -> XWingMLKEM768X25519.PrivateKey
    {
        try unsafe seed.withBytes { seed throws(any Error) in
            try unsafe XWingMLKEM768X25519.PrivateKey(seedRepresentation: seed, publicKey: nil)
        }
    }

    /// The key pair, derived.
    fileprivate var key: XWingMLKEM768X25519.PrivateKey {
        guard let key = try? Self.key(of: seed) else {
            fatalError("a seed of 32 bytes always gives an X-Wing key pair")
        }
        return key
    }

    static let prefix = "AGE-SECRET-KEY-PQ-"
    private static let seedSize = 32
}

/// A post-quantum private key whose pair is derived once, to open many headers one after the other.
///
/// ``HybridIdentity`` derives it for each header, and keeps the seed only, in guarded memory. This lies
/// where the cryptographic library puts it: let it go soon.
public final class ExpandedIdentity: Identity {
    private let key: XWingMLKEM768X25519.PrivateKey

    /// Derives the pair of an identity.
    public init(_ identity: HybridIdentity) {
        key = identity.key
    }

    /// The file key from the first stanza that was sealed to this key; see ``Identity``.
    public func fileKey(from stanzas: [Stanza]) throws(HeaderError) -> FileKey? {
        try HybridIdentity.fileKey(from: stanzas) { key }
    }
}
