// SPDX-License-Identifier: Apache-2.0

/// The second of the two ways by which a token is checked: our own reading of RFC 5652 and RFC 3161.
///
/// OpenSSL lends the hashes, the signature and the comparison of names, and nothing else. The chain
/// of certificates is not looked at: that is the other way's.
struct TokenWalk {
    let token: TimestampToken
    /// The certificates that the verifier holds besides those of the token.
    let intermediates: [[UInt8]]

    /// Finds the first rule that the token breaks.
    func violation(of request: TimestampRequest) -> TimestampViolation? {
        do throws(TimestampViolation) {
            try checkSignature()
            try checkInfo(against: request)
            return nil
        } catch {
            return error
        }
    }

    private func checkSignature() throws(TimestampViolation) {
        guard token.signers.count == 1, let signer = token.signers.first else {
            throw .signers(count: token.signers.count)
        }
        guard let algorithm = HashAlgorithm(signer.digestAlgorithm),
            token.digestAlgorithms.contains(signer.digestAlgorithm)
        else { throw .digestAlgorithm(signer.digestAlgorithm) }
        guard signer.attributes[.contentType]?.value == OID.tstInfo.encoding else {
            throw .contentTypeAttribute
        }
        let digest = DER.element(Tag.octetString, algorithm.hash(token.content))
        guard signer.attributes[.messageDigest]?.value == digest else { throw .messageDigest }
        let certificate = try certificate(of: signer)
        guard certificate.isValid(signer.signature, over: signer.signedBytes, algorithm) else {
            throw .signature
        }
    }

    private func certificate(of signer: SignerInfo) throws(TimestampViolation) -> Certificate {
        let candidates = (intermediates + token.certificates)
            .compactMap { try? Certificate(parsing: $0) }
        let found = candidates.first {
            $0.isIssued(by: signer.issuer, serialNumber: signer.serialNumber)
        }
        guard let found else { throw .signerCertificateMissing }
        var isNamed = false
        for type in [OID.signingCertificate, .signingCertificateV2] {
            guard let attribute = signer.attributes[type] else { continue }
            let isSecondVersion = type == .signingCertificateV2
            let named = try? SigningCertificate(attribute.value, isSecondVersion: isSecondVersion)
            guard let named, named.isFor(found) else { throw .signingCertificate }
            isNamed = true
        }
        guard isNamed else { throw .signingCertificateMissing }
        return found
    }

    private func checkInfo(against request: TimestampRequest) throws(TimestampViolation) {
        let info = token.info
        if let policy = request.policy, info.policy != policy {
            throw .policy(got: info.policy, want: policy)
        }
        guard info.imprint.algorithm == request.imprint.algorithm else {
            throw .imprintAlgorithm(got: info.imprint.algorithm, want: request.imprint.algorithm)
        }
        guard info.imprint == request.imprint else { throw .imprint }
        if let nonce = request.nonce {
            guard let got = info.nonce else { throw .nonceMissing }
            guard got == nonce else { throw .nonce }
        }
    }
}
