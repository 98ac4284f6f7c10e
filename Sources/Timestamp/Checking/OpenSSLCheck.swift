// SPDX-License-Identifier: Apache-2.0

import CTimestamp

/// The first of the two ways by which a token is checked: what `openssl ts -verify` does.
///
/// This alone judges the chain: signatures, dates, purpose, constraints and revocation lists.
struct OpenSSLCheck {
    let timestamp: StoredTimestamp
    let trust: TimestampTrust
    /// Seconds since 1970.
    let time: Int64

    /// What OpenSSL tells while it judges a chain.
    private struct Observed {
        /// The first fault, or that a certificate was revoked.
        var fault: ChainFault?
        /// The chain that the signer's certificate was found good in.
        var chain: [[UInt8]] = []

        /// Notes a fault.
        ///
        /// OpenSSL looks at the lists from the signer upwards. Whoever stole an authority's key says where
        /// the lists of those below it are: a fault of theirs must not hide the list that revokes the
        /// authority.
        ///
        /// - Returns: whether the rest of the chain is to be looked at.
        mutating func note(_ code: Int32, depth: Int) -> Bool {
            let found = ChainFault(rule: ChainFault.Rule(code: code), depth: depth)
            if fault == nil || found.rule == .revoked { fault = found }
            return OpenSSLCheck.listFaults.contains(code)
        }
    }

    /// What leaves open whether the next certificate was revoked.
    ///
    /// A wrong signature is not among them: what stands in that list was said by nobody.
    private static let listFaults: [Int32] = [
        X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_CRL_HAS_EXPIRED, X509_V_ERR_CRL_NOT_YET_VALID,
        X509_V_ERR_KEYUSAGE_NO_CRL_SIGN, X509_V_ERR_DIFFERENT_CRL_SCOPE,
        X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION,
    ]

    /// Finds the first rule that the token breaks, and the chain of its signer.
    func run(_ request: TimestampRequest) -> (violation: TimestampViolation?, chain: [[UInt8]]) {
        ERR_clear_error()
        defer { ERR_clear_error() }
        var observed = Observed()
        let violation = judge(request, &observed)
        return (violation, observed.chain)
    }

    private func judge(
        _ request: TimestampRequest,
        _ observed: inout Observed
    ) -> TimestampViolation? {
        guard let context = unsafe context(for: request) else { return .encoding }
        // Frees the store and the certificates with it.
        defer { unsafe TS_VERIFY_CTX_free(context) }
        guard let store = unsafe store() else { return .encoding }
        unsafe ts_context_set_store(context, store)
        guard let certificates = unsafe ts_certificates_new() else { return .encoding }
        unsafe ts_context_set_certificates(context, certificates)
        for bytes in trust.intermediates.certificates {
            guard let certificate = unsafe Certificate.x509(bytes),
                unsafe ts_certificates_push(certificates, certificate) > 0
            else { return .encoding }
        }
        ERR_clear_error()
        let isVerified = unsafe withUnsafeMutablePointer(to: &observed) { observed in
            unsafe X509_STORE_set_ex_data(store, 0, observed)
            return unsafe verify(in: context)
        }
        // Some faults let OpenSSL go on: then it finds the rest good.
        if let fault = observed.fault { return .chain(fault) }
        return isVerified ? nil : reason(request)
    }

    private func verify(in context: OpaquePointer) -> Bool {
        switch timestamp {
        case .response(let response):
            let read = unsafe decoded(response.bytes) { unsafe d2i_TS_RESP(nil, $0, $1) }
            guard let read = unsafe read else { return false }
            defer { unsafe TS_RESP_free(read) }
            return unsafe TS_RESP_verify_response(context, read) == 1
        case .token(let token):
            let read = unsafe decoded(token.bytes) { unsafe d2i_PKCS7(nil, $0, $1) }
            guard let read = unsafe read else { return false }
            defer { unsafe PKCS7_free(read) }
            return unsafe TS_RESP_verify_token(context, read) == 1
        }
    }

    /// Imprint, nonce and policy as the request has them, and the signature.
    private func context(for request: TimestampRequest) -> OpaquePointer? {
        let read = unsafe decoded(request.bytes) { unsafe d2i_TS_REQ(nil, $0, $1) }
        guard let read = unsafe read else { return nil }
        defer { unsafe TS_REQ_free(read) }
        guard let context = unsafe TS_REQ_to_TS_VERIFY_CTX(read, nil) else { return nil }
        unsafe TS_VERIFY_CTX_add_flags(context, Int32(TS_VFY_SIGNATURE))
        return unsafe context
    }

    private func store() -> OpaquePointer? {
        guard let store = unsafe X509_STORE_new() else { return nil }
        var isFilled = true
        for bytes in trust.roots.certificates {
            let certificate = unsafe Certificate.x509(bytes)
            isFilled = unsafe isFilled && X509_STORE_add_cert(store, certificate) == 1
            unsafe X509_free(certificate)
        }
        let lists = trust.roots.revocationLists + (trust.revocationLists?.revocationLists ?? [])
        for bytes in lists {
            let list = unsafe RevocationList.x509(bytes)
            isFilled = unsafe isFilled && X509_STORE_add_crl(store, list) == 1
            unsafe X509_CRL_free(list)
        }
        guard isFilled, let rules = unsafe X509_STORE_get0_param(store) else {
            unsafe X509_STORE_free(store)
            return nil
        }
        unsafe X509_VERIFY_PARAM_set_time(rules, time_t(time))
        if trust.revocationLists != nil {
            let flags = UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL)
            unsafe X509_VERIFY_PARAM_set_flags(rules, flags)
        }
        unsafe X509_STORE_set_verify_cb(store) { isFine, context in
            guard let context = unsafe context else { return isFine }
            let store = unsafe X509_STORE_CTX_get0_store(context)
            let place = unsafe X509_STORE_get_ex_data(store, 0)
            guard let observed = unsafe place?.assumingMemoryBound(to: Observed.self) else {
                return isFine
            }
            let code = unsafe X509_STORE_CTX_get_error(context)
            let depth = unsafe X509_STORE_CTX_get_error_depth(context)
            if isFine == 0 {
                return unsafe observed.pointee.note(code, depth: Int(depth)) ? 1 : 0
            } else if depth == 0 {
                // The signer's certificate comes last, when the chain is whole.
                unsafe observed.pointee.chain = unsafe (0..<max(0, ts_chain_count(context))).map {
                    place in
                    unsafe encoded { unsafe i2d_X509(ts_chain_certificate(context, place), $0) }
                }
            }
            return isFine
        }
        return unsafe store
    }

    /// What OpenSSL says went wrong, which is the oldest of its errors that says something.
    private func reason(_ request: TimestampRequest) -> TimestampViolation {
        var found: TimestampViolation?
        while true {
            let error = ERR_get_error()
            guard error != 0 else { return found ?? .encoding }
            let library = ts_error_library(error)
            let reason = ts_error_reason(error)
            if found == nil { found = violation(library, reason, request) }
        }
    }

    private func violation(
        _ library: Int32,
        _ reason: Int32,
        _ request: TimestampRequest
    ) -> TimestampViolation? {
        switch (library, reason) {
        case (ERR_LIB_TS, TS_R_NO_TIME_STAMP_TOKEN):
            guard case .response(let response) = timestamp else { return .encoding }
            return .refused(response.status)
        case (ERR_LIB_TS, TS_R_THERE_MUST_BE_ONE_SIGNER):
            return .signers(count: timestamp.token?.signers.count ?? 0)
        case (ERR_LIB_PKCS7, PKCS7_R_SIGNER_CERTIFICATE_NOT_FOUND):
            return .signerCertificateMissing
        case (ERR_LIB_TS, TS_R_ESS_SIGNING_CERTIFICATE_ERROR),
            (ERR_LIB_ESS, ESS_R_ESS_CERT_ID_NOT_FOUND),
            (ERR_LIB_ESS, ESS_R_ESS_CERT_ID_WRONG_ORDER),
            (ERR_LIB_ESS, ESS_R_EMPTY_ESS_CERT_ID_LIST),
            (ERR_LIB_ESS, ESS_R_ESS_DIGEST_ALG_UNKNOWN),
            (ERR_LIB_ESS, ESS_R_ESS_CERT_DIGEST_ERROR):
            return .signingCertificate
        case (ERR_LIB_ESS, ESS_R_MISSING_SIGNING_CERTIFICATE_ATTRIBUTE):
            return .signingCertificateMissing
        case (ERR_LIB_PKCS7, PKCS7_R_DIGEST_FAILURE):
            return .messageDigest
        case (ERR_LIB_TS, TS_R_SIGNATURE_FAILURE), (ERR_LIB_PKCS7, PKCS7_R_SIGNATURE_FAILURE):
            return .signature
        case (ERR_LIB_TS, TS_R_MESSAGE_IMPRINT_MISMATCH): return .imprint
        case (ERR_LIB_TS, TS_R_NONCE_NOT_RETURNED): return .nonceMissing
        case (ERR_LIB_TS, TS_R_NONCE_MISMATCH): return .nonce
        case (ERR_LIB_TS, TS_R_POLICY_MISMATCH):
            guard let got = timestamp.token?.info.policy, let want = request.policy else {
                return .encoding
            }
            return .policy(got: got, want: want)
        case (ERR_LIB_TS, TS_R_TSA_NAME_MISMATCH): return .authorityName
        default: return nil
        }
    }
}
