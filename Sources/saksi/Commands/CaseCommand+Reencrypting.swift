// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VaultClient

extension CaseCommand.Rotate {
    /// Changes the key, and seals submissions anew.
    func reencrypting() async throws {
        let bars = Mutex<[Int: ProgressBar]>([:])
        defer { for bar in bars.withLock({ Array($0.values) }) { bar.finish() } }
        let result = try await device.withSession { session in
            try await showingRotation { progress, notice in
                try await session.rotate(
                    caseName,
                    reason: reason,
                    reencrypting: reencrypt == ["all"] ? nil : numbers,
                    for: expires.seconds,
                    progress: progress,
                    sealing: { number, done, total in
                        let bar = bars.withLock { bars in
                            let bar = bars[number] ?? ProgressBar("submission \(number)")
                            bars[number] = bar
                            return bar
                        }
                        bar.update(done: done, total: total)
                        if done == total { bar.finish() }
                    },
                    notice: notice
                )
            }
        }
        result.show()
    }
}

extension ReencryptionResult {
    /// Prints what was done, and what is left to others.
    func show() {
        rotation?.show()
        for submission in submissions {
            Terminal.result("submission \(submission.number) sealed anew: \(submission.record)")
            for old in submission.replaced {
                Terminal.result("  \(old.fate.phrase): \(old.record)")
            }
        }
        let fates = submissions.flatMap { $0.replaced.map(\.fate) }
        if fates.contains(.waiting) {
            Terminal.error(
                "saksi: note: what is proposed is still there: an administrator has to see "
                    + "`saksi admin pending`, and run `saksi admin approve`"
            )
        }
        if fates.contains(.held) {
            Terminal.error(
                "saksi: note: what is held is still there: erase it by its record once administrators "
                    + "let go of it"
            )
        }
    }
}

extension ReplacedRecord.Fate {
    fileprivate var phrase: String {
        switch self {
        case .erased: "old copy erased"
        case .held: "old copy held, not erased"
        case .waiting: "old copy there until its erasure is signed"
        }
    }
}
