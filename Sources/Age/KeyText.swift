// SPDX-License-Identifier: Apache-2.0

import Secrets

/// Keys as Bech32 with a prefix that says their kind.
enum KeyText {
    /// A public key's bytes.
    static func data(in text: String, prefix: String) throws(KeyError) -> [UInt8] {
        let text = SecretBytes(copying: text.utf8)
        let data = try unsafe text.withBytes { text throws(KeyError) in
            try unsafe decode(text, prefix: prefix)
        }
        return unsafe data.withBytes { unsafe Array($0) }
    }

    /// A private key's bytes, of which there must be `size`.
    static func secret(in text: UnsafeRawBufferPointer, prefix: String, size: Int) throws(KeyError)
        -> SecretBytes
    {
        let secret = try unsafe decode(text, prefix: prefix)
        guard secret.count == size else { throw .wrongSize }
        return secret
    }

    /// A public key's text.
    static func text(of data: [UInt8], prefix: String) -> String {
        unsafe data.withUnsafeBytes { data in
            let text = unsafe Bech32.encode(part: prefix, data: data)
            return unsafe text.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    private static func decode(_ text: UnsafeRawBufferPointer, prefix: String) throws(KeyError)
        -> SecretBytes
    {
        let decoded: Bech32.Decoded
        do { decoded = try unsafe Bech32.decode(text) } catch { throw .encoding(error) }
        guard decoded.part == prefix.lowercased() else { throw .unexpectedPrefix(decoded.part) }
        return decoded.data
    }
}
