// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing

@testable import Testimony

@Suite("A testimony")
struct TestimonyTests {
    @Test("is read from YAML and written in one spelling, which reads as itself")
    func canonical() throws {
        let record = try TestimonyRecord(Sample.testimony)
        let again = try TestimonyRecord(record.text)
        #expect(again.text == record.text)
        #expect(again.leaves == record.leaves)
        #expect(record.text.contains("    languages:\n      - km\n      - vi\n"))
    }

    @Test("has the same facts however it is spelled")
    func spellings() throws {
        let record = try TestimonyRecord(Sample.testimony)
        let other = Sample.testimony(
            "  title: Land taken",
            as: "  # what happened\n  title:   'Land taken'   # in short\n  remarks:"
        )
        #expect(try TestimonyRecord(other).text == record.text)
    }

    @Test("gives a leaf for each fact, and for each paragraph of the account")
    func leaves() throws {
        let leaves = try TestimonyRecord(Sample.testimony).leaves
        func text(_ path: String) -> String? { leaves.first { $0.path == path }?.text }
        #expect(leaves.first == RecordLeaf(path: "form", text: "saksi/v1 testimony"))
        #expect(text("persons/0001/names") == "សាក្សី")
        #expect(text("persons/0001/languages/0002") == "vi")
        #expect(text("acts/0001/type-of-act") == "land-seizure")
        #expect(text("account/text/0001") == "First paragraph: \"quoted\" \\ and #more.\n  set in")
        #expect(text("account/text/0002") == "Second, ruộng đồng.")
        #expect(text("account/text/0003") == nil)
    }

    @Test("is put together again from its leaves, in any order")
    func fromLeaves() throws {
        let record = try TestimonyRecord(Sample.testimony)
        #expect(try TestimonyRecord(leaves: record.leaves.reversed()).text == record.text)
    }

    @Test("refuses leaves of which one is gone, there twice or too many")
    func strayLeaves() throws {
        let leaves = try TestimonyRecord(Sample.testimony).leaves
        let stray = RecordLeaf(path: "account/text/0004", text: "more")
        #expect(throws: FormError.self) { try TestimonyRecord(leaves: leaves + [stray]) }
        #expect(throws: FormError.self) { try TestimonyRecord(leaves: Array(leaves.dropFirst())) }
        #expect(throws: FormError.self) { try TestimonyRecord(leaves: leaves + leaves.suffix(1)) }
    }

    @Test("names the version before it, and keeps all else")
    func replacing() throws {
        let record = try TestimonyRecord(Sample.testimony)
        let commitment = Hash(hashing: [1])
        let next = try record.replacing(commitment).replacing(commitment)
        #expect(record.replaces == nil)
        #expect(next.replaces == commitment)
        #expect(next.changes(since: record) == [])
        #expect(next.leaves.filter { $0.path != "replaces" } == record.leaves)
    }

    @Test("says what a later version tells differently")
    func changes() throws {
        let record = try TestimonyRecord(Sample.testimony)
        let later = try TestimonyRecord(
            Sample.testimony(
                "  title: Land taken",
                as: "  title: Land and house taken\n  remarks: New"
            )
        )
        #expect(
            later.changes(since: record) == [
                RecordChange(
                    path: "event/title",
                    before: "Land taken",
                    after: "Land and house taken"
                ),
                RecordChange(path: "event/remarks", before: nil, after: "New"),
            ]
        )
        #expect(
            record.changes(since: later).map(\.path) == ["event/title", "event/remarks"]
        )
    }

    @Test("has a template that asks each question, and says what must be filled in")
    func template() throws {
        let found = problems(TestimonyRecord.template).map { $0.drop { $0 != "," }.dropFirst(2) }
        #expect(
            found == [
                "record/language: must be filled in", "record/date-received: must be filled in",
                "persons: must be filled in", "event/title: must be filled in",
            ]
        )
        #expect(TestimonyRecord.template.contains("#   one of: exact estimate unknown-day"))
    }

    @Test("keeps its facts through the text that an editor is given")
    func draft() throws {
        let record = try TestimonyRecord(Sample.testimony)
        #expect(try TestimonyRecord(record.draft).text == record.text)
        #expect(record.draft.contains("# The account; an empty line between paragraphs. (needed)"))
    }

    @Test(
        "keeps any text to the byte but for spaces at the ends",
        arguments: [
            "no", "- dash", "a: b", "\"q\"", "'", "# no comment", "R &D is A&B & C", "*star",
            "a\\b",
            "{x}", "[y]", "| z", "%p", "ស្រុកខ្មែរក្រោម", "e\u{301} and \u{e9}", "\u{200b}គ\u{200d}",
            "&one\nline: two\n\n\n  - three &four", "  first\n second", "~", "null", "x  y", "日本",
        ]
    )
    func anyText(text: String) throws {
        let record = try TestimonyRecord(Sample.testimony)
        var leaves = record.leaves
        let place = try #require(leaves.firstIndex { $0.path == "acts/0001/id" })
        leaves.insert(RecordLeaf(path: "event/remarks", text: text), at: place)
        let made = try TestimonyRecord(leaves: leaves)
        let leaf = try #require(made.leaves.first { $0.path == "event/remarks" })
        #expect(leaf == RecordLeaf(path: "event/remarks", text: text))
        #expect(try TestimonyRecord(made.text).leaves == made.leaves)
        #expect(try TestimonyRecord(made.draft).leaves == made.leaves)
    }
}
