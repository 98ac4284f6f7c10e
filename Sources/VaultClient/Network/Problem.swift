// SPDX-License-Identifier: Apache-2.0

import Foundation
import Vault

/// What the vault says when it refuses: `application/problem+json` (RFC 9457).
struct Problem: Sendable {
    /// What kind of problem; `nil` where the vault named none.
    let type: ProblemType?
    /// The rule that was broken, else the vault's own words; hostile until shown through the
    /// terminal's filter.
    let detail: String
    /// The rule of the vault that a statement broke.
    let rule: PolicyViolation?

    private struct Body: Decodable {
        let type: String?
        let rule: String?
        let title: String?
        let detail: String?
    }

    /// Reads a body; one that is no problem document names no type.
    init(_ body: [UInt8]) {
        let parsed = try? JSONDecoder().decode(Body.self, from: Data(body.prefix(65536)))
        type = parsed?.type.flatMap { ProblemType(urn: $0) }
        rule = parsed?.rule.flatMap { PolicyViolation(rawValue: $0) }
        detail = String((rule?.description ?? parsed?.detail ?? parsed?.title ?? "").prefix(500))
    }

    /// The refusal as a person reads it.
    func refusal(status: Int) -> ClientError {
        if type == .signature {
            return ClientError(
                .refused,
                "the vault does not accept this device's key: it was replaced or revoked, or never "
                    + "enrolled",
                hint: "ask an administrator; where new keys were under way, run `saksi key rotate` "
                    + "again",
                problem: type
            )
        }
        let reason = detail.isEmpty ? type?.rawValue ?? "status \(status)" : detail
        let hint: String? =
            switch type {
            case _ where rule == .underHold:
                "administrators let go of it first: `saksi hold --release`; a hold of the case holds "
                    + "every submission"
            case .quota: "ask an administrator for more room, or submit less"
            case .clock: "set this device's clock"
            case .proposals: "decide or withdraw what waits first: see `saksi admin pending`"
            default: nil
            }
        return ClientError(
            .refused,
            "the vault refused: \(reason)",
            hint: hint,
            problem: type,
            rule: rule
        )
    }
}
