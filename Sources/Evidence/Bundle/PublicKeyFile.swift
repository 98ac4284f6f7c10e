// SPDX-License-Identifier: Apache-2.0

import Encodings

/// An Ed25519 public key as openssl reads it (RFC 8410).
enum PublicKeyFile {
    /// The SubjectPublicKeyInfo before the 32 bytes of the key.
    private static let prefix: [UInt8] = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    static func pem(_ key: [UInt8]) -> [UInt8] {
        let body = Base64.padded.encode(prefix + key)
        return Array("-----BEGIN PUBLIC KEY-----\n\(body)\n-----END PUBLIC KEY-----\n".utf8)
    }
}
