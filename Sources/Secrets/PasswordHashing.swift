// SPDX-License-Identifier: Apache-2.0

private import CSodium

/// Why a key could not be derived from a passphrase.
public enum PasswordHashingError: Error, Equatable, Sendable {
    /// A cost lies outside what the function or this machine can do.
    case parametersOutOfRange
    /// The system did not give the memory that the cost asks for.
    case outOfMemory
}

/// Argon2id version 1.3 with one lane (RFC 9106), the costs explicit.
public struct Argon2id: Hashable, Sendable {
    /// The length of a salt in bytes.
    public static let saltSize = 16

    /// Passes over the memory.
    public let passes: UInt64
    /// Memory in bytes; rounded down to whole KiB.
    public let memory: Int

    /// - Parameters:
    ///   - passes: 1 or more.
    ///   - memory: bytes, 8 KiB or more.
    public init(passes: UInt64, memory: Int) {
        self.passes = passes
        self.memory = memory
    }

    /// Derives a key of `count` bytes, 16 or more.
    ///
    /// - Parameters:
    ///   - passphrase: any length.
    ///   - salt: 16 bytes.
    ///   - count: the key's length in bytes.
    /// - Returns: the key.
    /// - Throws: ``PasswordHashingError``.
    public func key(
        from passphrase: borrowing SecretBytes,
        salt: [UInt8],
        count: Int
    ) throws(PasswordHashingError) -> SecretBytes {
        precondition(salt.count == Self.saltSize)
        guard passes >= UInt64(crypto_pwhash_argon2id_opslimit_min()),
            passes <= UInt64(crypto_pwhash_argon2id_opslimit_max()),
            memory >= crypto_pwhash_argon2id_memlimit_min(),
            memory <= crypto_pwhash_argon2id_memlimit_max(),
            count >= crypto_pwhash_argon2id_bytes_min()
        else { throw .parametersOutOfRange }
        let key = SecretBytes(count: count)
        let status = unsafe crypto_pwhash_argon2id(
            key.base.assumingMemoryBound(to: UInt8.self),
            UInt64(count),
            passphrase.base.assumingMemoryBound(to: CChar.self),
            UInt64(passphrase.count),
            salt,
            passes,
            memory,
            crypto_pwhash_argon2id_alg_argon2id13()
        )
        guard status == 0 else { throw .outOfMemory }
        return key
    }
}

/// scrypt (RFC 7914), as age's passphrase stanza uses it.
public struct Scrypt: Hashable, Sendable {
    /// The cost N as its binary logarithm; the memory is 2^logN × 128 × blockSize bytes.
    public let logN: Int
    /// The parameter r.
    public let blockSize: UInt32
    /// The parameter p.
    public let parallelism: UInt32

    /// - Parameters:
    ///   - logN: 1 to 30.
    ///   - blockSize: the parameter r.
    ///   - parallelism: the parameter p.
    public init(logN: Int, blockSize: UInt32 = 8, parallelism: UInt32 = 1) {
        self.logN = logN
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// Derives a key of `count` bytes.
    ///
    /// - Parameters:
    ///   - passphrase: any length.
    ///   - salt: any length.
    ///   - count: the key's length in bytes.
    /// - Returns: the key.
    /// - Throws: ``PasswordHashingError``.
    public func key(
        from passphrase: borrowing SecretBytes,
        salt: [UInt8],
        count: Int
    ) throws(PasswordHashingError) -> SecretBytes {
        guard (1...30).contains(logN) else { throw .parametersOutOfRange }
        let key = SecretBytes(count: count)
        let status = unsafe crypto_pwhash_scryptsalsa208sha256_ll(
            passphrase.base.assumingMemoryBound(to: UInt8.self),
            passphrase.count,
            salt,
            salt.count,
            1 << UInt64(logN),
            blockSize,
            parallelism,
            key.base.assumingMemoryBound(to: UInt8.self),
            count
        )
        guard status == 0 else { throw .outOfMemory }
        return key
    }
}
