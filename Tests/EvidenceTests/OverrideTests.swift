// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import Vault

@testable import Evidence

@Suite("An override of consent")
struct OverrideTests {
    @Test("lets a bundle verify, which shows it")
    func shown() async throws {
        let bundle = try await TestBundle.overridden()
        let report = bundle.report(trusting: bundle.policy)
        #expect(report.failures == [])
        let facts = report.facts.filter { $0.name == "consent overridden" }.map(\.value)
        #expect(facts.count == 1)
        #expect(facts.first?.hasPrefix("for media by entry ") == true)
        #expect(facts.first?.contains("on the authority court-order") == true)
        #expect(try bundle.text("data/custody/log.jsonl").contains("\"act\":\"export.override\""))
    }

    @Test("is used up by one export, and ended by the next consent")
    func ends() async throws {
        var test = try await TestCase()
        let record = test.submissions[0].record.hash
        try test.override(for: .media)
        let contents = try test.contents(for: .media)
        var consented = test
        let consent = Consent(record: record, classes: [.court])
        consented.receipts.append(
            try consented.log.append(.consent(consent), by: consented.activist)
        )
        #expect(throws: BundleError.noConsent(record: record)) {
            try consented.contents(for: .media)
        }
        let export = contents.export(
            manifest: Hash(hashing: []),
            key: TestCase.signer.publicKey.name
        )
        test.receipts.append(try test.log.append(.export(export), by: test.lawyer))
        #expect(throws: BundleError.noConsent(record: record)) { try test.contents(for: .media) }
    }
}
