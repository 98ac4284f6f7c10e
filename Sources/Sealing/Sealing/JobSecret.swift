// SPDX-License-Identifier: Apache-2.0

import Age
public import Bulk
public import Evidence
public import Secrets
public import Vault

/// The one secret of a submission, from which all others derive: file keys, nonces, ids and salts.
///
/// A submission that is interrupted seals again from it and gets the same bytes. It is wiped when the
/// receipt is in; from then on nothing on the device opens what was sealed. See <doc:Object>.
public struct JobSecret: ~Copyable, Sendable {
    /// Its length in bytes.
    public static let size = 32

    private let secret: SecretBytes
    /// What the salts and decoys of the manifest derive from.
    private let salts: SecretBytes

    /// A fresh one.
    public init(random entropy: some EntropySource) {
        self.init(SecretBytes(random: Self.size, from: entropy))
    }

    /// One that was kept for a resume; exactly 32 bytes.
    public init(_ secret: consuming SecretBytes) {
        precondition(secret.count == Self.size)
        salts = HKDF.key(from: secret, info: Self.info("salts"))
        self.secret = secret
    }

    /// Lends the 32 bytes, to be kept in an encrypted journal and nowhere else.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe secret.withBytes { bytes throws(Failure) in try unsafe body(bytes) }
    }

    /// The id of an object, by its number: 0 is the manifest, 1 the first item.
    public func objectID(_ number: Int) -> ObjectID {
        let bytes = derive("object id \(number)", count: ObjectID.size)
        guard let id = ObjectID(bytes) else { preconditionFailure("an id has 16 bytes") }
        return id
    }

    /// The file key of an object.
    ///
    /// `content` is what is known of the plaintext before it is sealed. It is part of the derivation,
    /// so that another plaintext of which this differs never meets the same key.
    func fileKey(_ number: Int, content: String) -> FileKey {
        FileKey(
            HKDF.key(
                from: secret,
                info: Self.info("file key \(number) \(content)"),
                count: FileKey.size
            )
        )
    }

    /// The nonce of an object's payload.
    func payloadNonce(_ number: Int, content: String) -> [UInt8] {
        derive("payload nonce \(number) \(content)", count: PayloadLayout.nonceSize)
    }

    private func derive(_ purpose: String, count: Int) -> [UInt8] {
        let key = HKDF.key(from: secret, info: Self.info(purpose), count: count)
        return unsafe key.withBytes { unsafe Array($0) }
    }

    private static func info(_ purpose: String) -> [UInt8] {
        Array("saksi/v1 job \(purpose)".utf8)
    }
}

extension JobSecret: LeafSecrets {
    /// The salt of a leaf: HMAC-SHA256 of a label.
    public func salt(of leaf: String) -> [UInt8] {
        HMAC.code(for: Array("salt \(leaf)".utf8), key: salts)
    }

    /// The hash of an HMAC-SHA256 of a label.
    public func decoy(_ number: Int) -> Hash {
        Hash(hashing: HMAC.code(for: Array("decoy \(number)".utf8), key: salts))
    }
}
