// SPDX-License-Identifier: Apache-2.0

/// The signature types of c2sp.org/signed-note, "Signature types", that have a verifier key.
public enum SignatureAlgorithm: UInt8, Hashable, Sendable {
    /// Ed25519 over the note's text.
    case ed25519 = 0x01
    /// ECDSA with SHA-256 over the note's text, on P-256, P-384 or P-521 (Rekor, Pixel).
    case ecdsa = 0x02
    /// A timestamped Ed25519 cosignature of a checkpoint, `cosignature/v1` (c2sp.org/tlog-cosignature).
    case cosignatureV1 = 0x04
    /// An RFC 6962 `TreeHeadSignature` (c2sp.org/static-ct-api): kept, not checked.
    case rfc6962 = 0x05
    /// A timestamped ML-DSA-44 cosignature (c2sp.org/tlog-cosignature): kept, not checked.
    case mlDSA44 = 0x06

    /// Whether this module can check such a signature.
    ///
    /// Lines of other types count as unknown.
    public var isChecked: Bool {
        switch self {
        case .ed25519, .ecdsa, .cosignatureV1: true
        case .rfc6962, .mlDSA44: false
        }
    }

    /// Whether the type may stand for a witness in a policy.
    public var isCosignature: Bool {
        switch self {
        case .cosignatureV1, .mlDSA44: true
        case .ed25519, .ecdsa, .rfc6962: false
        }
    }
}
