// SPDX-License-Identifier: Apache-2.0

/// What an authority signs: which imprint it saw, and when.
///
/// See RFC 3161, section 2.4.2, `TSTInfo`.
public struct TSTInfo: Hashable, Sendable {
    /// How far the time may be off, either way.
    public struct Accuracy: Hashable, Sendable {
        /// Whole seconds, below 2^63.
        public let seconds: UInt64
        /// Thousandths of a second, 0 to 999.
        public let milliseconds: UInt64
        /// Millionths of a second, 0 to 999.
        public let microseconds: UInt64
    }

    /// The policy that the token was made under.
    public let policy: OID
    /// What was stamped.
    public let imprint: MessageImprint
    /// The token's number with its authority, in hexadecimal digits.
    public let serialNumber: String
    /// When.
    public let time: GenerationTime
    /// How far the time may be off, where the authority says so.
    public let accuracy: Accuracy?
    /// Whether two tokens of the authority can be ordered by their times alone.
    public let isOrdered: Bool
    /// The nonce of the request.
    public let nonce: TimestampRequest.Nonce?

    init(parsing bytes: [UInt8]) throws(TimestampSyntaxError) {
        var outer = Elements(bytes[...], of: .tstInfo)
        var fields = try outer.expect(Tag.sequence).elements(of: .tstInfo)
        try outer.end()
        guard try fields.expect(Tag.integer).integer(of: .tstInfo) == [1] else {
            throw .version(.tstInfo)
        }
        policy = try OID(fields.expect(Tag.objectIdentifier), of: .tstInfo)
        imprint = try MessageImprint(fields.expect(Tag.sequence))
        serialNumber = hexadecimal(try fields.expect(Tag.integer).integer(of: .tstInfo))
        time = try GenerationTime(fields.expect(Tag.generalizedTime).content)
        accuracy =
            if let element = try fields.next(Tag.sequence) {
                try Accuracy(element)
            } else { nil }
        isOrdered = try fields.boolean(of: .tstInfo)
        nonce =
            if let element = try fields.next(Tag.integer) {
                try TimestampRequest.Nonce(element, of: .tstInfo)
            } else { nil }
        // The authority's name, which OpenSSL compares, and extensions.
        _ = try fields.next(Tag.contextConstructed(0))
        _ = try fields.next(Tag.contextConstructed(1))
        try fields.end()
    }
}

extension TSTInfo.Accuracy {
    fileprivate init(_ element: Element) throws(TimestampSyntaxError) {
        var fields = element.elements(of: .accuracy)
        seconds = try fields.next(Tag.integer).map(Self.number) ?? 0
        milliseconds = try fields.next(Tag.context(0)).map(Self.number) ?? 0
        microseconds = try fields.next(Tag.context(1)).map(Self.number) ?? 0
        guard milliseconds <= 999, microseconds <= 999 else { throw .malformed(.accuracy) }
        try fields.end()
    }

    private static func number(_ element: Element) throws(TimestampSyntaxError) -> UInt64 {
        let octets = try element.integer(of: .accuracy)
        guard octets[0] & 0x80 == 0, octets.count <= 8 else { throw .malformed(.accuracy) }
        return octets.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension TSTInfo.Accuracy: CustomStringConvertible {
    /// In seconds, with six decimals.
    public var description: String {
        let digits = String(milliseconds * 1000 + microseconds)
        return "\(seconds).\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits) s"
    }
}
