// SPDX-License-Identifier: Apache-2.0

import Bulk
import TestSupport
import Testing
import TransparencyLog
import Vault

@Suite("Proposals")
struct ProposalTests {
    /// A vault in which two administrators revoke, and the second of them.
    private func council() throws -> (vault: TestVault, second: Person) {
        var vault = try TestVault()
        try vault.require(2, for: .revoke)
        return (vault, try Person("second admin"))
    }

    private func revocation(of person: Person) -> Act {
        .revoke(
            Revoke(expires: TestVault.deadline, person: person.fingerprint, reason: .left)
        )
    }

    private func line(_ signed: SignedStatement, by person: Person) throws -> NoteSignature {
        try person.signer.signature(over: signed.note.text)
    }

    @Test("are complete with the line of a second administrator, whatever lines stand beside it")
    func tally() throws {
        var (vault, second) = try council()
        let signed = try vault.sign(revocation(of: vault.reader), by: vault.admin)
        let other = try vault.sign(revocation(of: vault.reader), by: vault.admin)
        let alone = try #require(try vault.state.tally(of: signed))
        #expect(alone.needed == 2 && !alone.isComplete)
        #expect(alone.approvers == [vault.admin.fingerprint] && alone.statement == signed)
        let lines = [
            try line(signed, by: vault.submitter), try line(signed, by: vault.admin),
            try line(other, by: second), try line(signed, by: Person("nobody")),
            try line(signed, by: second), try line(signed, by: second),
        ]
        let tally = try #require(try vault.state.tally(of: signed, adding: lines))
        #expect(tally.isComplete)
        #expect(tally.approvers == [vault.admin.fingerprint, second.fingerprint])
        #expect(tally.statement.note.signatures == signed.note.signatures + [lines[4]])
        #expect(try vault.state.tally(of: tally.statement) == tally)
        try vault.post(tally.statement)
    }

    @Test("count one person once, and no key that has ended")
    func people() throws {
        var (vault, second) = try council()
        let device = try Person("second device")
        let rekey = try vault.rekey(second, to: device, .device)
        try vault.post(vault.sign(rekey, by: [second]))
        let signed = try vault.sign(revocation(of: vault.reader), by: vault.admin)
        let both = try [second, device].map { try line(signed, by: $0) }
        let once = try #require(try vault.state.tally(of: signed, adding: both))
        #expect(once.statement.note.signatures.count == 2)
        let ending = Revoke(
            expires: TestVault.deadline,
            person: second.fingerprint,
            reason: .lost,
            keys: [device.fingerprint]
        )
        try vault.post(vault.sign(.revoke(ending), by: [vault.admin, second]))
        let ended = try #require(try vault.state.tally(of: signed, adding: [both[1]]))
        #expect(ended.statement == signed && !ended.isComplete)
    }

    @Test("are refused where no signature of another could help")
    func hopeless() throws {
        var (vault, _) = try council()
        let bySubmitter = try vault.sign(revocation(of: vault.reader), by: vault.submitter)
        #expect(throws: PolicyViolation.notAdministrator) {
            try vault.state.tally(of: bySubmitter)
        }
        let access = try vault.sign(vault.access(vault.record), by: vault.reader)
        #expect(try vault.state.tally(of: access) == nil)
    }

    @Test("are judged by every rule but the number of signatures")
    func rules() throws {
        var (vault, _) = try council()
        let good = try vault.state.verifySignatures(
            of: vault.sign(revocation(of: vault.reader), by: vault.admin)
        )
        let size = vault.state.size
        try vault.state.requireProposable(good, accepted: vault.clock, facts: vault.facts)
        #expect(vault.state.size == size)
        #expect(throws: PolicyViolation.expiredStatement) {
            try vault.state.requireProposable(
                good,
                accepted: TestVault.deadline,
                facts: vault.facts
            )
        }
        let nobody = try vault.state.verifySignatures(
            of: vault.sign(revocation(of: Person("nobody")), by: vault.admin)
        )
        #expect(throws: PolicyViolation.unknownMember) {
            try vault.state.requireProposable(nobody, accepted: vault.clock, facts: vault.facts)
        }
    }

    @Test("the entries about administrators alone give the same administrators and policy")
    func governance() throws {
        var (vault, second) = try council()
        let device = try Person("second device")
        let rekey = try vault.rekey(second, to: device, .rotate)
        try vault.post(vault.sign(rekey, by: [second]))
        try vault.post(vault.sign(revocation(of: vault.reader), by: [vault.admin, device]))
        try vault.join(Person("third admin"), .admin)
        let ending = try revocation(of: Person("third admin"))
        try vault.post(vault.sign(ending, by: [vault.admin, device]))
        var state = VaultState()
        var facts = LogFacts()
        for (index, entry) in vault.entries.enumerated() where vault.isGovernance(entry) {
            try state.replay(governance: entry, at: UInt64(index), facts: &facts)
        }
        #expect(state.administratingPeople == vault.state.administratingPeople)
        #expect(state.policy == vault.state.policy)
        #expect(state.policyStatement == vault.state.policyStatement)
        #expect(state.member(device.fingerprint) == vault.state.member(device.fingerprint))
        let again = vault.entries[0]
        #expect(throws: PolicyViolation.indexGap) {
            try state.replay(governance: again, at: 0, facts: &facts)
        }
    }

    @Test(
        "the entries about one person's keys give the keys that the whole log gives, and no other"
    )
    func keysOfOne() throws {
        var (vault, second) = try council()
        let (phone, laptop, forged) = (
            try Person("phone"), try Person("laptop"), try Person("forged")
        )
        let person = vault.reader.fingerprint
        let device = try vault.rekey(vault.reader, to: laptop, .device)
        try vault.post(vault.sign(device, by: [vault.reader, second]))
        let replace = try vault.rekey(vault.reader, to: phone, .replace)
        try vault.post(vault.sign(replace, by: [vault.admin, second]))
        let lost = Revoke(
            expires: TestVault.deadline,
            person: person,
            reason: .lost,
            keys: [laptop.fingerprint]
        )
        try vault.post(vault.sign(.revoke(lost), by: [vault.admin, second]))
        var state = VaultState()
        var facts = LogFacts()
        for (index, entry) in vault.entries.enumerated() {
            if vault.isGovernance(entry) {
                try state.replay(governance: entry, at: UInt64(index), facts: &facts)
            } else if entry.isAboutKeys(of: person) {
                try state.replay(keysOf: person, entry, at: UInt64(index), facts: &facts)
            }
        }
        #expect(state.activeKeys(of: person) == [phone.fingerprint])
        let ends = Set(state.keys(of: person).map(\.ended))
        #expect(ends == Set(vault.state.keys(of: person).map(\.ended)))
        // Who holds the log's key can add entries, but sign them as nobody else.
        let size = UInt64(vault.entries.count)
        let gift = try vault.rekey(vault.reader, to: forged, .replace, ends: [])
        for (signers, violation) in [
            ([vault.otherReader], PolicyViolation.unknownActor), ([phone], .notAdministrator),
        ] {
            let entry = Entry(accepting: try vault.sign(gift, by: signers), at: vault.clock)
            #expect(throws: violation) {
                try state.replay(keysOf: person, entry, at: size, facts: &facts)
            }
        }
        let others = vault.entries.first { $0.isAboutKeys(of: vault.otherReader.fingerprint) }
        let other = try #require(others)
        #expect(throws: PolicyViolation.otherPersonsKey) {
            try state.replay(keysOf: person, other, at: size, facts: &facts)
        }
    }

    @Test("a rejection has the promised bytes, and is good by the key that it names alone")
    func rejection() throws {
        let vault = try TestVault()
        let admin = try #require(vault.state.member(vault.admin.fingerprint))
        let reader = try #require(vault.state.member(vault.reader.fingerprint))
        let rejection = try Rejection(
            of: .test("statement"),
            in: TestVault.origin,
            by: vault.admin.signer,
            actor: vault.admin.fingerprint
        )
        try Golden.expect(
            String(decoding: rejection.note.bytes, as: UTF8.self),
            matches: "rejection.txt"
        )
        let read = try Rejection(parsing: rejection.note.bytes)
        #expect(read == rejection && read.statement == .test("statement"))
        #expect(read.isSigned(by: admin) && !read.isSigned(by: reader))
        let borrowed = try Rejection(
            of: .test("statement"),
            in: TestVault.origin,
            by: vault.reader.signer,
            actor: vault.admin.fingerprint
        )
        #expect(!borrowed.isSigned(by: admin) && !borrowed.isSigned(by: reader))
        let twice = try rejection.note.adding(borrowed.note.signatures)
        #expect(try !Rejection(parsing: twice.bytes).isSigned(by: admin))
        let long = rejection.note.bytes + [UInt8](repeating: 0x0a, count: Rejection.maximumSize)
        #expect(throws: StatementError.tooLarge) { try Rejection(parsing: long) }
    }
}

extension TestVault {
    /// Whether an entry is about administrators, or their decisions.
    fileprivate func isGovernance(_ entry: Entry) -> Bool {
        switch entry.signed.statement.act {
        case .genesis, .policy, .logKey, .freeze: true
        case .invite(let act): act.role == .admin
        case .enrol: state.member(entry.signed.statement.actor)?.role == .admin
        case .rekey(let act): state.member(act.person)?.role == .admin
        case .revoke(let act): state.member(act.person)?.role == .admin
        default: false
        }
    }
}

extension Entry {
    fileprivate func isAboutKeys(of person: Fingerprint) -> Bool {
        switch signed.statement.act {
        case .enrol: signed.statement.actor == person
        case .rekey(let act): act.person == person
        case .revoke(let act): act.person == person
        default: false
        }
    }
}
