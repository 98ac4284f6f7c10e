// SPDX-License-Identifier: Apache-2.0

import Secrets
import Shares

extension FuzzTarget {
    private static let secret: [UInt8] = Array(0..<32)

    private static let texts: @Sendable () throws -> [[UInt8]] = {
        try [(2, 2), (3, 5), (2, 16)].map { threshold, count in
            try Share.split(
                SecretBytes(copying: secret),
                into: count,
                threshold: threshold,
                entropy: FixedEntropy()
            )[1].bytes
        }
    }

    static let shares: [FuzzTarget] = [
        FuzzTarget("share", seeds: texts) { input in
            let share = try unsafe input.withUnsafeBytes { try unsafe Share(parsing: $0) }
            // What was typed may have blanks and capitals; what is written has neither.
            let written = share.bytes
            let again = try unsafe written.withUnsafeBytes { try unsafe Share(parsing: $0) }
            precondition(again.bytes == written && again.set == share.set)
        }
    ]
}

extension Share {
    fileprivate var bytes: [UInt8] {
        let text = text
        return unsafe text.withBytes { unsafe Array($0) }
    }
}
