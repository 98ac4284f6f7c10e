// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import TestSupport
import Testing
import TransparencyLog
import Vault

@Suite("Statements")
struct StatementTests {
    @Test("have the promised bytes", arguments: try SampleStatement.all())
    func golden(sample: SampleStatement) throws {
        let entry = Entry(accepting: sample.signed, at: TestVault.begin)
        try Golden.expect(
            String(decoding: entry.bytes, as: UTF8.self),
            matches: "entry-\(sample.name).txt"
        )
    }

    @Test("read back as they were written", arguments: try SampleStatement.all())
    func readsBack(sample: SampleStatement) throws {
        let entry = Entry(accepting: sample.signed, at: TestVault.begin)
        #expect(try Entry(parsing: entry.bytes) == entry)
        let text = sample.signed.note.text
        #expect(try Statement(parsing: text).text == text)
        #expect(try Statement(parsing: text) == sample.signed.statement)
        #expect(sample.signed.id == Hash(hashing: Array(text.utf8)))
        #expect(entry.leafHash == MerkleTree.leafHash(entry.bytes))
    }

    @Test("there is a sample of each act")
    func samplesAreComplete() throws {
        let acts = try Set(SampleStatement.all().map(\.signed.statement.act.name))
        #expect(acts == Set(ActName.allCases))
    }

    @Test(
        "a line that is dropped, doubled or exchanged is refused",
        arguments:
            try SampleStatement.all()
    )
    func linesAreFixed(sample: SampleStatement) throws {
        let vault = try TestVault()
        let lines = sample.signed.note.text.split(separator: "\n").map(String.init)
        var changed: [[String]] = []
        for place in lines.indices {
            var dropped = lines
            dropped.remove(at: place)
            changed.append(dropped)
            changed.append(Array(lines[...place]) + lines[place...])
            changed.append(Array(lines[..<place]) + [""] + lines[place...])
            if place + 1 < lines.count {
                var swapped = lines
                swapped.swapAt(place, place + 1)
                changed.append(swapped)
            }
        }
        changed.append(lines + ["note: anything"])
        for lines in changed {
            expectRefused(lines.joined(separator: "\n") + "\n", sample, vault)
        }
    }

    @Test("no byte can be changed, in text or signature", arguments: try SampleStatement.all())
    func bytesAreFixed(sample: SampleStatement) throws {
        let vault = try TestVault()
        let bytes = sample.signed.note.bytes
        let masks: [UInt8] = [0x01, 0x20, 0x80, 0x10]
        for place in places(in: bytes) {
            var changed = bytes
            changed[place] ^= masks[place % masks.count]
            expectRefused(changed, vault)
        }
    }

    @Test("a truncated note is refused at every length", arguments: try SampleStatement.all())
    func truncationIsRefused(sample: SampleStatement) throws {
        let vault = try TestVault()
        let note = sample.signed.note
        let isForOneSigner = sample.signed.statement.act.quorum == nil
        // Without administrators' signatures it is whole: whether they are enough, the policy says.
        let alone = try SignedNote(text: note.text, signatures: [note.signatures[0]]).bytes.count
        for count in places(in: note.bytes) where isForOneSigner || count != alone {
            expectRefused(Array(note.bytes.prefix(count)), vault)
        }
    }

    /// All, but of the two acts with long recipients every fifth.
    private func places(in bytes: [UInt8]) -> StrideTo<Int> {
        stride(from: 0, to: bytes.count, by: bytes.count > 2000 ? 5 : 1)
    }

    private func expectRefused(
        _ text: String,
        _ sample: SampleStatement,
        _ vault: TestVault
    ) {
        guard let note = try? SignedNote(text: text, signatures: sample.signed.note.signatures)
        else { return }
        expectRefused(note.bytes, vault)
    }

    private func expectRefused(_ bytes: [UInt8], _ vault: TestVault) {
        guard let signed = try? SignedStatement(parsing: bytes) else { return }
        #expect(throws: PolicyViolation.self, "\(signed.note.text)") {
            try vault.state.verifySignatures(of: signed)
        }
    }
}

@Suite("A statement's text")
struct StatementFormTests {
    private static let good = """
        saksi/v1 access
        vault: vault.example/test
        time: 2026-11-21T05:50:42Z
        actor: 00000000000000000000000000000000000000000000000000000000000000aa
        nonce: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
        case: 000102030405060708090a0b0c0d0e0f
        purpose: review
        scope: objects
        record: 1111111111111111111111111111111111111111111111111111111111111111
        object: 000102030405060708090a0b0c0d0e0f
        object: 100102030405060708090a0b0c0d0e0f

        """

    /// What is changed in the good text, and what is said of it.
    struct Change: CustomTestStringConvertible, Sendable {
        let from: String
        let to: String
        let line: Int
        let rule: LineError.Rule

        var testDescription: String { "\(from) → \(to)" }

        init(_ from: String, _ to: String, _ line: Int, _ rule: LineError.Rule) {
            self.from = from
            self.to = to
            self.line = line
            self.rule = rule
        }
    }

    static let changes = [
        Change("saksi/v1 access", "saksi/v2 access", 1, .header(want: "saksi/v1 <act>")),
        Change("saksi/v1 access", "saksi/v1 forget", 1, .unknownAct),
        Change("saksi/v1 access", "saksi/v1 ", 1, .unknownAct),
        Change("saksi/v1 access", "saksi/v1 access ", 1, .unknownAct),
        Change("vault: ", "vault:", 2, .unexpected(want: "vault")),
        Change("vault: ", "vault:  ", 2, .value(key: "vault", want: .origin)),
        Change("vault: vault.example/test", "vault: ", 2, .value(key: "vault", want: .origin)),
        Change("example/test", "example+test", 2, .value(key: "vault", want: .origin)),
        Change("example/test", "example/tést", 2, .notPrintable),
        Change("example/test", "example/test\r", 2, .notPrintable),
        Change("example/test", "example/\u{0}test", 2, .notPrintable),
        Change("example/test", "example/test\t", 2, .notPrintable),
        Change("example/test", "example/\u{7f}", 2, .notPrintable),
        Change("05:50:42Z", "05:50:42.0Z", 3, .value(key: "time", want: .time)),
        Change("05:50:42Z", "05:50:42+00:00", 3, .value(key: "time", want: .time)),
        Change("05:50:42Z", "05:50:60Z", 3, .value(key: "time", want: .time)),
        Change("2026-11-21", "2026-02-29", 3, .value(key: "time", want: .time)),
        Change("T05", "t05", 3, .value(key: "time", want: .time)),
        Change("000aa", "000AA", 4, .value(key: "actor", want: .hash)),
        Change("000aa", "000a", 4, .value(key: "actor", want: .hash)),
        Change("000aa", "000aaaa", 4, .value(key: "actor", want: .hash)),
        Change("Hh8=", "Hh9=", 5, .value(key: "nonce", want: .base64)),
        Change("Hh8=", "Hh8", 5, .value(key: "nonce", want: .base64)),
        Change("Hh8=", "Hh8=\n", 6, .unexpected(want: "case")),
        Change("nonce: AAEC", "nonce: ", 5, .value(key: "nonce", want: .base64)),
        Change("case: 00", "case: 0", 6, .value(key: "case", want: .identifier)),
        Change("case: ", "Case: ", 6, .unexpected(want: "case")),
        Change("review", "Review", 7, .value(key: "purpose", want: .purpose)),
        Change("review", "a b", 7, .value(key: "purpose", want: .purpose)),
        Change(
            "review",
            "abcdefghijklmnopqrstuvwxyz0123456",
            7,
            .value(key: "purpose", want: .purpose)
        ),
        Change("scope: objects", "scope: some", 8, .value(key: "scope", want: .word)),
        Change("scope: objects", "scope: all", 10, .trailing),
        Change(
            "scope: objects\nrecord: 1111111111111111111111111111111111111111111111111111111111111111",
            "scope: objects",
            9,
            .unexpected(want: "record")
        ),
        Change("object: 10", "object: 00", 11, .value(key: "object", want: .ascending)),
        Change("object: 00", "object: 20", 11, .value(key: "object", want: .ascending)),
        Change("object: 10", "record: 10", 11, .trailing),
        Change("object: 00", "name: 00", 10, .unexpected(want: "object")),
    ]

    @Test("is refused with the rule and the line", arguments: changes)
    func refuses(change: Change) throws {
        let range = try #require(Self.good.firstRange(of: change.from))
        let text = Self.good.replacingCharacters(in: range, with: change.to)
        #expect(throws: LineError(line: change.line, rule: change.rule)) {
            try Statement(parsing: text)
        }
    }

    @Test("that is good is read")
    func reads() throws {
        #expect(try Statement(parsing: Self.good).text == Self.good)
    }

    @Test("is refused when it ends early, or without a line feed")
    func refusesEnds() throws {
        let lines = Self.good.split(separator: "\n")
        let keys = [
            "vault", "time", "actor", "nonce", "case", "purpose", "scope", "record", "object",
        ]
        for (place, key) in keys.enumerated() {
            let text = lines[...place].joined(separator: "\n") + "\n"
            #expect(throws: LineError(line: place + 2, rule: .missing(key: key))) {
                try Statement(parsing: text)
            }
        }
        #expect(throws: LineError(line: 11, rule: .unterminated)) {
            try Statement(parsing: String(Self.good.dropLast()))
        }
        #expect(throws: LineError(line: 1, rule: .unterminated)) { try Statement(parsing: "") }
    }

    @Test("an act with forbidden combinations is not signed")
    func refusesToSign() throws {
        var vault = try TestVault()
        func refused(_ act: Act) {
            #expect(throws: StatementError.self) { try vault.sign(act, by: vault.reader) }
        }
        let id = vault.caseID
        let record = vault.record
        refused(.access(Access(caseID: id, purpose: "x", scope: .all, records: [])))
        refused(.access(Access(caseID: id, purpose: "x", scope: .objects, records: [record])))
        refused(.access(Access(caseID: id, purpose: "", scope: .all, records: [record])))
        refused(.access(Access(caseID: id, purpose: "a\nb", scope: .all, records: [record])))
        refused(
            .access(
                Access(
                    caseID: id,
                    purpose: "x",
                    scope: .objects,
                    records: [record, .test("x")],
                    objects: [.test("x")]
                )
            )
        )
        refused(
            .access(
                Access(
                    caseID: id,
                    purpose: "x",
                    scope: .manifest,
                    records: [record],
                    objects: [.test("x")]
                )
            )
        )
        refused(
            .export(
                Export(
                    caseID: id,
                    consentClass: .un,
                    records: [],
                    manifest: .test("m"),
                    key: .test()
                )
            )
        )
        refused(
            .caseOpen(
                CaseOpen(caseID: id, epoch: 2, recipient: testRecipient("x"), keyring: record)
            )
        )
        refused(.caseOpen(CaseOpen(caseID: id, recipient: "age1pq1", keyring: record)))
        let member = vault.submitter.fingerprint
        refused(.caseGrant(CaseGrant(caseID: id, member: member, right: .read)))
        refused(.caseGrant(CaseGrant(caseID: id, member: member, right: .read, keyring: record)))
        refused(.caseGrant(CaseGrant(caseID: id, member: member, right: .submit, keyring: record)))
        refused(vault.submit(record, epoch: 0))
        refused(
            .invite(
                Invite(role: .admin, caseID: id, inviteKey: testBytes("k"), expires: vault.clock)
            )
        )
        refused(.invite(Invite(role: .admin, caseID: nil, inviteKey: [1], expires: vault.clock)))
    }

    @Test("an entry holds no more than 65 535 bytes")
    func sizeIsLimited() throws {
        var vault = try TestVault()
        let most = (0..<1000).map { Hash.test("record \($0)") }
        func signed(_ count: Int) throws -> SignedStatement {
            let act = Access(
                caseID: vault.caseID,
                purpose: "x",
                scope: .all,
                records: most.prefix(count)
            )
            return try vault.sign(.access(act), by: vault.reader)
        }
        let fits = Entry(accepting: try signed(890), at: vault.clock)
        #expect(fits.bytes.count <= Entry.maximumSize)
        #expect(try Entry(parsing: fits.bytes) == fits)
        #expect(throws: StatementError.tooLarge) { try signed(930) }
        #expect(throws: EntryError.tooLarge) {
            try Entry(parsing: [UInt8](repeating: 0x61, count: Entry.maximumSize + 1))
        }
    }

    @Test(
        "an entry begins with its time in the only form",
        arguments: [
            "accepted:  2026-11-21T05:50:00Z\n", "accepted: 2026-11-21T05:50:00\n\n",
            "Accepted: 2026-11-21T05:50:00Z\n", "accepted: 2026-11-21T05:50:00Z", "",
        ]
    )
    func entryTime(line: String) throws {
        let sample = try #require(try SampleStatement.all().first)
        #expect(throws: EntryError.malformedTime) {
            try Entry(parsing: Array(line.utf8) + sample.signed.note.bytes)
        }
    }
}
