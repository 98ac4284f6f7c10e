// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import Vault

@testable import VaultClient

/// The page that shows an audit.
@Suite struct AuditPageTests {
    private static let person = String(repeating: "a1", count: 32)
    private static let other = String(repeating: "b2", count: 32)
    private static let caseID = String(repeating: "c3", count: 16)

    private var timeline: AuditTimeline {
        var timeline = AuditTimeline()
        let events: [(day: Int64, act: String, person: String, caseID: String?, isAllowed: Bool)] =
            [
                (20_000, "case.open", Self.person, Self.caseID, true),
                (20_001, "submit", Self.other, Self.caseID, true),
                (20_001, "submit", Self.other, Self.caseID, true),
                (20_400, "access", Self.person, Self.caseID, true),
                (20_730, "invite", Self.person, nil, true),
                (20_730, "access", Self.other, Self.caseID, false),
            ]
        for event in events {
            timeline.add(
                AuditTimeline.Event(
                    accepted: UTCTime(seconds: event.day * 86_400 + 3600),
                    act: event.act,
                    person: event.person,
                    caseID: event.caseID,
                    isAllowed: event.isAllowed
                )
            )
        }
        return timeline
    }

    private func page(vault: String = "vault.example/test") -> String {
        let report = AuditReport(
            vault: vault,
            from: 0,
            entries: 6,
            root: String(repeating: "0", count: 64),
            checkpoints: 5,
            cosignatures: 2,
            violationCount: 0
        )
        return AuditPage(
            report: report,
            timeline: timeline,
            labels: [Self.person: "reader", Self.other: "submitter"]
        ).html
    }

    @Test("is the promised one for the same acts")
    func golden() throws {
        try Golden.expect(page(), matches: "audit.html")
        #expect(page() == page())
    }

    @Test("runs nothing and loads nothing, whatever the log says")
    func escaped() {
        let hostile = page(vault: "<script src=\"//x\">'&")
        #expect(hostile.contains("&lt;script src=&quot;//x&quot;&gt;&#39;&amp;"))
        for page in [hostile, page()] {
            #expect(page.contains("default-src 'none'"))
            for word in ["<script", "http:", "https:", "<img", "<link", "onload", "style=\""] {
                #expect(!page.contains(word), "\(word)")
            }
        }
    }

    @Test("does not grow with the number of days or entries")
    func bounded() {
        func size(days: Int64) -> Int {
            var timeline = AuditTimeline()
            for day in 0..<days {
                timeline.add(
                    AuditTimeline.Event(
                        accepted: UTCTime(seconds: day * 86_400),
                        act: "access",
                        person: Self.person,
                        caseID: Self.caseID,
                        isAllowed: true
                    )
                )
            }
            let report = AuditReport(
                vault: "v",
                from: 0,
                entries: 0,
                root: "",
                checkpoints: 0,
                cosignatures: 0
            )
            return AuditPage(report: report, timeline: timeline, labels: [:]).html.utf8.count
        }
        #expect(size(days: 20_000) < size(days: 240) * 2)
    }
}
