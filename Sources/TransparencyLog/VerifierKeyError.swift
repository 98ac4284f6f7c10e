// SPDX-License-Identifier: Apache-2.0

/// Why a text is not a verifier key.
public enum VerifierKeyError: Error, Equatable, Sendable {
    /// There are not three parts with a plus between them.
    case missingPart
    /// The name is empty or holds a space, a plus or a control character.
    case malformedName
    /// The key ID is not 8 lower-case hexadecimal digits.
    case malformedKeyID
    /// The last part is not canonical base 64 of at least one byte.
    case malformedBase64
    /// The signature type is none that has a verifier key here.
    case unsupportedType(UInt8)
    /// The public key is not one of its type.
    case malformedPublicKey
    /// The key ID is not the one that follows from name, type and public key.
    case keyIDMismatch(got: UInt32, want: UInt32)
}

extension VerifierKeyError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .missingPart: "a verifier key has three parts, <name>+<key ID>+<base64>"
        case .malformedName: "the key's name is empty or holds a space, plus or control character"
        case .malformedKeyID: "the key ID is not 8 lower-case hexadecimal digits"
        case .malformedBase64: "the key is not canonical base64"
        case .unsupportedType(let type): "signature type \(type) is not supported"
        case .malformedPublicKey: "the public key does not fit its type"
        case .keyIDMismatch(let got, let want):
            "the key ID does not belong to the key: got \(KeyID.hex(got)), want \(KeyID.hex(want))"
        }
    }
}
