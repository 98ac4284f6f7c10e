// SPDX-License-Identifier: Apache-2.0

/// Who signed a token, and what exactly was signed (RFC 5652, section 5.3).
struct SignerInfo: Hashable, Sendable {
    /// The name of the signer's issuer, encoded, and the content of its serial number.
    let issuer: [UInt8]
    let serialNumber: [UInt8]
    let digestAlgorithm: OID
    /// The attributes that are signed: each type with its one value.
    let attributes: [OID: Attribute]
    /// What the signature is over: the attributes as a SET in DER, in their order.
    let signedBytes: [UInt8]
    let signature: [UInt8]

    /// An attribute's value, encoded.
    struct Attribute: Hashable, Sendable {
        let value: [UInt8]
    }

    init(_ element: Element) throws(TimestampSyntaxError) {
        var fields = element.elements(of: .signerInfo)
        _ = try fields.expect(Tag.integer)
        // A key identifier in its place is something that OpenSSL's time-stamps do not know either.
        var signer = try fields.expect(Tag.sequence).elements(of: .signerInfo)
        issuer = Array(try signer.expect(Tag.sequence).encoding)
        serialNumber = try signer.expect(Tag.integer).integer(of: .signerInfo)
        try signer.end()
        digestAlgorithm = try OID(algorithm: fields.expect(Tag.sequence), of: .signerInfo)
        let signed = try fields.expect(Tag.contextConstructed(0))
        attributes = try Self.attributes(signed)
        signedBytes = [Tag.set] + (try signed.definite(of: .signedAttributes)).dropFirst()
        _ = try OID(algorithm: fields.expect(Tag.sequence), of: .signerInfo)
        guard let signature = try fields.next() else { throw .malformed(.signerInfo) }
        self.signature = try signature.octets(of: .signerInfo)
        _ = try fields.next(Tag.contextConstructed(1))
        try fields.end()
    }

    private static func attributes(
        _ element: Element
    ) throws(TimestampSyntaxError) -> [OID: Attribute] {
        var attributes: [OID: Attribute] = [:]
        var set = element.elements(of: .signedAttributes)
        while set.remaining > 0 {
            var fields = try set.expect(Tag.sequence).elements(of: .signedAttributes)
            let type = try OID(fields.expect(Tag.objectIdentifier), of: .signedAttributes)
            var values = try fields.expect(Tag.set).elements(of: .signedAttributes)
            try fields.end()
            guard let value = try values.next() else { throw .malformed(.signedAttributes) }
            let attribute = Attribute(value: Array(value.encoding))
            // Of the attributes that are looked at, none may come twice or have two values.
            guard OID.judged.contains(type) else { continue }
            try values.end()
            guard attributes.updateValue(attribute, forKey: type) == nil else {
                throw .malformed(.signedAttributes)
            }
        }
        return attributes
    }
}

extension OID {
    fileprivate static let judged: Set<OID> = [
        .contentType, .messageDigest, .signingCertificate, .signingCertificateV2,
    ]
}
