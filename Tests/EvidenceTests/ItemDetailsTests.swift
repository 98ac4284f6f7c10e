// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import Vault

@testable import Evidence

@Suite struct ItemDetailsTests {
    private static let capture = Arrival(
        .webCapture,
        capture: .init(url: "https://example.org/ភាសា", captured: Arrange.created)
    )

    private static func all() -> ItemDetails {
        var details = ItemDetails()
        details.arrival = capture
        details.sighting = Sighting(matches: true, by: "R2")
        details.claimedTime = "2026-11-20 ~18:00, ដោយទូរស័ព្ទ"
        details.claimedPlace = "ភូមិថ្មី"
        details.derivation = Derivation(
            of: Hash(hashing: [1]),
            kind: .translated,
            method: "by hand",
            language: "en"
        )
        details.reviewer = "R1"
        return details
    }

    @Test("writes the bytes that are promised, each fact a leaf")
    func golden() throws {
        let manifest = try Arrange.manifest(details: Self.all())
        let lines = manifest.leaves(ofItem: 1).dropFirst(5).map {
            String(decoding: $0.bytes.dropFirst(75), as: UTF8.self)
        }
        #expect(
            lines.joined() == """
                "leaf":"item/0001/arrival","value":{"channel":"web-capture","url":"https://example.org/ភាសា","captured":"2026-11-21T05:50:42Z"}}
                "leaf":"item/0001/arrival/seen","value":{"matches":"yes","by":"R2"}}
                "leaf":"item/0001/claimed/time","value":"2026-11-20 ~18:00, ដោយទូរស័ព្ទ"}
                "leaf":"item/0001/claimed/place","value":"ភូមិថ្មី"}
                "leaf":"item/0001/derived","value":{"from":"\(Hash(hashing: [1]))","kind":"translated","method":"by hand","language":"en"}}
                "leaf":"item/0001/derived/reviewer","value":"R1"}

                """
        )
        let read = try Manifest(parsing: manifest.bytes)
        #expect(read.items == manifest.items)
        #expect(read.items[0].details == Self.all())
        #expect(read.bytes == manifest.bytes)
    }

    @Test("takes a text apart into leaves that joined are the file")
    func paragraphs() throws {
        let content = Array("\u{feff}ក\n\nខ\r\n \t\r\ne\u{301}\u{0}".utf8)
        var details = ItemDetails()
        details.paragraphs = try #require(Paragraphs.cutting(content))
        #expect(details.paragraphs.count == 3)
        let manifest = try Arrange.manifest(of: content, role: .testimony, details: details)
        let read = try Manifest(parsing: manifest.bytes).items[0].details.paragraphs
        #expect(Array(read.joined().utf8) == content)
        #expect(manifest.leaves(ofItem: 1).last?.name == "item/0001/paragraph/0003")
    }

    @Test("keeps the facts of testimony and consent records in the order of their paths")
    func fields() throws {
        var details = ItemDetails()
        details.fields = [
            ManifestFact(path: "persons/0002/name", value: .string("ខ")),
            ManifestFact(path: "event/title", value: .array([.string("a"), .number(2)])),
        ]
        let consent = [ManifestFact(path: "explained_to", value: .string("P1"))]
        let manifest = try Arrange.manifest(
            role: .testimony,
            details: details,
            consentFacts: consent
        )
        let read = try Manifest(parsing: manifest.bytes)
        #expect(read.items[0].details.fields.map(\.path) == ["event/title", "persons/0002/name"])
        #expect(read.consentFacts == consent)
        #expect(read.leaves[2].name == "consent/explained_to")
        #expect(read.bytes == manifest.bytes)
    }

    @Test(
        "refuses details that do not fit, before anything is sealed",
        arguments: [
            { $0.claimedPlace = "a\nb" },
            { $0.claimedTime = "" },
            { $0.claimedPlace = String(repeating: "x", count: 1025) },
            { $0.reviewer = "R1\u{2028}" },
            { $0.derivation = nil },
            { $0.arrival = Arrival(.usb) },
            { $0.arrival = nil },
            { $0.sighting = Sighting(matches: true, by: "\u{7}") },
            { $0.paragraphs = ["a"] },
            { $0.fields = [ManifestFact(path: "a", value: .string("b"))] },
            {
                $0.derivation = Derivation(
                    of: Hash(hashing: []),
                    kind: .translated,
                    method: "m",
                    language: "e"
                )
            },
        ] as [@Sendable (inout ItemDetails) -> Void]
    )
    func misfits(change: @Sendable (inout ItemDetails) -> Void) throws {
        var details = Self.all()
        change(&details)
        #expect(throws: ManifestError.value("item/0001/")) {
            try Arrange.manifest(details: details)
        }
    }

    @Test("refuses paragraphs that are not the file, and paths that are no plain names")
    func otherTexts() throws {
        var details = ItemDetails()
        details.paragraphs = ["a", "c"]
        #expect(throws: ManifestError.value("item/0001/")) {
            try Arrange.manifest(of: Array("ab".utf8), role: .testimony, details: details)
        }
        for path in ["", "A", "a//b", "/a", "a.b", "ក", String(repeating: "x", count: 49)] {
            var details = ItemDetails()
            details.fields = [ManifestFact(path: path, value: .string("b"))]
            #expect(throws: ManifestError.value("item/0001/")) {
                try Arrange.manifest(role: .testimony, details: details)
            }
        }
        for paths in [["a", "a"], ["a/b", "a-b"]] {
            var details = ItemDetails()
            details.fields = paths.map { ManifestFact(path: $0, value: .number(1)) }
            #expect(throws: ManifestError.value("item/0001/")) {
                try Arrange.manifest(role: .testimony, details: details)
            }
        }
        let twice = [ManifestFact](repeating: .init(path: "a", value: .number(1)), count: 2)
        #expect(throws: ManifestError.value("consent/")) {
            try Arrange.manifest(details: ItemDetails(), consentFacts: twice)
        }
    }

    @Test("refuses any other order of the facts, a gap, and a fact it does not know")
    func strict() throws {
        let content = Array("a\n\nb\n\nc".utf8)
        var details = Self.all()
        details.paragraphs = try #require(Paragraphs.cutting(content))
        let manifest = try Arrange.manifest(of: content, role: .testimony, details: details)
        let lines = String(decoding: manifest.bytes, as: UTF8.self).split(separator: "\n")
            .map(String.init)
        func refuses(_ change: (inout [String]) -> Void) {
            var changed = lines
            change(&changed)
            let text = changed.joined(separator: "\n") + "\n"
            #expect(throws: ManifestError.self) { try Manifest(parsing: Array(text.utf8)) }
        }
        for place in 3..<lines.count - 1 { refuses { $0.swapAt(place, place + 1) } }
        for place in lines.count - 3..<lines.count { refuses { $0.remove(at: place) } }
        for place in 3..<lines.count { refuses { $0.insert($0[place], at: place) } }
        refuses { $0.append($0[8].replacing("arrival", with: "arrivals")) }
        refuses { $0[8].replace("web-capture", with: "usb") }
        refuses { $0[9].replace(#""yes""#, with: #""maybe""#) }
        refuses { $0[12].replace("translated", with: "summarised") }
    }

    @Test("comes back from a journal as it was, and only as it was written")
    func journal() throws {
        var details = Self.all()
        details.paragraphs = ["e\u{301}\n\n", "\u{0}"]
        let bytes = try JSONEncoder().encode([details])
        #expect(try JSONDecoder().decode([ItemDetails].self, from: bytes) == [details])
        for text in [#"["{\"reviewer\":\"R\"}"]"#, #"["{} "]"#, #"["{\"arrivals\":\"usb\"}"]"#] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode([ItemDetails].self, from: Data(text.utf8))
            }
        }
    }

    @Test("makes no leaf of what is not said")
    func nothingSaid() throws {
        #expect(try Arrange.manifest(details: ItemDetails()).leaves.count == 7)
    }
}

@Suite struct ParagraphsTests {
    @Test(
        "cuts before a line that follows a blank one",
        arguments: [
            ("", []), ("a", ["a"]), ("a\nb", ["a\nb"]), ("a\n\nb", ["a\n\n", "b"]),
            ("\n\na\n \n\t\r\nb\n\n", ["\n\n", "a\n \n\t\r\n", "b\n\n"]),
            ("a\r\n\r\nb", ["a\r\n\r\n", "b"]), ("\n", ["\n"]),
        ] as [(String, [String])]
    )
    func cuts(text: String, parts: [String]) {
        #expect(Paragraphs.cutting(Array(text.utf8)) == parts)
    }

    @Test("cuts what is too long between characters, and loses no byte")
    func long() throws {
        let text = Array(("a" + String(repeating: "ក", count: 10_000)).utf8)
        let parts = try #require(Paragraphs.cutting(text))
        #expect(Array(parts.joined().utf8) == text)
        #expect(parts.map(\.utf8.count) == [8191, 8190, 8190, 5430])
    }

    @Test("takes no text that is not UTF-8, or is too much for its leaves")
    func none() {
        #expect(Paragraphs.cutting([0x61, 0xff]) == nil)
        #expect(Paragraphs.cutting([UInt8](repeating: 0x61, count: (1 << 20) + 1)) == nil)
        #expect(Paragraphs.cutting([UInt8](repeating: 0x61, count: 1 << 20))?.count == 128)
        let many = Array(String(repeating: "a\n\n", count: 10_000).utf8)
        #expect(Paragraphs.cutting(many) == nil)
        #expect(Paragraphs.cutting(Array(many.dropLast(3)))?.count == 9999)
    }

    @Test("makes no paragraph too long for a leaf, be it all control characters")
    func leafSize() throws {
        let content = [UInt8](repeating: 1, count: 20_000)
        var details = ItemDetails()
        details.paragraphs = try #require(Paragraphs.cutting(content))
        let manifest = try Arrange.manifest(of: content, role: .testimony, details: details)
        #expect(manifest.leaves.allSatisfy { $0.bytes.count <= Leaf.maximumSize })
    }
}
