// SPDX-License-Identifier: Apache-2.0

import CTimestamp

extension ChainFault.Rule {
    private static let codes: [(rule: ChainFault.Rule, codes: [Int32])] = [
        (.expired, [X509_V_ERR_CERT_HAS_EXPIRED]),
        (.notYetValid, [X509_V_ERR_CERT_NOT_YET_VALID]),
        (
            .issuerUnknown,
            [
                X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
                X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
            ]
        ),
        (
            .rootUntrusted,
            [
                X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
                X509_V_ERR_CERT_UNTRUSTED, X509_V_ERR_CERT_REJECTED,
            ]
        ),
        (.revoked, [X509_V_ERR_CERT_REVOKED]),
        (
            .revocationListMissing,
            [X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER]
        ),
        (.revocationListExpired, [X509_V_ERR_CRL_HAS_EXPIRED]),
        (.revocationListNotYetValid, [X509_V_ERR_CRL_NOT_YET_VALID]),
        (.revocationListSignature, [X509_V_ERR_CRL_SIGNATURE_FAILURE]),
        (.purpose, [X509_V_ERR_INVALID_PURPOSE]),
        (.notAnAuthority, [X509_V_ERR_INVALID_CA, X509_V_ERR_INVALID_NON_CA]),
        (.certificateSignature, [X509_V_ERR_CERT_SIGNATURE_FAILURE]),
    ]

    init(code: Int32) {
        self = Self.codes.first { $0.codes.contains(code) }?.rule ?? .numbered(code)
    }
}

extension ChainFault: CustomStringConvertible {
    /// One line in lower case.
    public var description: String {
        let whose = depth == 0 ? "the signer's certificate" : "certificate \(depth) of the chain"
        return switch rule {
        case .expired: "\(whose) has expired"
        case .notYetValid: "\(whose) is not valid yet"
        case .issuerUnknown: "the issuer of \(whose) is not known"
        case .rootUntrusted: "\(whose) is not a trusted root"
        case .revoked: "\(whose) was revoked"
        case .revocationListMissing: "there is no revocation list for \(whose)"
        case .revocationListExpired: "the revocation list for \(whose) has expired"
        case .revocationListNotYetValid: "the revocation list for \(whose) is not valid yet"
        case .revocationListSignature: "the revocation list for \(whose) is not by its issuer"
        case .purpose: "\(whose) is not for time-stamps"
        case .notAnAuthority: "\(whose) may not issue certificates"
        case .certificateSignature: "the signature on \(whose) is wrong"
        case .numbered(let code):
            "\(whose): \(unsafe String(cString: X509_verify_cert_error_string(Int(code))))"
        }
    }
}
