// SPDX-License-Identifier: Apache-2.0

/// The rule that a response or a token breaks.
public enum TimestampViolation: Error, Hashable, Sendable {
    /// The authority granted no token.
    case refused(ResponseStatus)
    /// OpenSSL does not read it, or what it is verified with.
    case encoding
    /// There is not exactly one signer.
    case signers(count: Int)
    /// The signer's certificate is neither in the token nor among those that are known.
    case signerCertificateMissing
    /// The signer's hash algorithm is not known, or not among those that the token lists.
    case digestAlgorithm(OID)
    /// The attribute `content-type` is missing or is not that of a TSTInfo.
    case contentTypeAttribute
    /// The attribute `message-digest` is missing or is not the hash of what the token holds.
    case messageDigest
    /// The signer does not say which certificate is its own (ESSCertID, ESSCertIDv2).
    case signingCertificateMissing
    /// The signer names another certificate as its own.
    case signingCertificate
    /// The signature is not by the signer's key over the token's attributes.
    case signature
    /// The imprint was made with another algorithm.
    case imprintAlgorithm(got: HashAlgorithm, want: HashAlgorithm)
    /// The token is about other bytes.
    case imprint
    /// The request has a nonce and the token has none.
    case nonceMissing
    /// The token answers another request.
    case nonce
    /// The token was made under another policy than the request wants.
    case policy(got: OID, want: OID)
    /// The authority's name in the token is not one of its certificate's.
    case authorityName
    /// The signer's certificate is not to be trusted with this.
    case chain(ChainFault)
}

/// What is wrong with a chain of certificates.
public struct ChainFault: Hashable, Sendable {
    /// The rule of RFC 5280 that is broken.
    public enum Rule: Hashable, Sendable {
        case expired
        case notYetValid
        case issuerUnknown
        case rootUntrusted
        case revoked
        case revocationListMissing
        case revocationListExpired
        case revocationListNotYetValid
        case revocationListSignature
        case purpose
        case notAnAuthority
        case certificateSignature
        /// A rule that has no name here, by the number that OpenSSL gives it (`X509_V_ERR_…`).
        case numbered(Int32)
    }

    /// The rule that is broken.
    public let rule: Rule
    /// By which certificate: 0 is the signer's, 1 that of its issuer, and so on.
    public let depth: Int
}
