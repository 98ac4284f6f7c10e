// SPDX-License-Identifier: Apache-2.0

/// What came out of checking a time-stamp in two ways that share no reading of its bytes.
public struct TimestampVerification: Hashable, Sendable {
    /// The rule that OpenSSL finds broken, chain and revocation included.
    public let byOpenSSL: TimestampViolation?
    /// The rule that our own reading finds broken; the chain is not its to judge.
    public let byOwnReading: TimestampViolation?
    /// The chain that OpenSSL found good, in DER: the signer's certificate first, the root last; empty
    /// where it found none.
    public let chain: [[UInt8]]

    /// The rule that is broken, or `nil` where both ways find the time-stamp good.
    public var violation: TimestampViolation? { byOpenSSL ?? byOwnReading }
}

extension StoredTimestamp {
    /// Checks everything: status, signer, chain, purpose, attributes, signature, and that it is about
    /// what was asked.
    ///
    /// - Parameters:
    ///   - request: the request that it answers, or one made only to say what it must be about.
    ///   - trust: the roots and what helps to reach them.
    ///   - time: at which the chain is judged, in seconds since 1970.
    /// - Returns: what both ways found.
    public func verify(
        answering request: TimestampRequest,
        trusting trust: TimestampTrust,
        at time: Int64
    ) -> TimestampVerification {
        let found = OpenSSLCheck(timestamp: self, trust: trust, time: time).run(request)
        return TimestampVerification(
            byOpenSSL: found.violation,
            byOwnReading: walk(request, trust),
            chain: found.violation == nil ? found.chain : []
        )
    }

    private func walk(
        _ request: TimestampRequest,
        _ trust: TimestampTrust
    ) -> TimestampViolation? {
        if case .response(let response) = self, !response.status.isGranted {
            return .refused(response.status)
        }
        guard let token else { return .encoding }
        return TokenWalk(token: token, intermediates: trust.intermediates.certificates)
            .violation(of: request)
    }
}

extension TimestampViolation: CustomStringConvertible {
    /// One line in lower case.
    public var description: String {
        switch self {
        case .refused(let status): "the authority granted no token: \(status)"
        case .encoding: "OpenSSL does not read the token or the certificates"
        case .signers(let count): "the token has \(count) signers, want 1"
        case .signerCertificateMissing: "the signer's certificate is missing"
        case .digestAlgorithm(let oid): "the signer's hash algorithm \(oid) is not taken"
        case .contentTypeAttribute: "the signed content type is not that of a time-stamp"
        case .messageDigest: "the signed hash is not that of the token's content"
        case .signingCertificateMissing: "the signer does not name its certificate"
        case .signingCertificate: "the signer names another certificate as its own"
        case .signature: "the signature is wrong"
        case .imprintAlgorithm(let got, let want):
            "the imprint was made with \(got.rawValue), want \(want.rawValue)"
        case .imprint: "the token is about other data: its imprint differs"
        case .nonceMissing: "the token has no nonce, and the request has one"
        case .nonce: "the token answers another request: its nonce differs"
        case .policy(let got, let want): "the policy is \(got), want \(want)"
        case .authorityName: "the authority's name is not in its certificate"
        case .chain(let fault): "\(fault)"
        }
    }
}
