// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import TransparencyLog
import Vault

/// One signed statement of each act and form, the same in every run.
struct SampleStatement: CustomTestStringConvertible, Sendable {
    let name: String
    let signed: SignedStatement

    var testDescription: String { name }

    static func all() throws -> [SampleStatement] {
        var vault = try TestVault(empty: ())
        var samples: [SampleStatement] = []
        func add(_ name: String, _ signed: SignedStatement) {
            samples.append(SampleStatement(name: name, signed: signed))
        }
        let caseID = vault.caseID
        let record = vault.record
        add("genesis", try vault.genesis)
        add("invite-admin", try vault.sign(.invite(vault.invite(.admin, "a")), by: vault.admin))
        add(
            "invite-submitter-to-case",
            try vault.sign(.invite(vault.invite(.submitter, "b", to: caseID)), by: vault.reader)
        )
        add("enrol", try vault.enrol(vault.reader, by: "c"))
        add("case.open", try vault.sign(vault.open(caseID), by: vault.reader))
        let read = CaseGrant(
            caseID: caseID,
            member: vault.otherReader.fingerprint,
            right: .read,
            keyring: .test("new keyring"),
            replacing: .test("keyring")
        )
        add("case.grant-read", try vault.sign(.caseGrant(read), by: vault.reader))
        let submit = CaseGrant(
            caseID: caseID,
            member: vault.submitter.fingerprint,
            right: .submit
        )
        add("case.grant-submit", try vault.sign(.caseGrant(submit), by: vault.reader))
        add("submit", try vault.sign(vault.submit(record), by: vault.submitter))
        let many = Submit(
            caseID: caseID,
            epoch: 12,
            record: record,
            commitments: .test("commitments"),
            classes: ConsentClass.allCases.reversed()
        )
        add("submit-all-classes", try vault.sign(.submit(many), by: vault.submitter))
        add("access-all", try vault.sign(vault.access(record, .test("r2")), by: vault.reader))
        let objects = Access(
            caseID: caseID,
            purpose: "court-hearing-2",
            scope: .objects,
            records: [record],
            objects: [.test("1"), .test("2"), .test("3")]
        )
        add("access-objects", try vault.sign(.access(objects), by: vault.reader))
        add("export", try vault.sign(vault.export(record, for: .court), by: vault.reader))
        let consent = Consent(record: record, classes: [.un, .asylum])
        add("consent", try vault.sign(.consent(consent), by: vault.submitter))
        let withdrawn = Consent(record: record, classes: [])
        add("consent-withdrawn", try vault.sign(.consent(withdrawn), by: vault.submitter))
        let custody = Custody(
            caseID: caseID,
            record: record,
            event: .presented,
            occurred: .test("2026-12-24T09:00:00Z"),
            commitment: .test("commitment")
        )
        add("custody", try vault.sign(.custody(custody), by: vault.reader))
        let bare = Custody(
            caseID: caseID,
            record: record,
            event: .destroyed,
            occurred: .test("2027-01-02T03:04:05Z")
        )
        add("custody-bare", try vault.sign(.custody(bare), by: vault.reader))
        var policy = Policy(tlsKey: .test("tls key"))
        policy.quorums = [.revoke: 2, .inviteAdmin: 3]
        policy.tlsKeys = [Hash.test("tls key"), .test("next tls key")].sorted()
        policy.witnesses = try ["a.example/w", "b.example/w"].map {
            let key = try VerifierKey(
                name: $0,
                algorithm: .cosignatureV1,
                publicKey: vault.admin.record.signing
            )
            return Policy.Witness(key: key, url: "https://\($0)")
        }
        policy.witnessQuorum = 1
        policy.timestampers = [.init(root: .test("root"), url: "https://tsa.example/")]
        policy.exportKeys = [.test(), .test("another")].sorted()
        let change = PolicyChange(
            expires: TestVault.deadline,
            replacing: .test("previous"),
            with: policy
        )
        add("policy", try vault.sign(.policy(change), by: [vault.admin, vault.auditor]))
        let rotate = try vault.rekey(vault.reader, to: Person("new reader"), .rotate)
        add("rekey-rotate", try vault.sign(rotate, by: [vault.reader, vault.admin]))
        let replace = try vault.rekey(vault.reader, to: Person("new reader"), .replace)
        add("rekey-replace", try vault.sign(replace, by: vault.admin))
        let revoke = Revoke(
            expires: TestVault.deadline,
            person: vault.reader.fingerprint,
            reason: .compromised,
            keys: [vault.reader.fingerprint]
        )
        add("revoke", try vault.sign(.revoke(revoke), by: vault.admin))
        let envelopes = Access(caseID: caseID, purpose: "rotate", scope: .envelopes, records: [])
        add("access-envelopes", try vault.sign(.access(envelopes), by: vault.reader))
        add("case.rotate", try vault.sign(vault.rotate(), by: vault.reader))
        add("case.remove-read", try vault.sign(vault.remove(vault.otherReader), by: vault.reader))
        let remove = CaseRemove(caseID: caseID, submitter: vault.submitter.fingerprint)
        add("case.remove-submit", try vault.sign(.caseRemove(remove), by: vault.reader))
        let escrow = CaseEscrow(
            caseID: caseID,
            threshold: 2,
            shares: 3,
            recovery: testRecipient("recovery"),
            keyring: .test("new keyring"),
            replacing: .test("keyring")
        )
        add("case.escrow", try vault.sign(.caseEscrow(escrow), by: vault.reader))
        let recover = try vault.example(of: .caseRecover).act
        add("case.recover", try vault.sign(recover, by: vault.admin))
        add("hold-on", try vault.sign(vault.hold(.on, [record]), by: vault.reader))
        add("hold-off", try vault.sign(vault.hold(.off), by: [vault.reader, vault.admin]))
        let erase = Erase(
            expires: TestVault.deadline,
            caseID: caseID,
            record: record,
            objects: [.test("2"), .test("1")],
            authority: "court-order"
        )
        add("erase", try vault.sign(.erase(erase), by: [vault.admin, vault.auditor]))
        add("log.key", try vault.sign(vault.logKeyChange(), by: [vault.admin, vault.auditor]))
        add("freeze", try vault.sign(vault.freeze(), by: vault.admin))
        let successor = vault.freeze(for: "vault.example/second")
        add("freeze-successor", try vault.sign(successor, by: vault.admin))
        let recovered = CaseRotate(
            caseID: caseID,
            reason: .recovery,
            removing: [vault.otherReader.fingerprint],
            rotation: vault.rotation()
        )
        add("case.rotate-recovery", try vault.sign(.caseRotate(recovered), by: vault.reader))
        let old = Predecessor(origin: "vault.example/first", size: 12, root: .test("root"))
        let begun = try vault.genesisAct(after: old)
        add(
            "genesis-successor",
            try .sign(vault.statement(.genesis(begun), by: begun.actor), with: [vault.logSigner])
        )
        let reencrypt = Reencrypt(
            caseID: caseID,
            epoch: 2,
            replacing: record,
            by: .test("new record"),
            reason: .commitment
        )
        add("reencrypt", try vault.sign(.reencrypt(reencrypt), by: vault.reader))
        add(
            "export.override",
            try vault.sign(vault.override(for: .media), by: [vault.reader, vault.admin])
        )
        return samples
    }
}
