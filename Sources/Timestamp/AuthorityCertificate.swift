// SPDX-License-Identifier: Apache-2.0

/// What a certificate says that whoever keeps a time-stamp must know: how long it is good, and where
/// the lists are that may revoke it.
///
/// See RFC 5280, sections 4.1.2.5 and 4.2.1.13. Nothing here is verified.
public struct AuthorityCertificate: Hashable, Sendable {
    /// From when it is valid, in seconds since 1970.
    public let notBefore: Int64
    /// Until when it is valid, in seconds since 1970.
    public let notAfter: Int64
    /// Whether issuer and subject are the same: a root.
    public let isSelfIssued: Bool
    /// Where its revocation lists are, as far as they are named by URLs of http or https.
    public let revocationListURLs: [String]

    /// Reads a certificate in DER.
    ///
    /// - Throws: ``TimestampSyntaxError/malformed(_:)``.
    public init(parsing bytes: [UInt8]) throws(TimestampSyntaxError) {
        var outer = Elements(bytes[...], of: .certificate)
        var certificate = try outer.expect(Tag.sequence).elements(of: .certificate)
        try outer.end()
        var fields = try certificate.expect(Tag.sequence).elements(of: .certificate)
        _ = try fields.next(Tag.contextConstructed(0))
        _ = try fields.expect(Tag.integer)
        _ = try fields.expect(Tag.sequence)
        let issuer = try fields.expect(Tag.sequence).encoding
        var validity = try fields.expect(Tag.sequence).elements(of: .certificate)
        notBefore = try validity.time(of: .certificate)
        notAfter = try validity.time(of: .certificate)
        isSelfIssued = try fields.expect(Tag.sequence).encoding == issuer
        _ = try fields.expect(Tag.sequence)
        var urls: [String] = []
        while let field = try fields.next() {
            guard field.tag == Tag.contextConstructed(3) else { continue }
            var explicit = field.elements(of: .certificate)
            var extensions = try explicit.expect(Tag.sequence).elements(of: .certificate)
            while let one = try extensions.next() { urls += try Self.urls(in: one) }
        }
        revocationListURLs = urls
    }

    /// The URLs of one extension; none where it is not `cRLDistributionPoints`.
    private static func urls(in element: Element) throws(TimestampSyntaxError) -> [String] {
        var fields = element.elements(of: .certificate)
        let type = try OID(fields.expect(Tag.objectIdentifier), of: .certificate)
        guard type == .revocationListPlaces else { return [] }
        _ = try fields.next(Tag.boolean)
        let value = try fields.expect(Tag.octetString).octets(of: .certificate)
        var outer = Elements(value[...], of: .certificate)
        var points = try outer.expect(Tag.sequence).elements(of: .certificate)
        var urls: [String] = []
        while let point = try points.next() {
            var parts = point.elements(of: .certificate)
            guard let place = try parts.next(Tag.contextConstructed(0)) else { continue }
            var kinds = place.elements(of: .certificate)
            guard let full = try kinds.next(Tag.contextConstructed(0)) else { continue }
            var names = full.elements(of: .certificate)
            while let name = try names.next() {
                guard name.tag == Tag.context(6) else { continue }
                let url = String(decoding: name.content, as: UTF8.self)
                if url.hasPrefix("http://") || url.hasPrefix("https://") { urls.append(url) }
            }
        }
        return urls
    }
}

/// When a revocation list was made (RFC 5280, section 5.1.2).
struct RevocationListTimes {
    /// Seconds since 1970.
    let thisUpdate: Int64

    /// Reads a list in DER.
    init(parsing bytes: [UInt8]) throws(TimestampSyntaxError) {
        var outer = Elements(bytes[...], of: .revocationList)
        var list = try outer.expect(Tag.sequence).elements(of: .revocationList)
        try outer.end()
        var fields = try list.expect(Tag.sequence).elements(of: .revocationList)
        _ = try fields.next(Tag.integer)
        _ = try fields.expect(Tag.sequence)
        _ = try fields.expect(Tag.sequence)
        thisUpdate = try fields.time(of: .revocationList)
    }
}

extension Elements {
    /// `Time`: a UTCTime of the years 1950 to 2049, or a GeneralizedTime (RFC 5280, section 4.1.2.5).
    fileprivate mutating func time(of part: TimestampPart) throws(TimestampSyntaxError) -> Int64 {
        if let element = try next(Tag.utcTime) {
            let digits = Array(element.content)
            guard let decade = digits.first else { throw .malformed(part) }
            let century = decade < UInt8(ascii: "5") ? "20" : "19"
            return try GenerationTime(Array(century.utf8) + digits).seconds
        }
        return try GenerationTime(expect(Tag.generalizedTime).content).seconds
    }
}

extension OID {
    /// `id-ce-cRLDistributionPoints` (RFC 5280, section 4.2.1.13).
    fileprivate static let revocationListPlaces = OID(known: [0x55, 0x1d, 0x1f])
}
