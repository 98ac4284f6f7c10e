// SPDX-License-Identifier: Apache-2.0

import CTimestamp

/// The hash algorithms that imprints and signatures may use.
///
/// Requests are made with SHA-256, SHA-384 or SHA-512. The others are taken where old or unusual
/// authorities have used them. MD5 is not taken.
public enum HashAlgorithm: String, CaseIterable, Sendable {
    case sha1
    case sha224
    case sha256
    case sha384
    case sha512
    case sha512_256 = "sha512-256"
    case sha3_256 = "sha3-256"
    case sha3_384 = "sha3-384"
    case sha3_512 = "sha3-512"

    /// What a request may ask for.
    public static let requestable: [HashAlgorithm] = [.sha256, .sha384, .sha512]

    /// The length of a hash in bytes.
    public var size: Int {
        switch self {
        case .sha1: 20
        case .sha224: 28
        case .sha256, .sha512_256, .sha3_256: 32
        case .sha384, .sha3_384: 48
        case .sha512, .sha3_512: 64
        }
    }

    /// RFC 8017, appendix B.1, and the NIST registry of hash algorithms.
    var oid: OID {
        switch self {
        case .sha1: OID(known: [0x2b, 0x0e, 0x03, 0x02, 0x1a])
        case .sha224: Self.nist(4)
        case .sha256: Self.nist(1)
        case .sha384: Self.nist(2)
        case .sha512: Self.nist(3)
        case .sha512_256: Self.nist(6)
        case .sha3_256: Self.nist(8)
        case .sha3_384: Self.nist(9)
        case .sha3_512: Self.nist(10)
        }
    }

    init?(_ oid: OID) {
        guard let found = Self.allCases.first(where: { $0.oid == oid }) else { return nil }
        self = found
    }

    /// Hashes bytes.
    public func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var hasher = ImprintHasher(self)
        hasher.update(Array(bytes))
        return hasher.finalize().hash
    }

    var implementation: OpaquePointer? { unsafe EVP_get_digestbyname(rawValue) }

    private static func nist(_ number: UInt8) -> OID {
        OID(known: [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, number])
    }
}

/// Hashes a stream for its imprint.
@safe public struct ImprintHasher: ~Copyable {
    private let context: OpaquePointer
    private let algorithm: HashAlgorithm

    /// The state before the first byte.
    public init(_ algorithm: HashAlgorithm) {
        guard let context = unsafe EVP_MD_CTX_new() else { fatalError("no memory for a hash") }
        let status = unsafe EVP_DigestInit_ex(context, algorithm.implementation, nil)
        precondition(status == 1, "libcrypto has no \(algorithm)")
        unsafe self.context = context
        self.algorithm = algorithm
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Adds bytes.
    public mutating func update(_ bytes: [UInt8]) {
        let status = unsafe EVP_DigestUpdate(context, bytes, bytes.count)
        precondition(status == 1)
    }

    /// Adds bytes where they lie.
    public mutating func update(raw bytes: UnsafeRawBufferPointer) {
        let status = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(status == 1)
    }

    /// The imprint of everything that was added.
    public consuming func finalize() -> MessageImprint {
        var hash = [UInt8](repeating: 0, count: algorithm.size)
        let status = unsafe EVP_DigestFinal_ex(context, &hash, nil)
        precondition(status == 1)
        return MessageImprint(known: algorithm, hash)
    }
}
