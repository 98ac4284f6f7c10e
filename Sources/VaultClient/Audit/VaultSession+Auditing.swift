// SPDX-License-Identifier: Apache-2.0

import Bulk
public import TransparencyLog
import Vault

extension VaultSession {
    /// Audits the log: every entry, every rule, every published checkpoint.
    ///
    /// Entries are downloaded, hashed to the root of the newest checkpoint, and judged by the rules at
    /// their place; see the module Vault, "Replaying a log". A log in which nothing was found is
    /// remembered, and the next audit goes on from there.
    ///
    /// - Parameters:
    ///   - fully: Whether to begin at the first entry, whatever was audited before.
    ///   - witnesses: Whose cosignatures are checked.
    ///   - progress: Told the entries done, of all.
    /// - Returns: What was found.
    /// - Throws: ``ClientError``: `.refused` for who may not read the whole log; `.untrusted` where it
    ///   was forked or rolled back, or is kept back.
    public func audit(
        fully: Bool,
        witnesses: [TrustPolicy.Witness] = [],
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws -> AuditReport {
        try await audit(fully: fully, witnesses: witnesses, progress: progress) { _ in }.report
    }

    /// Audits the log, and shows the entries on the way; none is to be believed before this returns.
    ///
    /// - Returns: What was found, and the state at the newest head.
    func audit(
        fully: Bool,
        witnesses: [TrustPolicy.Witness],
        progress: @Sendable (UInt64, UInt64) -> Void,
        observing observe: (LogReplay.Step) -> Void
    ) async throws -> (report: AuditReport, state: VaultState) {
        let audit = try await LogAudit.begin(self)
        var replay = fully ? LogReplay() : try await audit.remembered()
        let from = replay.size
        var history = CheckpointHistory(self, after: from, witnesses: witnesses)
        var violations: [AuditedEntry] = []
        var violationCount = 0
        var newest = from
        try await audit.run(
            &replay,
            published: { sizes, state in
                let roots = try await history.roots(at: sizes, in: state)
                newest = roots.keys.max() ?? newest
                return roots
            },
            { step in
                for entry in step.entries where entry.fault != nil {
                    violationCount += 1
                    guard violations.count < AuditReport.maximumViolations else { continue }
                    violations.append(AuditedEntry(entry, in: step.state))
                }
                observe(step)
                if let last = step.entries.last { progress(last.index + 1, audit.head.size) }
            }
        )
        guard newest == audit.head.size else {
            throw ClientError.untrusted(
                "the vault keeps back the checkpoint that it published with \(audit.head.size) "
                    + "entries"
            )
        }
        if violationCount == 0, replay.size > from { try await audit.remember(replay) }
        let report = AuditReport(
            vault: log.origin,
            from: from,
            entries: replay.size,
            root: replay.root.hex,
            checkpoints: history.count,
            cosignatures: history.cosignatures,
            violationCount: violationCount,
            violations: violations
        )
        return (report, replay.state)
    }
}
