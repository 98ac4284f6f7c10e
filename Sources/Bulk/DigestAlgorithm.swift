// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// A checksum algorithm that OpenSSL has; its raw value is its name in lower-case letters and digits.
public enum DigestAlgorithm: String, CaseIterable, Sendable {
    case md5
    case sha1
    case sha224
    case sha256
    case sha384
    case sha512
    case sha3224 = "sha3224"
    case sha3256 = "sha3256"
    case sha3384 = "sha3384"
    case sha3512 = "sha3512"
    case blake2s256
    case blake2b512

    /// The length of a digest in bytes.
    public var size: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha224, .sha3224: 28
        case .sha256, .sha3256, .blake2s256: 32
        case .sha384, .sha3384: 48
        case .sha512, .sha3512, .blake2b512: 64
        }
    }

    /// Whether two files with one digest can be made by whoever wants to.
    public var hasCollisions: Bool { self == .md5 || self == .sha1 }

    fileprivate var implementation: OpaquePointer? {
        switch self {
        case .md5: unsafe EVP_md5()
        case .sha1: unsafe EVP_sha1()
        case .sha224: unsafe EVP_sha224()
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        case .sha512: unsafe EVP_sha512()
        case .sha3224: unsafe EVP_sha3_224()
        case .sha3256: unsafe EVP_sha3_256()
        case .sha3384: unsafe EVP_sha3_384()
        case .sha3512: unsafe EVP_sha3_512()
        case .blake2s256: unsafe EVP_blake2s256()
        case .blake2b512: unsafe EVP_blake2b512()
        }
    }
}

/// A digest of any algorithm over a stream; ``SHA256Hasher`` is for the one that is used everywhere.
@safe public final class Digester {
    /// What it computes.
    public let algorithm: DigestAlgorithm
    private let context: OpaquePointer

    /// The state before the first byte; `nil` where this OpenSSL is built or set up without the
    /// algorithm.
    public init?(_ algorithm: DigestAlgorithm) {
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        self.algorithm = algorithm
        unsafe self.context = context
        guard unsafe EVP_DigestInit_ex(context, algorithm.implementation, nil) == 1 else {
            return nil
        }
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Adds bytes where they lie.
    public func update(raw bytes: UnsafeRawBufferPointer) {
        unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The digest of everything that was added, after which nothing may be added.
    public func finalize() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: algorithm.size)
        unsafe EVP_DigestFinal_ex(context, &digest, nil)
        return digest
    }
}
