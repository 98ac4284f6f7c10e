// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import TransparencyLog
import Vault

@Suite("The fold")
struct PolicyTests {
    /// One scenario for each rule, so that a rule without a test does not compile.
    @Test("refuses what breaks a rule, and changes nothing", arguments: PolicyViolation.allCases)
    func refuses(rule: PolicyViolation) throws {
        var vault = try TestVault()
        let entry = try violation(of: rule, &vault)
        var state = vault.state
        var facts = vault.facts
        #expect(throws: rule) {
            try state.replay(entry.entry, at: entry.index ?? state.size, facts: &facts)
        }
        #expect(state == vault.state)
        #expect(facts == vault.facts)
    }

    @Test("names each rule once, in words that differ")
    func namesAreDistinct() {
        let rules = PolicyViolation.allCases
        #expect(Set(rules.map(\.description)).count == rules.count)
        #expect(rules.allSatisfy { !$0.description.isEmpty && $0.rule == $0.rawValue })
    }

    private struct Refused {
        let entry: Entry
        var index: UInt64?
    }

    private func violation(
        of rule: PolicyViolation,
        _ vault: inout TestVault
    ) throws -> Refused {
        let time = vault.clock
        func at(_ time: UTCTime, _ signed: SignedStatement) -> Refused {
            Refused(entry: Entry(accepting: signed, at: time))
        }
        func now(_ signed: SignedStatement) -> Refused { at(time, signed) }
        func alter(_ signed: SignedStatement, _ change: ([NoteSignature]) -> [NoteSignature])
            throws -> Refused
        {
            let note = try SignedNote(
                text: signed.note.text,
                signatures: change(signed.note.signatures)
            )
            return now(try SignedStatement(parsing: note.bytes))
        }
        let good = try vault.sign(vault.access(vault.record), by: vault.reader)
        switch rule {
        // Every entry
        case .indexGap:
            return Refused(entry: Entry(accepting: good, at: time), index: vault.state.size + 1)
        case .unroundedTime: return at(UTCTime(seconds: time.seconds + 1), good)
        case .clockBackwards: return at(UTCTime(seconds: time.seconds - 60), good)
        case .missingGenesis:
            let enrol = try vault.enrol(vault.admin, by: "first")
            vault = try TestVault(empty: ())
            return now(enrol)
        case .repeatedGenesis: return now(try vault.genesis)
        case .wrongVault:
            let other = Statement(
                vault: "vault.example/other",
                time: time,
                actor: vault.reader.fingerprint,
                nonce: testBytes("nonce"),
                act: vault.access(vault.record)
            )
            return now(try .sign(other, with: [vault.reader.signer]))
        case .repeatedStatement:
            try vault.post(good)
            return now(good)
        case .unknownActor:
            return now(try vault.sign(vault.access(vault.record), by: Person("stranger")))
        case .missingSignature:
            return now(
                try .sign(good.statement, with: [vault.otherReader.signer])
            )
        case .surplusSignature:
            let other = try vault.otherReader.signer.signature(over: good.note.text)
            return try alter(good) { $0 + [other] }
        case .wrongSignature:
            let other = try vault.sign(vault.access(vault.record), by: vault.reader)
            return try alter(good) { _ in other.note.signatures }
        case .endedKey:
            try vault.post(vault.sign(revocation(of: vault.reader), by: vault.admin))
            return now(good)
        case .expiredStatement:
            return now(try vault.sign(revocation(of: vault.reader, until: time), by: vault.admin))
        case .quorumMissing:
            try vault.require(2, for: .revoke)
            return now(try vault.sign(revocation(of: vault.reader), by: vault.admin))

        // genesis
        case .genesisActor:
            vault = try TestVault(empty: ())
            let act = Act.genesis(try vault.genesisAct())
            let statement = vault.statement(act, by: vault.admin.fingerprint)
            return now(try .sign(statement, with: [vault.logSigner]))
        case .genesisKeyName:
            vault = try TestVault(empty: ())
            let signer = try NoteSigner(name: "vault.example/other", seed: testBytes("log"))
            let right = try vault.genesisAct()
            let act = Genesis(
                logKey: signer.verifierKey,
                tlsKey: right.tlsKey,
                inviteKey: right.inviteKey,
                inviteExpires: right.inviteExpires
            )
            return now(try .sign(vault.statement(.genesis(act), by: act.actor), with: [signer]))

        case .ownPredecessor:
            vault = try TestVault(empty: ())
            let own = Predecessor(origin: TestVault.origin, size: 3, root: .test("root"))
            let act = try vault.genesisAct(after: own)
            return now(
                try .sign(vault.statement(.genesis(act), by: act.actor), with: [vault.logSigner])
            )

        // invite
        case .mayNotInvite:
            return now(
                try vault.sign(
                    .invite(vault.invite(.submitter, "x", to: vault.caseID)),
                    by: vault.otherReader
                )
            )
        case .inviteKeyReused:
            return now(try vault.sign(.invite(vault.invite(.reader, "first")), by: vault.admin))

        // enrol
        case .unknownInvite: return now(try vault.enrol(Person("new"), by: "nobody's"))
        case .usedInvite: return now(try vault.enrol(Person("new"), by: "first"))
        case .expiredInvite:
            let invite = try vault.invite(.reader, "x", expires: time.adding(minutes: 1))
            try vault.post(vault.sign(.invite(invite), by: vault.admin))
            vault.clock = time.adding(minutes: 1)
            return at(vault.clock, try vault.enrol(Person("new"), by: "x"))
        case .enrolActor:
            try vault.post(vault.sign(.invite(vault.invite(.reader, "x")), by: vault.admin))
            let act = Enrol(
                inviteKey: try vault.inviteKey("x"),
                record: try Person("new").record
            )
            return now(try vault.sign(.enrol(act), by: vault.reader))
        case .repeatedMember:
            try vault.post(vault.sign(.invite(vault.invite(.admin, "x")), by: vault.admin))
            return now(try vault.enrol(vault.reader, by: "x"))

        case .voidInvite:
            try vault.join(Person("other admin"), .admin)
            let other = try Person("other admin")
            try vault.post(vault.sign(.invite(vault.invite(.reader, "x")), by: other))
            try vault.post(vault.sign(revocation(of: other), by: vault.admin))
            return now(try vault.enrol(Person("new"), by: "x"))

        // policy, rekey, revoke
        case .notAdministrator:
            return now(
                try vault.sign(
                    revocation(of: vault.submitter),
                    by: [vault.reader, vault.admin]
                )
            )
        case .otherPolicy:
            let change = try vault.policyChange { $0.quorums[.revoke] = 1 }
            try vault.post(vault.sign(change, by: vault.admin))
            return now(try vault.sign(change, by: vault.admin))
        case .quorumUnreachable:
            return now(try vault.sign(revocation(of: vault.admin), by: vault.admin))
        case .otherPersonsKey:
            let rekey = try vault.rekey(vault.reader, to: Person("new"), .rotate)
            return now(try vault.sign(rekey, by: [vault.otherReader, vault.admin]))
        case .wrongPossession:
            let rekey = try vault.rekey(
                vault.reader,
                to: Person("new"),
                .rotate,
                possessed: vault.otherReader
            )
            return now(try vault.sign(rekey, by: [vault.reader, vault.admin]))
        case .revokedPerson:
            try vault.post(vault.sign(revocation(of: vault.reader), by: vault.admin))
            let rekey = try vault.rekey(vault.reader, to: Person("new"), .replace, ends: [])
            return now(try vault.sign(rekey, by: vault.admin))

        // log.key, freeze
        case .wrongHandover:
            let right = try LogHandover(from: vault.logSigner, to: vault.logKey())
            let stolen = try LogHandover(from: vault.logKey("stranger"), to: vault.logKey())
            let card = right.card.split(separator: "\n")
                .map { $0.hasPrefix("handover: ") ? stolen.handoverLine : String($0) }
            let forged = try LogHandover(parsing: card.joined(separator: "\n") + "\n")
            let act = LogKeyChange(expires: TestVault.deadline, handover: forged)
            return now(try vault.sign(.logKey(act), by: vault.admin))
        case .otherLogKey:
            let change = try vault.logKeyChange(from: vault.logKey("stranger"))
            return now(try vault.sign(change, by: vault.admin))
        case .usedLogKey:
            try vault.post(vault.sign(vault.logKeyChange(), by: vault.admin))
            let back = try vault.logKeyChange(from: vault.logKey(), to: vault.logSigner)
            return now(try vault.sign(back, by: vault.admin))
        case .frozen:
            try vault.post(vault.sign(vault.freeze(), by: vault.admin))
            return now(good)

        // Cases
        case .mayNotOpenCases: return now(try vault.sign(vault.open(.test("x")), by: vault.admin))
        case .repeatedCase:
            return now(try vault.sign(vault.open(vault.caseID), by: vault.otherReader))
        case .unknownCase:
            return now(
                try vault.sign(vault.submit(.test("x"), to: .test("x")), by: vault.submitter)
            )
        case .notOwner:
            return now(
                try vault.sign(grant(vault.otherReader, .submit, vault), by: vault.otherReader)
            )
        case .unknownMember:
            return now(try vault.sign(grant(Person("x"), .submit, vault), by: vault.reader))
        case .noActiveKey:
            try vault.post(vault.sign(revocation(of: vault.otherReader), by: vault.admin))
            return now(try vault.sign(grant(vault.otherReader, .read, vault), by: vault.reader))
        case .roleForbidsRight:
            return now(try vault.sign(grant(vault.submitter, .read, vault), by: vault.reader))
        case .otherKeyring:
            // Of two grants at once, the second.
            try vault.post(vault.sign(grant(vault.otherReader, .read, vault), by: vault.reader))
            return now(try vault.sign(grant(vault.otherReader, .read, vault), by: vault.reader))

        case .notNextEpoch:
            return now(try vault.sign(vault.rotate(to: 3), by: vault.reader))
        case .otherSubmissions:
            let rotate = vault.rotate()
            try vault.post(vault.sign(vault.submit(.test("x")), by: vault.submitter))
            return now(try vault.sign(rotate, by: vault.reader))
        case .ownerStays:
            return now(try vault.sign(vault.remove(vault.reader), by: vault.reader))
        case .noSuchRight:
            return now(try vault.sign(vault.remove(vault.otherReader), by: vault.reader))

        // Evidence
        case .underHold:
            try vault.post(vault.sign(vault.hold(.on), by: vault.reader))
            return now(try vault.sign(vault.erase, by: vault.admin))
        case .erased:
            try vault.post(vault.sign(vault.erase, by: vault.admin))
            return now(good)
        case .mayNotSubmit:
            return now(try vault.sign(vault.submit(.test("x")), by: vault.otherSubmitter))
        case .wrongEpoch:
            return now(try vault.sign(vault.submit(.test("x"), epoch: 2), by: vault.submitter))
        case .replacedRecord:
            func act(_ record: String) -> Act {
                .reencrypt(
                    Reencrypt(
                        caseID: vault.caseID,
                        epoch: 1,
                        replacing: vault.record,
                        by: .test(record),
                        reason: .compromise
                    )
                )
            }
            try vault.post(vault.sign(act("second"), by: vault.reader))
            return now(try vault.sign(act("third"), by: vault.reader))
        case .repeatedRecord:
            return now(try vault.sign(vault.submit(vault.record), by: vault.submitter))
        case .mayNotRead:
            return now(try vault.sign(vault.access(vault.record), by: vault.otherReader))
        case .unknownRecord:
            return now(try vault.sign(vault.access(.test("x")), by: vault.reader))
        case .otherExportKey:
            let change = try vault.policyChange { $0.exportKeys = [.test("another")] }
            try vault.post(vault.sign(change, by: vault.admin))
            return now(
                try vault.sign(vault.export(vault.record, for: .court), by: vault.reader)
            )
        case .noConsent:
            return now(
                try vault.sign(vault.export(vault.record, for: .media), by: vault.reader)
            )
        case .notSubmitter:
            let act = Act.consent(Consent(record: vault.record, classes: []))
            return now(try vault.sign(act, by: vault.reader))
        }
    }

    private func revocation(
        of person: Person,
        until expires: UTCTime = TestVault.deadline
    ) -> Act {
        .revoke(Revoke(expires: expires, person: person.fingerprint, reason: .left))
    }

    private func grant(_ person: Person, _ right: CaseRight, _ vault: TestVault) -> Act {
        .caseGrant(
            CaseGrant(
                caseID: vault.caseID,
                member: person.fingerprint,
                right: right,
                keyring: right == .read ? .test("new keyring") : nil,
                replacing: right == .read ? .test("keyring") : nil
            )
        )
    }
}

extension LogHandover {
    fileprivate var handoverLine: String {
        card.split(separator: "\n").first { $0.hasPrefix("handover: ") }.map(String.init) ?? ""
    }
}

@Suite("What the fold allows")
struct PermissionTests {
    @Test("a vault begins with its genesis, and its first administrator joins by it")
    func begins() throws {
        var vault = try TestVault(empty: ())
        #expect(vault.state.foundation == nil)
        try vault.post(vault.genesis)
        #expect(vault.state.foundation?.origin == TestVault.origin)
        #expect(vault.state.foundation?.logKey == vault.logSigner.verifierKey)
        try vault.post(vault.enrol(vault.admin, by: "first"))
        #expect(vault.state.member(vault.admin.fingerprint)?.role == .admin)
        #expect(vault.state.size == 2)
    }

    @Test("a submitter who joins by a case's invitation submits to it, and reads nothing")
    func submitterOfOneCase() throws {
        let vault = try TestVault()
        let id = vault.submitter.fingerprint
        #expect(vault.state.standing(of: id, in: vault.caseID) == .submit)
        #expect(vault.state.maySubmit(id, vault.caseID))
        #expect(!vault.state.mayRead(id, vault.caseID))
        #expect(vault.state.standing(of: vault.otherSubmitter.fingerprint, in: vault.caseID) == nil)
        #expect(vault.state.cases(of: id).map(\.id) == [vault.caseID])
    }

    @Test(
        "no administrator or auditor ever reads or submits, whoever grants it",
        arguments: [
            CaseRight.read, .submit,
        ]
    )
    func administratorsStayBlind(right: CaseRight) throws {
        var vault = try TestVault()
        for person in [vault.admin, vault.auditor] {
            let grant = CaseGrant(
                caseID: vault.caseID,
                member: person.fingerprint,
                right: right,
                keyring: right == .read ? .test("k") : nil,
                replacing: right == .read ? .test("keyring") : nil
            )
            let signed = try vault.sign(.caseGrant(grant), by: vault.reader)
            #expect(throws: PolicyViolation.roleForbidsRight) { try vault.post(signed) }
            #expect(vault.state.mayAudit(person.fingerprint))
        }
    }

    @Test("a reader who was granted a case reads it under the new keyring")
    func grantsReading() throws {
        var vault = try TestVault()
        let grant = CaseGrant(
            caseID: vault.caseID,
            member: vault.otherReader.fingerprint,
            right: .read,
            keyring: .test("second keyring"),
            replacing: .test("keyring")
        )
        try vault.post(vault.sign(.caseGrant(grant), by: vault.reader))
        #expect(vault.state.case(vault.caseID)?.keyring == .test("second keyring"))
        #expect(vault.state.standing(of: vault.otherReader.fingerprint, in: vault.caseID) == .read)
        try vault.post(vault.sign(vault.access(vault.record), by: vault.otherReader))
        let submission = try vault.sign(vault.submit(.test("x")), by: vault.otherReader)
        #expect(throws: PolicyViolation.mayNotSubmit) { try vault.post(submission) }
    }

    @Test("consent that was widened allows an export, and withdrawn consent none")
    func followsConsent() throws {
        var vault = try TestVault()
        let widened = Act.consent(Consent(record: vault.record, classes: [.un, .media]))
        try vault.post(vault.sign(widened, by: vault.submitter))
        try vault.post(vault.sign(vault.export(vault.record, for: .media), by: vault.reader))
        let old = try vault.sign(vault.export(vault.record, for: .court), by: vault.reader)
        #expect(throws: PolicyViolation.noConsent) { try vault.post(old) }
        let withdrawn = Act.consent(Consent(record: vault.record, classes: []))
        try vault.post(vault.sign(withdrawn, by: vault.submitter))
        for consentClass in ConsentClass.allCases {
            let export = vault.export(vault.record, for: consentClass)
            let signed = try vault.sign(export, by: vault.reader)
            #expect(throws: PolicyViolation.noConsent) { try vault.post(signed) }
        }
    }

    @Test("a record of one case is none of another's", arguments: 0..<3)
    func recordsStayInTheirCase(kind: Int) throws {
        var vault = try TestVault()
        let other = CaseID.test("two")
        try vault.post(vault.sign(vault.open(other), by: vault.reader))
        let record = vault.record
        let act: Act =
            switch kind {
            case 0:
                .access(Access(caseID: other, purpose: "x", scope: .manifest, records: [record]))
            case 1:
                .export(
                    Export(
                        caseID: other,
                        consentClass: .court,
                        records: [record],
                        manifest: .test("m"),
                        key: .test()
                    )
                )
            default:
                .custody(
                    Custody(caseID: other, record: record, event: .copied, occurred: vault.clock)
                )
            }
        let signed = try vault.sign(act, by: vault.reader)
        #expect(throws: PolicyViolation.unknownRecord) { try vault.post(signed) }
    }

    @Test("a reader who is removed reads nothing, and what follows is sealed to the next epoch")
    func removes() throws {
        var vault = try TestVault()
        try vault.post(vault.sign(vault.grantReading(to: vault.otherReader), by: vault.reader))
        try vault.post(vault.sign(vault.access(vault.record), by: vault.otherReader))
        try vault.post(vault.sign(vault.remove(vault.otherReader), by: vault.reader))
        #expect(vault.state.standing(of: vault.otherReader.fingerprint, in: vault.caseID) == nil)
        let late = try vault.sign(vault.access(vault.record), by: vault.otherReader)
        #expect(throws: PolicyViolation.mayNotRead) { try vault.post(late) }
        let old = try vault.sign(vault.submit(.test("x")), by: vault.submitter)
        #expect(throws: PolicyViolation.wrongEpoch) { try vault.post(old) }
        try vault.post(vault.sign(vault.submit(.test("x"), epoch: 2), by: vault.submitter))
        #expect(vault.state.case(vault.caseID)?.submissions == 2)
    }

    @Test("of two rotations at once one takes effect")
    func rotatesOnce() throws {
        var vault = try TestVault()
        let act = vault.rotate()
        try vault.post(vault.sign(act, by: vault.reader))
        let second = try vault.sign(act, by: vault.reader)
        #expect(throws: PolicyViolation.otherKeyring) { try vault.post(second) }
        #expect(vault.state.case(vault.caseID)?.epoch == 2)
    }

    @Test("a submitter who is removed submits nothing, and the key stays")
    func removesSubmitter() throws {
        var vault = try TestVault()
        let remove = CaseRemove(caseID: vault.caseID, submitter: vault.submitter.fingerprint)
        try vault.post(vault.sign(.caseRemove(remove), by: vault.reader))
        let late = try vault.sign(vault.submit(.test("x")), by: vault.submitter)
        #expect(throws: PolicyViolation.mayNotSubmit) { try vault.post(late) }
        #expect(vault.state.case(vault.caseID)?.epoch == 1)
    }

    @Test("a case that was given to another owner is the other's, and the first one reads it still")
    func recovers() throws {
        var vault = try TestVault()
        let recover = try vault.example(of: .caseRecover).act
        try vault.post(vault.sign(recover, by: vault.admin))
        let id = vault.caseID
        #expect(vault.state.standing(of: vault.otherReader.fingerprint, in: id) == .own)
        #expect(vault.state.standing(of: vault.reader.fingerprint, in: id) == .read)
        let rotate = try vault.sign(vault.rotate(), by: vault.reader)
        #expect(throws: PolicyViolation.notOwner) { try vault.post(rotate) }
        try vault.post(vault.sign(vault.rotate(), by: vault.otherReader))
    }

    @Test("the rotation after a recovery ends the escrow and the rights of those it removes")
    func recovered() throws {
        var vault = try TestVault()
        let id = vault.caseID
        let escrow = CaseEscrow(
            caseID: id,
            threshold: 2,
            shares: 3,
            recovery: testRecipient("recovery"),
            keyring: .test("escrowed"),
            replacing: .test("keyring")
        )
        try vault.post(vault.sign(.caseEscrow(escrow), by: vault.reader))
        try vault.post(vault.sign(vault.rotate(), by: vault.reader))
        #expect(vault.state.case(id)?.escrow?.threshold == 2)
        try vault.post(vault.sign(vault.example(of: .caseRecover).act, by: vault.admin))
        func rotate(removing person: Person) throws -> SignedStatement {
            let act = CaseRotate(
                caseID: id,
                reason: .recovery,
                removing: [person.fingerprint],
                rotation: vault.rotation()
            )
            return try vault.sign(.caseRotate(act), by: vault.otherReader)
        }
        let itself = try rotate(removing: vault.otherReader)
        #expect(throws: PolicyViolation.ownerStays) { try vault.post(itself) }
        let stranger = try rotate(removing: vault.submitter)
        #expect(throws: PolicyViolation.noSuchRight) { try vault.post(stranger) }
        #expect(vault.state.case(id)?.escrow != nil)
        try vault.post(rotate(removing: vault.reader))
        #expect(vault.state.standing(of: vault.reader.fingerprint, in: id) == nil)
        #expect(vault.state.case(id)?.escrow == nil)
    }

    @Test("held evidence is erased only when administrators let go of it")
    func holds() throws {
        var vault = try TestVault()
        try vault.require(2, for: .hold)
        for records in [[], [vault.record]] {
            try vault.post(vault.sign(vault.hold(.on, records), by: vault.reader))
            let erase = try vault.sign(vault.erase, by: vault.admin)
            #expect(throws: PolicyViolation.underHold) { try vault.post(erase) }
            let alone = try vault.sign(vault.hold(.off, records), by: vault.admin)
            #expect(throws: PolicyViolation.quorumMissing) { try vault.post(alone) }
            let both = [vault.admin, try Person("second admin")]
            try vault.post(vault.sign(vault.hold(.off, records), by: both))
        }
        try vault.post(vault.sign(vault.erase, by: vault.admin))
        let again = try vault.sign(vault.erase, by: vault.admin)
        #expect(throws: PolicyViolation.erased) { try vault.post(again) }
        let export = try vault.sign(vault.export(vault.record, for: .court), by: vault.reader)
        #expect(throws: PolicyViolation.erased) { try vault.post(export) }
    }

    @Test("an override lets evidence go once where consent does not, until consent is given anew")
    func overrides() throws {
        var vault = try TestVault()
        try vault.require(2, for: .exportOverride)
        let both = [vault.reader, vault.admin, try Person("second admin")]
        func export() throws -> SignedStatement {
            try vault.sign(vault.export(vault.record, for: .media), by: vault.reader)
        }
        func refused(_ rule: PolicyViolation) throws {
            let export = try export()
            #expect(throws: rule) { try vault.post(export) }
        }
        try refused(.noConsent)
        let few = try vault.sign(vault.override(for: .media), by: [vault.reader, vault.admin])
        #expect(throws: PolicyViolation.quorumMissing) { try vault.post(few) }
        let stranger = try vault.sign(
            vault.override(for: .media),
            by: [vault.submitter, vault.admin, try Person("second admin")]
        )
        #expect(throws: PolicyViolation.mayNotRead) { try vault.post(stranger) }

        try vault.post(vault.sign(vault.override(for: .media), by: both))
        try vault.post(export())
        try refused(.noConsent)

        try vault.post(vault.sign(vault.override(for: .media), by: both))
        let consent = Consent(record: vault.record, classes: [.court])
        try vault.post(vault.sign(.consent(consent), by: vault.submitter))
        try refused(.noConsent)
    }

    @Test("an act of a quorum class takes effect with enough administrators, each counted once")
    func countsAdministrators() throws {
        for kind in QuorumClass.allCases {
            var vault = try TestVault()
            try vault.join(Person("third admin"), .admin)
            try vault.require(2, for: kind)
            let second = try Person("second admin")
            let (act, actor) = try vault.example(of: kind)
            let alone = try vault.sign(
                act,
                by: actor.role == .admin ? [actor.person] : [actor.person, second]
            )
            #expect(throws: PolicyViolation.quorumMissing, "\(kind)") { try vault.post(alone) }
            let others = [second] + (actor.role == .admin ? [] : [vault.admin])
            try vault.post(vault.sign(act, by: [actor.person] + others))
        }
    }

    @Test("nobody but administrators counts, and no person twice")
    func countsNobodyElse() throws {
        var vault = try TestVault()
        try vault.require(2, for: .revoke)
        let act = Act.revoke(
            Revoke(
                expires: TestVault.deadline,
                person: vault.submitter.fingerprint,
                reason: .abuse
            )
        )
        for other in [vault.auditor, vault.reader, vault.submitter] {
            let signed = try vault.sign(act, by: [vault.admin, other])
            #expect(throws: PolicyViolation.surplusSignature) { try vault.post(signed) }
        }
        let phone = try Person("admin's phone")
        try vault.post(vault.sign(vault.rekey(vault.admin, to: phone, .device), by: vault.admin))
        let twice = try vault.sign(act, by: [vault.admin, phone])
        #expect(throws: PolicyViolation.surplusSignature) { try vault.post(twice) }
        try vault.post(vault.sign(act, by: [phone, Person("second admin")]))
    }

    @Test("a person keeps what was theirs under a new key, and the old one does nothing")
    func rotates() throws {
        var vault = try TestVault()
        let new = try Person("new submitter")
        let rekey = try vault.rekey(vault.submitter, to: new, .rotate)
        try vault.post(vault.sign(rekey, by: [vault.submitter, vault.admin]))
        #expect(vault.state.standing(of: new.fingerprint, in: vault.caseID) == .submit)
        #expect(vault.state.standing(of: vault.submitter.fingerprint, in: vault.caseID) == nil)
        try vault.post(vault.sign(vault.submit(.test("x")), by: new))
        let old = try vault.sign(vault.submit(.test("y")), by: vault.submitter)
        #expect(throws: PolicyViolation.endedKey) { try vault.post(old) }
        let consent = Act.consent(Consent(record: vault.record, classes: [.un]))
        try vault.post(vault.sign(consent, by: new))
    }

    @Test("both devices of a person act, until one is revoked")
    func hasDevices() throws {
        var vault = try TestVault()
        let tablet = try Person("tablet")
        let rekey = try vault.rekey(vault.reader, to: tablet, .device)
        try vault.post(vault.sign(rekey, by: [vault.reader, vault.admin]))
        for device in [vault.reader, tablet] {
            try vault.post(vault.sign(vault.access(vault.record), by: device))
        }
        let revoke = Revoke(
            expires: TestVault.deadline,
            person: vault.reader.fingerprint,
            reason: .lost,
            keys: [tablet.fingerprint]
        )
        try vault.post(vault.sign(.revoke(revoke), by: vault.admin))
        let lost = try vault.sign(vault.access(vault.record), by: tablet)
        #expect(throws: PolicyViolation.endedKey) { try vault.post(lost) }
        try vault.post(vault.sign(vault.access(vault.record), by: vault.reader))
        #expect(
            vault.state.activeKeys(of: vault.reader.fingerprint) == [vault.reader.fingerprint]
        )
    }

    @Test("administrators give a person new keys who lost all others")
    func replaces() throws {
        var vault = try TestVault()
        let new = try Person("new reader")
        try vault.post(vault.sign(vault.rekey(vault.reader, to: new, .replace), by: vault.admin))
        #expect(vault.state.standing(of: new.fingerprint, in: vault.caseID) == .own)
        #expect(vault.state.member(vault.reader.fingerprint)?.ended?.reason == .lost)
    }

    @Test("an owner invites submitters to the own case only")
    func ownersInvite() throws {
        var vault = try TestVault()
        let others = try vault.sign(
            .invite(vault.invite(.submitter, "x", to: vault.caseID)),
            by: vault.otherReader
        )
        #expect(throws: PolicyViolation.mayNotInvite) { try vault.post(others) }
        let reader = try vault.sign(
            .invite(vault.invite(.reader, "x", to: vault.caseID)),
            by: vault.reader
        )
        #expect(throws: PolicyViolation.notAdministrator) { try vault.post(reader) }
        let unknown = try vault.sign(
            .invite(vault.invite(.submitter, "x", to: .test("none"))),
            by: vault.admin
        )
        #expect(throws: PolicyViolation.unknownCase) { try vault.post(unknown) }
        try vault.post(
            vault.sign(.invite(vault.invite(.submitter, "x", to: vault.caseID)), by: vault.admin)
        )
    }

    @Test("an invitation is good until the second it expires, by the accepted time")
    func expires() throws {
        var vault = try TestVault()
        let end = UTCTime(seconds: vault.clock.seconds + 61)
        try vault.post(
            vault.sign(.invite(vault.invite(.reader, "x", expires: end)), by: vault.admin)
        )
        vault.clock = UTCTime(seconds: vault.clock.seconds + 60)
        try vault.post(vault.enrol(Person("new"), by: "x"))
    }

    @Test("checked signatures are applied later, to a state that has moved on")
    func checksApart() throws {
        var vault = try TestVault()
        let signed = try vault.sign(vault.access(vault.record), by: vault.reader)
        let verified = try vault.state.verifySignatures(of: signed)
        try vault.post(vault.sign(vault.access(vault.record), by: vault.reader))
        try vault.state.apply(
            verified,
            accepted: vault.clock,
            at: vault.state.size,
            facts: &vault.facts
        )
        #expect(vault.facts.statementIndex(signed.id) == vault.state.size - 1)
    }
}
