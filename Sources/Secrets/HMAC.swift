// SPDX-License-Identifier: Apache-2.0

private import CSodium

/// HMAC-SHA256 (RFC 2104, FIPS 198-1) under a guarded key.
public enum HMAC {
    /// The length of a code in bytes.
    public static let size = 32

    /// The authentication code of a message.
    public static func code(for message: [UInt8], key: borrowing SecretBytes) -> [UInt8] {
        let code = code(for: SecretBytes(count: 0), message, key: key)
        return unsafe code.withBytes { unsafe Array($0) }
    }

    /// Whether a code belongs to a message; the time it takes says nothing of the code.
    public static func verify(_ code: [UInt8], for message: [UInt8], key: borrowing SecretBytes)
        -> Bool
    {
        ConstantTime.equal(code, self.code(for: message, key: key))
    }

    /// The code of a message that begins with a secret, as a secret.
    static func code(
        for secret: borrowing SecretBytes,
        _ rest: [UInt8],
        key: borrowing SecretBytes
    ) -> SecretBytes {
        let code = SecretBytes(count: size)
        var state = crypto_auth_hmacsha256_state()
        unsafe crypto_auth_hmacsha256_init(
            &state,
            key.base.assumingMemoryBound(to: UInt8.self),
            key.count
        )
        unsafe crypto_auth_hmacsha256_update(
            &state,
            secret.base.assumingMemoryBound(to: UInt8.self),
            UInt64(secret.count)
        )
        unsafe crypto_auth_hmacsha256_update(&state, rest, UInt64(rest.count))
        unsafe crypto_auth_hmacsha256_final(&state, code.base.assumingMemoryBound(to: UInt8.self))
        unsafe withUnsafeMutableBytes(of: &state) { unsafe ConstantTime.wipe($0) }
        return code
    }
}

/// HKDF-SHA256 (RFC 5869), guarded from end to end.
public enum HKDF {
    /// Derives a key.
    ///
    /// - Parameters:
    ///   - secret: the input keying material.
    ///   - salt: any length; empty for none.
    ///   - info: what the key is for.
    ///   - count: the key's length in bytes, at most 8160.
    /// - Returns: the key.
    public static func key(
        from secret: borrowing SecretBytes,
        salt: [UInt8] = [],
        info: [UInt8],
        count: Int = 32
    ) -> SecretBytes {
        precondition(count <= 255 * HMAC.size)
        // Extract: an empty salt and one of 32 zeros are the same HMAC key.
        let extracted = HMAC.code(for: secret, [], key: SecretBytes(copying: salt))
        // Expand: T(n) = HMAC(extracted, T(n-1) || info || n), one after the other.
        var key = SecretBytes(count: count)
        var block = SecretBytes(count: 0)
        for (round, start) in stride(from: 0, to: count, by: HMAC.size).enumerated() {
            block = HMAC.code(for: block, info + [UInt8(round + 1)], key: extracted)
            unsafe block.withBytes { block in
                unsafe key.withMutableBytes { key in
                    unsafe UnsafeMutableRawBufferPointer(rebasing: key[start...])
                        .copyBytes(from: block.prefix(count - start))
                }
            }
        }
        return key
    }
}
