// SPDX-License-Identifier: Apache-2.0

import Evidence
import Foundation
import Testing
import Vault

@testable import VaultClient

@Suite(.serialized) struct DetailsTests {
    private static func capture() -> ItemDetails {
        var details = ItemDetails()
        details.arrival = Arrival(
            .webCapture,
            capture: .init(
                url: "https://example.org/ភាសា",
                captured: UTCTime(seconds: 1_795_240_242)
            )
        )
        details.sighting = Sighting(matches: false, by: "R2")
        details.claimedTime = "ប្រហែលម៉ោង ៦"
        details.claimedPlace = "ភូមិថ្មី"
        return details
    }

    @Test("what is said of a file is listed, and a translation names its original")
    func listed() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let testimony = try world.folder.write("ចម្លើយ.txt", Array("ក\n\nខ\n".utf8))
            let page = try world.folder.write("page.pdf", Array("%PDF-1".utf8))
            _ = try await world.act(as: "activist") {
                try await $0.submit(
                    SubmissionRequest(
                        caseName: id.hex,
                        testimony: testimony,
                        files: [page],
                        details: Self.capture()
                    )
                )
            }
            var details = ItemDetails()
            details.reviewer = "R1"
            let english = try world.folder.write("english.txt", Array("a\n\nb\n".utf8))
            let request = SubmissionRequest(
                caseName: id.hex,
                files: [english],
                details: details,
                derivation: DerivationRequest(
                    of: "1/1",
                    kind: .translated,
                    method: "by hand",
                    language: "en"
                )
            )
            _ = try await world.act(as: "lawyer") { try await $0.submit(request) }
            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            let (first, second) = (listed[0].items, listed[1].items)
            #expect(first.map(\.arrival) == [nil, "web-capture"])
            #expect(first[1].url == "https://example.org/ភាសា")
            #expect(first[1].captured == "2026-11-21T05:50:42Z")
            #expect(first[1].matches == false)
            #expect(first[1].seenBy == "R2")
            #expect(first[1].claimedTime == "ប្រហែលម៉ោង ៦")
            #expect(first[1].claimedPlace == "ភូមិថ្មី")
            #expect(second[0].derivation?.from == first[0].commitment)
            #expect(second[0].derivation?.item == "1/1")
            #expect(second[0].derivation?.kind == "translated")
            #expect(second[0].derivation?.language == "en")
            #expect(second[0].derivation?.reviewer == "R1")
        }
    }

    @Test("sealed anew, a submission still says the same of its files")
    func sealedAnew() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let page = try world.folder.write("page.pdf", Array("%PDF-1".utf8))
            _ = try await world.act(as: "activist") {
                try await $0.submit(
                    SubmissionRequest(caseName: id.hex, files: [page], details: Self.capture())
                )
            }
            let before = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            try await world.act(as: "lawyer") {
                _ = try await $0.rotate(
                    id.hex,
                    reason: .compromise,
                    reencrypting: nil,
                    for: 3600
                )
            }
            let after = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(after[0].earlier == [before[0].record])
            #expect(after[0].items[0].commitment == before[0].items[0].commitment)
            #expect(after[0].items[0].claimedPlace == "ភូមិថ្មី")
        }
    }

    @Test("refuses an original that is not there, and what cannot be said of several files")
    func refused() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let files = try ["a", "b"].map { try world.folder.write($0, Array($0.utf8)) }
            func refusal(_ request: SubmissionRequest) async throws -> String {
                let error = await #expect(throws: ClientError.self) {
                    try await world.act(as: "lawyer") { try await $0.submit(request) }
                }
                return error?.message ?? ""
            }
            var request = SubmissionRequest(
                caseName: id.hex,
                files: [files[0]],
                derivation: DerivationRequest(of: "1/1", kind: .redacted, method: "x")
            )
            #expect(try await refusal(request) == "there is no item 1/1 in this case")
            request.files = files
            #expect(try await refusal(request).hasPrefix("got 2 files"))
            request.files = [files[0]]
            request.derivation = nil
            request.details.reviewer = "R1"
            #expect(try await refusal(request).hasPrefix("nothing was submitted: what is said"))
            let left = try await world.act(as: "lawyer") { $0.unfinished() }
            #expect(left.isEmpty)
        }
    }

    @Test(
        "a testimony record is taken apart by its fields, and what only begins like one is refused"
    )
    func record() throws {
        let folder = try TemporaryFolder()
        let text = """
            form: saksi/v1 testimony
            record:
              language: en
              date-received: 2024-06
            persons:
              - pseudonym: W01
            event:
              title: Land taken
              initial-date: 2024-05-17
              initial-date-type: exact
            account:
              given-by: W01
              language: en
              text: |
                I saw it.

            """
        let good = try folder.write("good", Array(text.utf8))
        let fields = try PlannedItem.inspect([(good, .testimony)])[0].details.fields
        #expect(fields.contains(.init(path: "event/title", value: .string("Land taken"))))
        let bad = try folder.write("bad", Array(text.replacing("W01", with: "").utf8))
        let error = #expect(throws: ClientError.self) {
            try PlannedItem.inspect([(bad, .testimony)])
        }
        #expect(error?.message.contains("line ") == true)
    }

    @Test("a text testimony is taken apart; another file, or one that is too long, is not")
    func paragraphs() throws {
        let folder = try TemporaryFolder()
        let text = try folder.write("text", Array("ក\n\nខ\n".utf8))
        let film = try folder.write("film", [0, 1, 2])
        let book = try folder.write("book", [UInt8](repeating: 0x61, count: (1 << 20) + 1))
        let items = try PlannedItem.inspect(
            [(text, .testimony), (film, .testimony), (book, .testimony)]
        )
        #expect(items.map(\.details.paragraphs) == [["ក\n\n", "ខ\n"], [], []])
        #expect(try PlannedItem.inspect([(text, .file)])[0].details.paragraphs.isEmpty)
    }
}
