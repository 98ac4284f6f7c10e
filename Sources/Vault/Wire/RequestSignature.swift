// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings

/// A member's signature over an HTTP request (RFC 9421), with Ed25519 and the label `saksi`.
///
/// Only one form is made and read, so that the two fields say nothing but these values:
///
/// ```
/// Signature-Input: saksi=("@method" "@path" "@query" "saksi-access");created=1795240242;nonce="…";keyid="…";alg="ed25519";tag="saksi"
/// Signature: saksi=:…:
/// ```
///
/// `"saksi-access"` is covered exactly when the request has that field. See <doc:RequestSignature>.
public struct RequestSignature: Hashable, Sendable {
    /// The name of the field with the parameters.
    public static let inputFieldName = "Signature-Input"
    /// The name of the field with the signature.
    public static let signatureFieldName = "Signature"
    /// The name of the field with the id of an access statement.
    public static let accessFieldName = "Saksi-Access"
    /// How far `created` may lie from the vault's clock, in seconds.
    public static let tolerance: Int64 = 300
    /// The size of the nonce in bytes.
    public static let nonceSize = 16

    /// When it was signed, by the member's clock.
    public let created: UTCTime
    /// 16 random bytes: a vault takes each only once from a member within the tolerance.
    public let nonce: [UInt8]
    /// Who signed.
    public let keyID: Fingerprint
    /// Whether the access statement is covered.
    public let coversAccess: Bool
    /// The Ed25519 signature, 64 bytes.
    public let signature: [UInt8]

    /// Signs a request.
    ///
    /// - Parameters:
    ///   - target: The request.
    ///   - created: The time.
    ///   - nonce: ``nonceSize`` random bytes, never used before.
    ///   - keyID: The signer's fingerprint.
    ///   - sign: Makes the Ed25519 signature over the bytes it is given.
    /// - Throws: What `sign` throws.
    public init<Failure: Error>(
        of target: RequestTarget,
        created: UTCTime,
        nonce: [UInt8],
        keyID: Fingerprint,
        sign: (_ base: [UInt8]) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        precondition(nonce.count == Self.nonceSize, "a nonce has \(Self.nonceSize) bytes")
        let coversAccess = target.access != nil
        let parameters = Self.parameters(created, nonce, keyID, coversAccess: coversAccess)
        self.created = created
        self.nonce = nonce
        self.keyID = keyID
        self.coversAccess = coversAccess
        signature = try sign(Self.base(of: target, parameters))
    }

    /// Reads the two fields.
    ///
    /// - Returns: `nil` for every spelling but the one that ``inputField`` and ``signatureField``
    ///   give: another label, order, parameter or component, or more than one signature.
    public init?(inputField: String, signatureField: String) {
        var input = FieldScanner(inputField)
        guard input.skip(Self.components) else { return nil }
        coversAccess = input.skip(Self.accessComponent)
        guard input.skip(");created="), let created = Decimal.value(input.value(to: ";")),
            created <= UInt64(UTCTime.latest.seconds),
            input.skip(";nonce=\""), let nonce = Base64.padded.decode(input.value(to: "\"")),
            nonce.count == Self.nonceSize,
            input.skip("\";keyid=\""), let keyID = Fingerprint(hex: input.value(to: "\"")),
            input.skip("\"" + Self.suffix), input.isAtEnd
        else { return nil }
        var field = FieldScanner(signatureField)
        guard field.skip("saksi=:"), let signature = Base64.padded.decode(field.value(to: ":")),
            signature.count == 64, field.skip(":"), field.isAtEnd
        else { return nil }
        self.created = UTCTime(seconds: Int64(created))
        self.nonce = nonce
        self.keyID = keyID
        self.signature = signature
    }

    /// The value of the field `Signature-Input`.
    public var inputField: String {
        "saksi=" + Self.parameters(created, nonce, keyID, coversAccess: coversAccess)
    }

    /// The value of the field `Signature`.
    public var signatureField: String { "saksi=:\(Base64.padded.encode(signature)):" }

    /// Whether it was made within the tolerance of a clock.
    public func isTimely(at time: UTCTime) -> Bool {
        abs(created.seconds - time.seconds) <= Self.tolerance
    }

    /// Whether a member signed just this request.
    ///
    /// - Parameters:
    ///   - target: The request as it came.
    ///   - member: The member whose fingerprint is ``keyID``.
    /// - Returns: `false` also where the member is another, or the access statement is sent and not
    ///   covered, or the reverse.
    public func isValid(for target: RequestTarget, by member: Member) -> Bool {
        guard member.fingerprint == keyID, coversAccess == (target.access != nil) else {
            return false
        }
        let parameters = Self.parameters(created, nonce, keyID, coversAccess: coversAccess)
        return member.isValidSignature(signature, for: Self.base(of: target, parameters))
    }

    // MARK: RFC 9421, sections 2.3 and 2.5

    private static let components = #"saksi=("@method" "@path" "@query""#
    private static let accessComponent = #" "saksi-access""#
    private static let suffix = #";alg="ed25519";tag="saksi""#

    private static func parameters(
        _ created: UTCTime,
        _ nonce: [UInt8],
        _ keyID: Fingerprint,
        coversAccess: Bool
    ) -> String {
        components.dropFirst("saksi=".count) + (coversAccess ? accessComponent : "")
            + ");created=\(created.seconds);nonce=\"\(Base64.padded.encode(nonce))\""
            + ";keyid=\"\(keyID.hex)\"" + suffix
    }

    private static func base(of target: RequestTarget, _ parameters: String) -> [UInt8] {
        // An absent query has the value of an empty one (section 2.2.7).
        var lines = [
            #""@method": "# + target.method, #""@path": "# + target.path,
            #""@query": ?"# + (target.query ?? ""),
        ]
        if let access = target.access { lines.append(#""saksi-access": "# + access.hex) }
        lines.append(#""@signature-params": "# + parameters)
        return Array(lines.joined(separator: "\n").utf8)
    }
}

/// Reads a field from left to right.
private struct FieldScanner {
    private var rest: Substring.UTF8View

    init(_ field: String) { rest = field[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    /// Passes over a text, if it is next.
    mutating func skip(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    /// Takes what stands before a mark, or all that is left.
    mutating func value(to mark: Unicode.Scalar) -> Substring {
        let end = rest.firstIndex(of: UInt8(ascii: mark)) ?? rest.endIndex
        defer { rest = rest[end...] }
        return Substring(rest[..<end])
    }
}
