// SPDX-License-Identifier: Apache-2.0

import Testing
import Vault

@testable import Testimony

@Suite("A consent record")
struct ConsentTests {
    @Test("covers what everybody in it allows")
    func classes() throws {
        let record = try ConsentRecord(Sample.consent)
        #expect(record.classes == [.court])
        #expect(record.refusing(.un) == ["V01"])
        #expect(record.refusing(.media) == ["W01", "V01"])
        #expect(record.refusing(.court) == [])
    }

    @Test("covers nobody where one person allows nothing")
    func nothing() throws {
        let text =
            Sample.consent + "\n  - pseudonym: V02\n    given-through: self\n    allows: []\n"
        #expect(try ConsentRecord(text).classes == [])
    }

    @Test("keeps what each person wants hidden, and from whom")
    func anonymised() throws {
        let people = try ConsentRecord(Sample.consent).people
        #expect(people.map(\.pseudonym) == ["W01", "V01"])
        #expect(people[0].permissions.map(\.consentClass) == [.un, .court])
        #expect(people[0].permissions.map(\.anonymised) == [[], ["name", "place"]])
        #expect(people[1].permissions.map(\.anonymised) == [["photo"]])
    }

    @Test("is put together again from its leaves")
    func fromLeaves() throws {
        let record = try ConsentRecord(Sample.consent)
        #expect(try ConsentRecord(leaves: record.leaves).text == record.text)
        #expect(try ConsentRecord(record.draft).text == record.text)
    }

    @Test("is refused where somebody gives consent twice, or nobody does")
    func refused() {
        let twice = Sample.consent.replacingWord("pseudonym: V01", by: "pseudonym: W01")
        for text in [twice, ConsentRecord.template] {
            #expect(throws: FormError.self) { try ConsentRecord(parsing: Array(text.utf8)) }
        }
    }
}
