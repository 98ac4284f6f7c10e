// SPDX-License-Identifier: Apache-2.0

/// An authority's answer: a status and, where it was granted, a token.
///
/// See RFC 3161, section 2.4.2, `TimeStampResp`. It travels with the media type
/// `application/timestamp-reply` and is kept in files that end in `.tsr`.
public struct TimestampResponse: Hashable, Sendable {
    /// The answer as it came.
    public let bytes: [UInt8]
    /// What the authority says.
    public let status: ResponseStatus
    /// The time-stamp; there is one exactly where the status grants it.
    public let token: TimestampToken?

    /// Reads a response in BER or DER.
    ///
    /// - Throws: ``TimestampSyntaxError``.
    public init(parsing bytes: some Collection<UInt8>) throws(TimestampSyntaxError) {
        var outer = Elements(Array(bytes)[...], of: .response)
        try self.init(outer.expect(Tag.sequence))
        guard outer.remaining == 0 else { throw .trailingBytes(count: outer.remaining) }
    }

    init(_ element: Element) throws(TimestampSyntaxError) {
        bytes = Array(element.encoding)
        var fields = element.elements(of: .response)
        status = try ResponseStatus(fields.expect(Tag.sequence))
        token =
            if let element = try fields.next(Tag.sequence) {
                try TimestampToken(element)
            } else { nil }
        try fields.end()
        if status.isGranted, token == nil { throw .tokenMissing }
        if !status.isGranted, token != nil { throw .tokenUnasked }
    }
}

/// What a file holds: a response, or a bare token.
public enum StoredTimestamp: Hashable, Sendable {
    case response(TimestampResponse)
    case token(TimestampToken)

    /// Reads the first element of a file; what follows is passed over, as `openssl ts` does.
    ///
    /// - Throws: ``TimestampSyntaxError``.
    public init(parsing bytes: some Collection<UInt8>) throws(TimestampSyntaxError) {
        var outer = Elements(Array(bytes)[...], of: .response)
        let element = try outer.expect(Tag.sequence)
        // A response begins with its status, a token with the type of its content.
        self =
            element.content.first == Tag.objectIdentifier
            ? .token(try TimestampToken(element)) : .response(try TimestampResponse(element))
    }

    /// The time-stamp, where it was granted.
    public var token: TimestampToken? {
        switch self {
        case .response(let response): response.token
        case .token(let token): token
        }
    }
}
