// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import NIOCore
import Vault

/// A refusal that a client is told about, as problem JSON (RFC 9457).
///
/// It says what is wrong with what was sent, never who or what exists: whatever the caller may not see
/// is `.notFound`, and every failure of a signature is `.signature`.
struct APIError: Error {
    let type: ProblemType
    /// One sentence for the person who writes a client; the same for every request of its kind.
    let detail: String
    /// The policy rule that was broken.
    var rule: String?
    /// What has to be uploaded first, `segments/<sha256>` and so on.
    var missing: [String] = []
    /// How long to wait before trying again.
    var retryAfter: Duration?
    /// Whether the connection ends with the answer, because the rest of the body is not wanted.
    var closes = false

    init(_ type: ProblemType, _ detail: String) {
        self.type = type
        self.detail = detail
    }

    /// The answer for what does not exist and for what is not the caller's.
    static let notFound = APIError(.notFound, "there is nothing here for you")
    /// The answer for every request that is not signed as it must be.
    static let signature = APIError(.signature, "the signature is missing or not good")

    /// The answer for what a rule of the vault forbids.
    static func refused(
        _ violation: PolicyViolation,
        _ detail: String = "the statement breaks a rule of the vault"
    ) -> APIError {
        var error = APIError(.refused, detail)
        error.rule = violation.rule
        return error
    }

    static func busy(_ retryAfter: Duration) -> APIError {
        var error = APIError(.busy, "the vault is busy; try again")
        error.retryAfter = retryAfter
        return error
    }

    /// The problem JSON.
    var body: ByteBuffer {
        var json = #"{"type":"\#(type.urn)","title":"\#(detail)","status":\#(type.status.code)"#
        if let rule { json += #","rule":"\#(rule)""# }
        if !missing.isEmpty {
            json += #","missing":["# + missing.map { "\"\($0)\"" }.joined(separator: ",") + "]"
        }
        return ByteBuffer(string: json + "}\n")
    }
}
