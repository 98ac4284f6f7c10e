// SPDX-License-Identifier: Apache-2.0

/// What an authority is asked to stamp, and what its answer is held to.
///
/// See RFC 3161, section 2.4.1, `TimeStampReq`.
public struct TimestampRequest: Hashable, Sendable {
    /// A number used once, so that an older answer does not pass for this one's.
    public struct Nonce: Hashable, Sendable {
        /// The content of its INTEGER.
        let octets: [UInt8]

        /// Takes a number, which the caller draws at random.
        public init(_ number: UInt64) {
            var octets = stride(from: 56, through: 0, by: -8).map {
                UInt8(truncatingIfNeeded: number >> $0)
            }
            octets.insert(0, at: 0)
            while octets.count > 1, octets[0] == 0, octets[1] & 0x80 == 0 { octets.removeFirst() }
            self.octets = octets
        }

        init(_ element: Element, of part: TimestampPart) throws(TimestampSyntaxError) {
            octets = try element.integer(of: part)
        }
    }

    /// What is to be stamped.
    public let imprint: MessageImprint
    /// Under which policy; the authority's own where it is `nil`.
    public let policy: OID?
    /// What the answer must repeat.
    public let nonce: Nonce?
    /// Whether the token is to hold the authority's certificates.
    public let wantsCertificates: Bool

    /// Asks for a stamp, or says what a stamp must be about.
    public init(
        imprint: MessageImprint,
        policy: OID? = nil,
        nonce: Nonce? = nil,
        wantsCertificates: Bool = true
    ) {
        self.imprint = imprint
        self.policy = policy
        self.nonce = nonce
        self.wantsCertificates = wantsCertificates
    }

    /// Reads a request in BER or DER.
    ///
    /// Its extensions are passed over.
    /// - Throws: ``TimestampSyntaxError``.
    public init(parsing bytes: some Collection<UInt8>) throws(TimestampSyntaxError) {
        var outer = Elements(Array(bytes)[...], of: .request)
        var fields = try outer.expect(Tag.sequence).elements(of: .request)
        guard outer.remaining == 0 else { throw .trailingBytes(count: outer.remaining) }
        guard try fields.expect(Tag.integer).integer(of: .request) == [1] else {
            throw .version(.request)
        }
        imprint = try MessageImprint(fields.expect(Tag.sequence))
        policy =
            if let element = try fields.next(Tag.objectIdentifier) {
                try OID(element, of: .request)
            } else { nil }
        nonce =
            if let element = try fields.next(Tag.integer) {
                try Nonce(element, of: .request)
            } else { nil }
        wantsCertificates = try fields.boolean(of: .request)
        _ = try fields.next(Tag.contextConstructed(0))
        try fields.end()
    }

    /// The request in DER, as it is sent with the media type `application/timestamp-query`.
    public var bytes: [UInt8] {
        DER.element(
            Tag.sequence,
            of: DER.element(Tag.integer, [1]),
            imprint.encoding,
            policy?.encoding ?? [],
            nonce.map { DER.element(Tag.integer, $0.octets) } ?? [],
            wantsCertificates ? DER.element(Tag.boolean, [0xff]) : []
        )
    }
}

extension TimestampRequest.Nonce: CustomStringConvertible {
    /// Hexadecimal digits, as `openssl ts` shows it.
    public var description: String { hexadecimal(octets) }
}

extension Elements {
    /// `BOOLEAN DEFAULT FALSE`.
    mutating func boolean(of part: TimestampPart) throws(TimestampSyntaxError) -> Bool {
        guard let element = try next(Tag.boolean) else { return false }
        guard element.content.count == 1 else { throw .malformed(part) }
        return element.content.first != 0
    }
}

/// `0x` and upper-case digits of an INTEGER's content, signed.
func hexadecimal(_ octets: [UInt8]) -> String {
    let digits = octets.map { byte in
        let text = String(byte, radix: 16, uppercase: true)
        return text.count == 1 ? "0" + text : text
    }
    let significant = digits.count > 1 && digits[0] == "00" ? Array(digits.dropFirst()) : digits
    return "0x" + significant.joined()
}
