// SPDX-License-Identifier: Apache-2.0

/// A time-stamp: SignedData (RFC 5652, section 5) around a ``TSTInfo``.
///
/// A bare token is kept in files that end in `.tst`. Nothing of it is trusted before it was
/// verified.
public struct TimestampToken: Hashable, Sendable {
    /// The token as it came: a `ContentInfo`.
    public let bytes: [UInt8]
    /// What the authority signed.
    public let info: TSTInfo
    /// The certificates that the token brings along, in its order, each in DER.
    public let certificates: [[UInt8]]

    /// The bytes of the ``info``, which are what was signed.
    let content: [UInt8]
    let digestAlgorithms: Set<OID>
    let signers: [SignerInfo]

    /// Reads a token in BER or DER.
    ///
    /// - Throws: ``TimestampSyntaxError``.
    public init(parsing bytes: some Collection<UInt8>) throws(TimestampSyntaxError) {
        var outer = Elements(Array(bytes)[...], of: .contentInfo)
        try self.init(outer.expect(Tag.sequence))
        guard outer.remaining == 0 else { throw .trailingBytes(count: outer.remaining) }
    }

    init(_ element: Element) throws(TimestampSyntaxError) {
        bytes = Array(element.encoding)
        var info = element.elements(of: .contentInfo)
        let type = try OID(info.expect(Tag.objectIdentifier), of: .contentInfo)
        guard type == .signedData else { throw .contentType(type) }
        var explicit = try info.expect(Tag.contextConstructed(0)).elements(of: .contentInfo)
        try info.end()
        var fields = try explicit.expect(Tag.sequence).elements(of: .signedData)
        try explicit.end()

        _ = try fields.expect(Tag.integer)
        var algorithms: Set<OID> = []
        var listed = try fields.expect(Tag.set).elements(of: .signedData)
        while listed.remaining > 0 {
            try algorithms.insert(OID(algorithm: listed.expect(Tag.sequence), of: .signedData))
        }
        digestAlgorithms = algorithms
        content = try Self.content(fields.expect(Tag.sequence))
        var certificates: [[UInt8]] = []
        if let set = try fields.next(Tag.contextConstructed(0)) {
            var set = set.elements(of: .signedData)
            while let certificate = try set.next() {
                certificates.append(Array(certificate.encoding))
            }
        }
        self.certificates = certificates
        _ = try fields.next(Tag.contextConstructed(1))
        var signers: [SignerInfo] = []
        var set = try fields.expect(Tag.set).elements(of: .signedData)
        while set.remaining > 0 { try signers.append(SignerInfo(set.expect(Tag.sequence))) }
        self.signers = signers
        try fields.end()
        self.info = try TSTInfo(parsing: content)
    }

    /// `EncapsulatedContentInfo`.
    private static func content(_ element: Element) throws(TimestampSyntaxError) -> [UInt8] {
        var fields = element.elements(of: .signedData)
        let type = try OID(fields.expect(Tag.objectIdentifier), of: .signedData)
        guard type == .tstInfo else { throw .contentType(type) }
        var explicit = try fields.expect(Tag.contextConstructed(0)).elements(of: .signedData)
        try fields.end()
        guard let octets = try explicit.next() else { throw .malformed(.signedData) }
        try explicit.end()
        return try octets.octets(of: .signedData)
    }
}

extension OID {
    /// `id-signedData` (RFC 5652, section 5.1).
    static let signedData = OID(known: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2])
    /// `id-ct-TSTInfo` (RFC 3161, section 2.4.2).
    static let tstInfo = OID(known: smime + [1, 4])
    /// `id-contentType` and `id-messageDigest` (RFC 5652, section 11).
    static let contentType = OID(known: pkcs9 + [3])
    static let messageDigest = OID(known: pkcs9 + [4])
    /// `id-aa-signingCertificate` (RFC 2634) and `id-aa-signingCertificateV2` (RFC 5035).
    static let signingCertificate = OID(known: smime + [2, 12])
    static let signingCertificateV2 = OID(known: smime + [2, 47])

    private static let pkcs9: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9]
    private static let smime: [UInt8] = pkcs9 + [16]
}
