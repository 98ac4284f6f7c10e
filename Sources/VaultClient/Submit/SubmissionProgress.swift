// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Adds up what has been sent and tells whoever watches.
final class SubmissionProgress: Sendable {
    private let done = Mutex<Int>(0)
    private let total: UInt64
    private let report: @Sendable (_ done: UInt64, _ total: UInt64) -> Void

    init(total: UInt64, report: @escaping @Sendable (UInt64, UInt64) -> Void) {
        self.total = total
        self.report = report
        report(0, total)
    }

    /// Adds bytes that left; takes back, with a negative count, those that must leave again.
    func add(_ bytes: Int) {
        let now = done.withLock { done in
            done += bytes
            return done
        }
        report(min(UInt64(max(now, 0)), total), total)
    }
}
