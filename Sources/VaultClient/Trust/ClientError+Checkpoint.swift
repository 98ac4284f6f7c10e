// SPDX-License-Identifier: Apache-2.0

import TransparencyLog
import Vault

extension ClientError {
    /// Says which rule a checkpoint broke, in the words of the invitation.
    static func untrusted(_ violation: TrustPolicyViolation, keys: LogKeys) -> ClientError {
        switch violation {
        case .notSignedByLog, .badSignature:
            keys.terms.count == 1
                ? untrusted(
                    "the checkpoint is not signed by the log key of the invitation: \(violation)"
                )
                : untrusted(
                    "the checkpoint is not signed by the log key that is in force for its size, since "
                        + "\(keys.terms[keys.terms.count - 1].since) entries \"\(keys.current)\": "
                        + "\(violation)"
                )
        case .unknownOrigin: untrusted("the checkpoint is of another log: \(violation)")
        default: untrusted("the vault's checkpoint is not to be believed: \(violation)")
        }
    }
}
