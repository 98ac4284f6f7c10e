// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog
import Vault

extension VaultSession {
    /// Audits the whole log, and gives a page of HTML with a timeline of each case and each person.
    ///
    /// - Parameters:
    ///   - witnesses: Whose cosignatures are checked, beside those that the vault's policy names.
    ///   - progress: Told the entries done, of all.
    /// - Returns: The report and the page, which is the same for the same log.
    /// - Throws: ``ClientError``, as ``audit(fully:witnesses:progress:)``.
    public func auditPage(
        witnesses: [TrustPolicy.Witness] = [],
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws -> (report: AuditReport, html: String) {
        var timeline = AuditTimeline()
        var accepted = UTCTime(seconds: 0)
        let (report, state) = try await audit(
            fully: true,
            witnesses: witnesses,
            progress: progress
        ) { step in
            for judged in step.entries {
                guard let entry = judged.entry else { continue }
                // The time of an entry that was not allowed is whatever its maker wrote.
                if judged.fault == nil || accepted.seconds == 0 { accepted = entry.accepted }
                let actor = entry.signed.statement.actor
                timeline.add(
                    AuditTimeline.Event(
                        accepted: accepted,
                        act: entry.signed.statement.act.name.rawValue,
                        person: (step.state.person(of: actor) ?? actor).hex,
                        caseID: judged.caseID?.hex,
                        isAllowed: judged.fault == nil
                    )
                )
            }
        }
        var labels: [String: String] = [:]
        for name in timeline.people.keys {
            labels[name] = Fingerprint(hex: name).flatMap { state.member($0)?.role.rawValue }
        }
        for name in timeline.cases.keys {
            let owner = CaseID(hex: name).flatMap { state.case($0)?.owner }
            labels[name] = owner.map { "owned by \($0.hex.prefix(8))…" }
        }
        return (report, AuditPage(report: report, timeline: timeline, labels: labels).html)
    }
}
