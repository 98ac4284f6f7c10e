// SPDX-License-Identifier: Apache-2.0

/// What an authority says of a request (RFC 3161, section 2.4.2, `PKIStatusInfo`).
public struct ResponseStatus: Hashable, Sendable {
    /// Whether a token was granted.
    public enum Code: Hashable, Sendable {
        case granted
        case grantedWithModifications
        case rejection
        case waiting
        case revocationWarning
        case revocationNotification
        case unassigned(number: [UInt8])
    }

    /// Why no token was granted, as bits of `PKIFailureInfo`.
    public enum Failure: Int, CaseIterable, Hashable, Sendable {
        case badAlgorithm = 0
        case badRequest = 2
        case badDataFormat = 5
        case timeNotAvailable = 14
        case unacceptedPolicy = 15
        case unacceptedExtension = 16
        case additionalInformationNotAvailable = 17
        case systemFailure = 25
    }

    /// Whether a token was granted.
    public let code: Code
    /// The authority's own words.
    public let text: [String]
    /// Why not; bits that RFC 3161 does not have are left out.
    public let failures: [Failure]

    /// Whether there must be a token.
    public var isGranted: Bool { code == .granted || code == .grantedWithModifications }

    init(_ element: Element) throws(TimestampSyntaxError) {
        var fields = element.elements(of: .status)
        code = Code(try fields.expect(Tag.integer).integer(of: .status))
        var text: [String] = []
        if let words = try fields.next(Tag.sequence) {
            var words = words.elements(of: .status)
            while words.remaining > 0 {
                text.append(
                    String(decoding: try words.expect(Tag.utf8String).content, as: UTF8.self)
                )
            }
        }
        self.text = text
        failures =
            if let bits = try fields.next(Tag.bitString) {
                Failure.allCases.filter { $0.isSet(in: bits.content) }
            } else { [] }
        try fields.end()
    }
}

extension ResponseStatus.Code {
    fileprivate init(_ number: [UInt8]) {
        self =
            switch number {
            case [0]: .granted
            case [1]: .grantedWithModifications
            case [2]: .rejection
            case [3]: .waiting
            case [4]: .revocationWarning
            case [5]: .revocationNotification
            default: .unassigned(number: number)
            }
    }

    private var name: String {
        switch self {
        case .granted: "granted"
        case .grantedWithModifications: "granted with modifications"
        case .rejection: "rejection"
        case .waiting: "waiting"
        case .revocationWarning: "revocation warning"
        case .revocationNotification: "revocation notification"
        case .unassigned(let number): "status \(hexadecimal(number))"
        }
    }
}

extension ResponseStatus.Code: CustomStringConvertible {
    /// The status in words.
    public var description: String { name }
}

extension ResponseStatus.Failure: CustomStringConvertible {
    /// The failure in words.
    public var description: String {
        switch self {
        case .badAlgorithm: "bad algorithm"
        case .badRequest: "bad request"
        case .badDataFormat: "bad data format"
        case .timeNotAvailable: "time not available"
        case .unacceptedPolicy: "unaccepted policy"
        case .unacceptedExtension: "unaccepted extension"
        case .additionalInformationNotAvailable: "additional information not available"
        case .systemFailure: "system failure"
        }
    }

    /// The first octet says how many bits of the last one are idle.
    fileprivate func isSet(in bits: ArraySlice<UInt8>) -> Bool {
        let octets = bits.dropFirst()
        let place = octets.startIndex + rawValue / 8
        return place < octets.endIndex && octets[place] & (0x80 >> (rawValue % 8)) != 0
    }
}

extension ResponseStatus: CustomStringConvertible {
    /// One line: the status, why, and the authority's own words.
    public var description: String {
        var line = "\(code)"
        if !failures.isEmpty { line += " (\(failures.map(\.description).joined(separator: ", ")))" }
        if !text.isEmpty { line += ": \"\(text.joined(separator: " "))\"" }
        return line
    }
}
