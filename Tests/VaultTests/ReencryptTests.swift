// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import Vault

@Suite("A submission that is sealed anew")
struct ReencryptTests {
    private func act(
        _ vault: TestVault,
        _ previous: Hash,
        by record: String,
        epoch: UInt64 = 1
    ) -> Act {
        .reencrypt(
            Reencrypt(
                caseID: vault.caseID,
                epoch: epoch,
                replacing: previous,
                by: .test(record),
                reason: .compromise
            )
        )
    }

    @Test("stays its submitter's, and what consent and hold say counts for all its records")
    func chain() throws {
        var vault = try TestVault()
        let first = vault.record
        try vault.post(vault.sign(act(vault, first, by: "second"), by: vault.reader))
        try vault.post(vault.sign(act(vault, .test("second"), by: "third"), by: vault.reader))
        let third = try #require(vault.facts.submission(record: .test("third")))
        #expect(third.submitter == vault.submitter.fingerprint)
        #expect(third.earlier == [first, .test("second")])
        #expect(vault.facts.submission(record: first)?.isReplaced == true)
        #expect(!third.isReplaced)

        // The submitter's device may know of the first record only.
        let export = try vault.sign(vault.export(.test("third"), for: .media), by: vault.reader)
        #expect(throws: PolicyViolation.noConsent) { try vault.post(export) }
        let consent = Consent(record: first, classes: [.media])
        try vault.post(vault.sign(.consent(consent), by: vault.submitter))
        try vault.post(export)
        let withdrawn = Consent(record: .test("third"), classes: [])
        try vault.post(vault.sign(.consent(withdrawn), by: vault.submitter))
        let late = try vault.sign(vault.export(first, for: .media), by: vault.reader)
        #expect(throws: PolicyViolation.noConsent) { try vault.post(late) }
        let others = Consent(record: .test("third"), classes: [.media])
        let forged = try vault.sign(.consent(others), by: vault.reader)
        #expect(throws: PolicyViolation.notSubmitter) { try vault.post(forged) }

        try vault.post(vault.sign(vault.hold(.on, [.test("second")]), by: vault.reader))
        for record in [first, .test("second"), .test("third")] {
            let erase = try vault.sign(erasure(of: record, in: vault), by: vault.admin)
            #expect(throws: PolicyViolation.underHold) { try vault.post(erase) }
        }
        try vault.post(vault.sign(vault.hold(.off, [first]), by: vault.admin))
        try vault.post(vault.sign(erasure(of: first, in: vault), by: vault.admin))
        #expect(vault.facts.submission(record: .test("third"))?.isErased == false)
        try vault.post(vault.sign(vault.access(.test("third")), by: vault.reader))
    }

    private func erasure(of record: Hash, in vault: TestVault) -> Act {
        .erase(
            Erase(
                expires: TestVault.deadline,
                caseID: vault.caseID,
                record: record,
                authority: "reencrypted"
            )
        )
    }

    @Test("only its owner has it so, sealed to the key of now, once, and of what is there")
    func rules() throws {
        var vault = try TestVault()
        let first = vault.record
        func refused(_ rule: PolicyViolation, _ act: Act, by person: Person) throws {
            let signed = try vault.sign(act, by: person)
            #expect(throws: rule) { try vault.post(signed) }
        }
        let good = act(vault, first, by: "second")
        for person in [vault.admin, vault.submitter, vault.otherReader] {
            try refused(.notOwner, good, by: person)
        }
        try refused(.unknownRecord, act(vault, .test("none"), by: "second"), by: vault.reader)
        try refused(.wrongEpoch, act(vault, first, by: "second", epoch: 2), by: vault.reader)
        try refused(.repeatedRecord, act(vault, first, by: "record"), by: vault.reader)
        try vault.post(vault.sign(good, by: vault.reader))
        try refused(.replacedRecord, act(vault, first, by: "third"), by: vault.reader)
        try refused(.repeatedRecord, vault.submit(.test("second")), by: vault.submitter)
        try vault.post(vault.sign(erasure(of: .test("second"), in: vault), by: vault.admin))
        try refused(.erased, act(vault, .test("second"), by: "third"), by: vault.reader)
    }

    @Test("a change of the case's key that did not take it over is refused")
    func rotation() throws {
        var vault = try TestVault()
        let stale = try vault.sign(vault.rotate(), by: vault.reader)
        let late = try vault.sign(act(vault, vault.record, by: "late"), by: vault.reader)
        try vault.post(vault.sign(act(vault, vault.record, by: "second"), by: vault.reader))
        #expect(throws: PolicyViolation.otherSubmissions) { try vault.post(stale) }
        try vault.post(vault.sign(vault.rotate(), by: vault.reader))
        #expect(throws: PolicyViolation.replacedRecord) { try vault.post(late) }
        let old = try vault.sign(act(vault, .test("second"), by: "third"), by: vault.reader)
        #expect(throws: PolicyViolation.wrongEpoch) { try vault.post(old) }
    }
}
