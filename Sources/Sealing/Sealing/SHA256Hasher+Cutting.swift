// SPDX-License-Identifier: Apache-2.0

import Bulk

extension SHA256Hasher {
    /// The hash of what was added, after which the next message begins.
    mutating func cut() -> Hash {
        let finished = self
        self = SHA256Hasher()
        return finished.finalize()
    }
}
