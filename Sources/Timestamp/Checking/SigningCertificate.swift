// SPDX-License-Identifier: Apache-2.0

/// Which certificate a signer says is its own: without this, one with the same key or name would do.
///
/// See RFC 2634, section 5.4 (`ESSCertID`, SHA-1), and RFC 5035 (`ESSCertIDv2`).
struct SigningCertificate {
    let algorithm: HashAlgorithm
    let hash: [UInt8]
    /// The name of the issuer, encoded, and the serial number, where the signer gives them.
    let issued: (issuer: [UInt8], serialNumber: [UInt8])?

    /// Reads the first of the identifiers, which is the signer's.
    init?(_ value: [UInt8], isSecondVersion: Bool) throws(TimestampSyntaxError) {
        var outer = Elements(value[...], of: .signingCertificate)
        var attribute = try outer.expect(Tag.sequence).elements(of: .signingCertificate)
        var identifiers = try attribute.expect(Tag.sequence).elements(of: .signingCertificate)
        var fields = try identifiers.expect(Tag.sequence).elements(of: .signingCertificate)
        var type = isSecondVersion ? HashAlgorithm.sha256.oid : HashAlgorithm.sha1.oid
        if isSecondVersion, let named = try fields.next(Tag.sequence) {
            type = try OID(algorithm: named, of: .signingCertificate)
        }
        guard let algorithm = HashAlgorithm(type) else { return nil }
        self.algorithm = algorithm
        hash = try fields.expect(Tag.octetString).octets(of: .signingCertificate)
        issued =
            if let element = try fields.next(Tag.sequence) {
                try Self.issued(element)
            } else { nil }
        try fields.end()
    }

    /// `IssuerSerial`, whose names are one directory name.
    private static func issued(
        _ element: Element
    ) throws(TimestampSyntaxError) -> (issuer: [UInt8], serialNumber: [UInt8]) {
        var fields = element.elements(of: .signingCertificate)
        var names = try fields.expect(Tag.sequence).elements(of: .signingCertificate)
        var directory = try names.expect(Tag.contextConstructed(4))
            .elements(of: .signingCertificate)
        try names.end()
        let issuer = Array(try directory.expect(Tag.sequence).encoding)
        let serialNumber = try fields.expect(Tag.integer).integer(of: .signingCertificate)
        try fields.end()
        return (issuer, serialNumber)
    }

    /// Whether this is the certificate that the signer means.
    func isFor(_ certificate: Certificate) -> Bool {
        guard algorithm.hash(certificate.bytes) == hash else { return false }
        guard let issued else { return true }
        return certificate.isIssued(by: issued.issuer, serialNumber: issued.serialNumber)
    }
}
