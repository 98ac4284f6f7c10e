// SPDX-License-Identifier: Apache-2.0

/// What a time-stamp is about: the hash of the stamped bytes, with its algorithm.
///
/// See RFC 3161, section 2.4.1, `MessageImprint`.
public struct MessageImprint: Hashable, Sendable {
    /// How it was hashed.
    public let algorithm: HashAlgorithm
    /// As many bytes as the algorithm's ``HashAlgorithm/size``.
    public let hash: [UInt8]

    /// Takes a hash that was made elsewhere; `nil` where it has not the algorithm's size.
    public init?(_ algorithm: HashAlgorithm, hash: some Collection<UInt8>) {
        guard hash.count == algorithm.size else { return nil }
        self.init(known: algorithm, Array(hash))
    }

    /// Hashes bytes.
    public init(hashing bytes: some Sequence<UInt8>, with algorithm: HashAlgorithm = .sha256) {
        self.init(known: algorithm, algorithm.hash(bytes))
    }

    init(known algorithm: HashAlgorithm, _ hash: [UInt8]) {
        self.algorithm = algorithm
        self.hash = hash
    }

    init(_ element: Element) throws(TimestampSyntaxError) {
        var fields = element.elements(of: .messageImprint)
        let identifier = try fields.expect(Tag.sequence)
        let hash = try fields.expect(Tag.octetString).content
        try fields.end()
        let type = try OID(algorithm: identifier, of: .messageImprint)
        guard let algorithm = HashAlgorithm(type) else { throw .hashAlgorithm(type) }
        guard hash.count == algorithm.size else {
            throw .imprintSize(got: hash.count, want: algorithm.size)
        }
        self.init(known: algorithm, Array(hash))
    }

    /// The parameters are absent or NULL, and most authorities expect NULL (RFC 8017, appendix B.1).
    var encoding: [UInt8] {
        DER.element(
            Tag.sequence,
            of: DER.element(
                Tag.sequence,
                of: algorithm.oid.encoding,
                DER.element(Tag.null, [])
            ),
            DER.element(Tag.octetString, hash)
        )
    }
}

extension OID {
    /// The algorithm of an `AlgorithmIdentifier`, whatever its parameters.
    init(algorithm element: Element, of part: TimestampPart) throws(TimestampSyntaxError) {
        var fields = element.elements(of: part)
        try self.init(fields.expect(Tag.objectIdentifier), of: part)
        _ = try fields.next()
        try fields.end()
    }
}
