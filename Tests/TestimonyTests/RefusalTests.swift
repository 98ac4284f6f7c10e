// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Testimony

@Suite("A record is refused")
struct RefusalTests {
    @Test(
        "with the line, the field and the rule",
        arguments: [
            ("  language: en", "  language: English", "line 3, record/language: got \"English\""),
            ("  title: Land taken", "  titel: x", "line 11, event: there is no field \"titel\""),
            ("  title: Land taken", "  remarks: x", "line 11, event/title: must be filled in"),
            ("initial-date: 2024-05-17", "initial-date: 17.5.2024", "line 12, event/initial-date"),
            ("initial-date: 2024-05-17", "initial-date: 2023-02-29", "line 12, event/initial-date"),
            (
                "initial-date: 2024-05-17", "initial-date: 2024-05",
                "line 13, event/initial-date-type"
            ),
            (
                "initial-date: 2024-05-17", "initial-date:",
                "line 13, event/initial-date-type: a type"
            ),
            ("final-date: 2024-05", "final-date: 2024-04", "line 14, event/final-date: the end is"),
            ("latitude: 9.6025", "latitude: 96", "line 17, event/place/latitude: wants degrees"),
            ("victim: W01", "victim: W02", "line 23, acts/1/victim: nobody in this record"),
            ("victim: W01", "victim: \u{212a}01", "line 23, acts/1/victim: got"),
            ("- act: A1", "- act: A2", "line 26, involvements/1/act: no act in this record"),
            ("- pseudonym: P01", "- pseudonym: W01", "line 9, persons/2/pseudonym: \"W01\" is"),
            ("- pseudonym: P01", "- pseudonym: [P01]", "line 9, persons/2/pseudonym: wants text"),
            ("land-seizure", "land_seizure", "line 24, acts/1/type-of-act: got \"land_seizure\""),
            ("[km, vi]", "km", "line 8, persons/1/languages: wants a list"),
            ("  - id: A1", "  - A1\n  - id: A1", "line 22, acts/1: wants fields"),
            ("saksi/v1 testimony", "saksi/v2 testimony", "line 1, form: wants"),
            ("Land taken", "Land\u{202e}taken", "line 11, event/title: has the character U+202E"),
            ("Land taken", "\"Land\\ttaken\"", "line 11, event/title: has the character U+0009"),
            ("Land taken", "\"Land\\ntaken\"", "line 11, event/title: must stand on one line"),
            ("  title: Land taken", "  title: a\n  title: b", "the field \"title\" is there twice"),
            (
                "form: saksi/v1 testimony", "form: saksi/v1 testimony\nreplaces: AB",
                "line 2, replaces"
            ),
            ("Land taken", "&anchor Land", "line 11: write a space behind the ampersand"),
            ("Land taken", "[unclosed", "not YAML"),
        ]
    )
    func problem(line: String, as other: String, says: String) {
        let found = problems(Sample.testimony(line, as: other))
        #expect(found.first?.contains(says) == true, "\(found)")
    }

    @Test("with all that is wrong at once")
    func several() {
        var text = Sample.testimony("  title: Land taken", as: "  title:")
        text = text.replacingWord("victim: W01", by: "victim: W02")
        #expect(problems(text).map { $0.prefix(7) } == ["line 11", "line 23"])
    }

    @Test("that is empty, not UTF-8, too large, deep or two documents")
    func texts() {
        #expect(problems("") == ["line 1: nothing is filled in"])
        #expect(problems("- a").first?.contains("wants fields") == true)
        #expect(throws: FormError(line: nil, .notUTF8)) { try TestimonyRecord(parsing: [0xff]) }
        #expect(throws: FormError(line: nil, .tooLarge)) {
            try TestimonyRecord(parsing: Array(repeating: 0x20, count: (1 << 20) + 1))
        }
        #expect(
            problems(String(repeating: "[", count: 100_000)).first?.contains("not YAML") == true
        )
        #expect(problems(Sample.testimony + "\n---\na: b\n").first?.contains("not YAML") == true)
    }

    @Test("that is too long in one place")
    func long() {
        let limit = RecordLeaf.maximumSize
        let words = String(repeating: "a", count: limit)
        #expect(problems(Sample.testimony("Land taken", as: words)) == [])
        #expect(
            problems(Sample.testimony("Land taken", as: words + "a"))
                == ["line 11, event/title: is longer than \(limit) bytes"]
        )
        #expect(problems(Sample.testimony("Second, ruộng đồng.", as: words + "\n\n    b")) == [])
        #expect(problems(Sample.testimony("Second, ruộng đồng.", as: words + "b")).count == 1)
    }
}
