// SPDX-License-Identifier: Apache-2.0

import Bulk
public import Secrets

/// The 16 secret bytes that open one file: wrapped in its header, wiped when let go.
///
/// A file key is never used for a second payload. See c2sp.org/age, "File key".
public struct FileKey: ~Copyable, Sendable {
    /// Its length in bytes.
    public static let size = 16

    let secret: SecretBytes

    /// A fresh one.
    public init(random entropy: some EntropySource) {
        secret = SecretBytes(random: Self.size, from: entropy)
    }

    /// One that the caller derived; exactly 16 bytes.
    public init(_ secret: consuming SecretBytes) {
        precondition(secret.count == Self.size)
        self.secret = secret
    }

    /// A value that fixes this key without telling it: HKDF-SHA256, 32 bytes.
    ///
    /// ChaCha20-Poly1305 does not commit to its key, so one payload can open to two texts under two
    /// keys. Inside one file the header's code prevents that; where headers and payloads are kept
    /// apart, only a commitment made on sealing tells whether a header belongs to a payload.
    public func commitment(salt: [UInt8], info: String) -> [UInt8] {
        let commitment = HKDF.key(from: secret, salt: salt, info: Array(info.utf8))
        return unsafe commitment.withBytes { unsafe Array($0) }
    }

    /// The code that binds a header to this key.
    func headerCode(of header: [UInt8]) -> [UInt8] {
        HMAC.code(for: header, key: HKDF.key(from: secret, info: Array("header".utf8)))
    }

    /// The payload's cipher.
    func payloadCipher(nonce: [UInt8]) -> ChaCha20Poly1305 {
        let key = HKDF.key(from: secret, salt: nonce, info: Array("payload".utf8))
        return unsafe key.withBytes { unsafe ChaCha20Poly1305(key: $0.bytes) }
    }

    /// Seals this key under a wrapping key that is used only once, so the nonce is zero.
    func wrapped(under key: borrowing SecretBytes) -> [UInt8] {
        var cipher = unsafe key.withBytes { unsafe ChaCha20Poly1305(key: $0.bytes) }
        var body = [UInt8](repeating: 0, count: Self.wrappedSize)
        unsafe body.withUnsafeMutableBytes { body in
            unsafe secret.withBytes {
                unsafe cipher.seal($0, into: body, nonce: .init(repeating: 0))
            }
        }
        return body
    }

    /// Opens a stanza's body of 32 bytes, or gives `nil` when it was made under another key.
    init?(unwrapping body: [UInt8], under key: borrowing SecretBytes) {
        var cipher = unsafe key.withBytes { unsafe ChaCha20Poly1305(key: $0.bytes) }
        var opened = SecretBytes(count: Self.size)
        let authentic = unsafe opened.withMutableBytes { opened in
            unsafe body.withUnsafeBytes {
                unsafe cipher.open($0, into: opened, nonce: .init(repeating: 0))
            }
        }
        guard authentic else { return nil }
        secret = opened
    }

    /// The length in bytes of a wrapped file key.
    static let wrappedSize = size + ChaCha20Poly1305.tagSize
}
