// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@Suite("Times")
struct UTCTimeTests {
    @Test(
        "read and write as the calendar has them",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_240_242, "2026-11-21T05:50:42Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        ]
    )
    func knownTimes(seconds: Int64, text: String) {
        #expect(UTCTime(seconds: seconds).text == text)
        #expect(UTCTime(text)?.seconds == seconds)
    }

    @Test("agree with Foundation through 400 years")
    func everyWeek() throws {
        let style = Date.ISO8601FormatStyle()
        for day in stride(from: Int64(0), to: 146_097, by: 13) {
            let time = UTCTime(seconds: day * 86_400 + day % 86_400)
            #expect(UTCTime(time.text) == time)
            #expect(Date(timeIntervalSince1970: Double(time.seconds)).formatted(style) == time.text)
        }
    }

    @Test(
        "have one spelling",
        arguments: [
            "2026-11-21T05:50:42", "2026-11-21 05:50:42Z", "2026-11-21T05:50:42z",
            "2026-11-21T24:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z", "2026-04-31T00:00:00Z", "1900-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z", "1969-12-31T23:59:59Z", "2026-11-21T05:60:00Z",
            "+026-11-21T05:50:42Z", "2026-11-21T05:50:4 Z", "２026-11-21T05:50:Z", "",
        ]
    )
    func refuses(text: String) { #expect(UTCTime(text) == nil) }

    @Test("that cannot be written become the nearest that can")
    func clamps() {
        #expect(UTCTime(seconds: .min).text == "1970-01-01T00:00:00Z")
        #expect(UTCTime(seconds: .max) == .latest)
    }

    @Test("round down to the minute or the hour")
    func rounds() {
        let time = UTCTime.test("2026-11-21T05:50:42Z")
        #expect(AcceptedRounding.minute.round(time).text == "2026-11-21T05:50:00Z")
        #expect(AcceptedRounding.hour.round(time).text == "2026-11-21T05:00:00Z")
    }
}

@Suite("Names")
struct NameTests {
    @Test("a fingerprint is read in each form it is shown in, however it is typed")
    func fingerprintForms() throws {
        let fingerprint = Fingerprint(.test("somebody"))
        #expect(fingerprint.grouped.count == 79)
        #expect(fingerprint.words.count == 95)
        for form in [fingerprint.hex, fingerprint.grouped, fingerprint.words] {
            #expect(Fingerprint(parsing: form) == fingerprint)
            #expect(Fingerprint(parsing: form.uppercased()) == fingerprint)
            #expect(Fingerprint(parsing: " \(form)\n") == fingerprint)
            #expect(
                Fingerprint(parsing: form.split(separator: " ").joined(separator: "-"))
                    == fingerprint
            )
            #expect(Fingerprint(parsing: String(form.dropLast())) == nil)
            #expect(Fingerprint(parsing: form + "0") == nil)
        }
        #expect(Fingerprint(hex: fingerprint.hex.uppercased()) == nil)
        #expect(Fingerprint(parsing: "") == nil)
    }

    @Test("ids are 16 bytes in 32 lower-case digits, in byte order")
    func identifiers() {
        let id = CaseID.test("x")
        #expect(CaseID(hex: id.hex) == id)
        #expect(CaseID(id.bytes) == id)
        #expect(id.hex.count == 32)
        #expect(CaseID(hex: id.hex.uppercased()) == nil)
        #expect(CaseID(hex: String(id.hex.dropLast(2))) == nil)
        #expect(CaseID([UInt8](repeating: 0, count: 17)) == nil)
        let ids = (0..<50).map { ObjectID.test("\($0)") }
        #expect(ids.sorted().map(\.hex) == ids.map(\.hex).sorted())
    }

    @Test("origins are visible ASCII without a plus")
    func origins() {
        #expect(Origin.isWellFormed("a"))
        #expect(Origin.isWellFormed(String(repeating: "a", count: 200)))
        for text in ["", " ", "a b", "a+b", "a\n", "é", String(repeating: "a", count: 201)] {
            #expect(!Origin.isWellFormed(text))
        }
    }

    @Test("roles, rights and classes have their words")
    func vocabulary() {
        #expect(ConsentClass.allCases.sorted() == ConsentClass.allCases)
        #expect(
            ConsentClass.allCases.map(\.rawValue)
                == ["asylum", "court", "media", "partner", "prosecutor", "public", "un"]
        )
        #expect(Role.allCases.map(\.rawValue) == ["admin", "reader", "submitter", "auditor"])
    }
}

@Suite("Identity records")
struct IdentityTests {
    @Test("are named by the SHA-256 of their bytes")
    func fingerprint() throws {
        let person = try Person("reader")
        let text = person.record.text
        #expect(person.fingerprint.hash == Hash(hashing: Array(text.utf8)))
        #expect(try IdentityRecord(parsing: text) == person.record)
        #expect(person.record.verifierKey == person.signer.verifierKey)
        #expect(person.record.verifierKey.name == person.fingerprint.hex)
    }

    @Test("refuse recipients that no device could encrypt to")
    func recipients() throws {
        let good = testRecipient("somebody")
        #expect(good.utf8.count == RecipientText.size)
        #expect(RecipientText.isWellFormed(good))
        for place in stride(from: 0, to: good.utf8.count, by: 13) {
            var bytes = Array(good.utf8)
            bytes[place] = bytes[place] == UInt8(ascii: "q") ? UInt8(ascii: "p") : UInt8(ascii: "q")
            #expect(!RecipientText.isWellFormed(String(decoding: bytes, as: UTF8.self)))
        }
        var nonZeroPadding = bech32("age1pq", bytes: testBytes("x", count: 1217))
        nonZeroPadding.removeLast()
        for text in [
            good.uppercased(), String(good.dropLast()), good + "q", nonZeroPadding, "",
            bech32("age", bytes: testBytes("x")), "age1pq1",
        ] {
            #expect(!RecipientText.isWellFormed(text))
            #expect(throws: LineError(line: 3, rule: .value(key: "recipient", want: .recipient))) {
                try IdentityRecord(
                    signing: testBytes("s"),
                    recipient: text,
                    mail: testBytes("m")
                )
            }
        }
    }

    @Test("refuse keys of another length")
    func lengths() {
        #expect(throws: LineError(line: 2, rule: .value(key: "signing", want: .base64))) {
            try IdentityRecord(signing: [1], recipient: testRecipient("x"), mail: testBytes("m"))
        }
        #expect(throws: LineError(line: 4, rule: .value(key: "mail", want: .base64))) {
            try IdentityRecord(signing: testBytes("s"), recipient: testRecipient("x"), mail: [])
        }
    }
}
