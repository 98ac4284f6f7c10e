// SPDX-License-Identifier: Apache-2.0

import TransparencyLog

extension ClientError {
    /// Says which rule a checkpoint broke, in the words of the invitation.
    static func untrusted(_ violation: TrustPolicyViolation) -> ClientError {
        switch violation {
        case .notSignedByLog, .badSignature:
            untrusted("the checkpoint is not signed by the log key of the invitation: \(violation)")
        case .unknownOrigin: untrusted("the checkpoint is of another log: \(violation)")
        default: untrusted("the vault's checkpoint is not to be believed: \(violation)")
        }
    }
}
