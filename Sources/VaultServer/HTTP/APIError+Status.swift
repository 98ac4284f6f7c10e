// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Vault

extension ProblemType {
    /// The HTTP status of a problem; no other file knows one.
    var status: HTTPResponse.Status {
        switch self {
        case .malformed, .digest: .badRequest
        case .signature, .clock, .replayed: .unauthorized
        case .refused: .forbidden
        case .notFound: .notFound
        case .method: .methodNotAllowed
        case .missing, .inconsistent, .answered: .conflict
        case .tooLarge: .contentTooLarge
        case .range: .rangeNotSatisfiable
        case .internal: .internalServerError
        case .busy: .serviceUnavailable
        case .quota, .proposals: .init(code: 507, reasonPhrase: "Insufficient Storage")
        }
    }
}
