// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// SHA-256 over a stream (FIPS 180-4), at OpenSSL's speed.
///
/// The state is held inline, so hashing a Merkle node allocates nothing.
@safe public struct SHA256Hasher: ~Copyable {
    private var context = SHA256_CTX()

    /// The state before the first byte.
    public init() {
        unsafe SHA256_Init(&context)
    }

    /// Adds bytes.
    public mutating func update(_ bytes: some Sequence<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable {
            unsafe update(raw: UnsafeRawBufferPointer($0))
        }
        if done == nil {
            unsafe Array(bytes).withUnsafeBytes { unsafe update(raw: $0) }
        }
    }

    /// Adds bytes where they lie.
    public mutating func update(raw bytes: UnsafeRawBufferPointer) {
        unsafe SHA256_Update(&context, bytes.baseAddress, bytes.count)
    }

    /// The hash of everything that was added.
    public consuming func finalize() -> Hash {
        unsafe Hash(filledBy: {
            unsafe SHA256_Final($0.bindMemory(to: UInt8.self).baseAddress, &context)
        })
    }
}
