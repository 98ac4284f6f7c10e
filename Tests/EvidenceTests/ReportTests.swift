// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import Vault

@testable import Evidence

@Suite struct ReportTests {
    @Test("takes every text for text, whatever it holds")
    func escaping() {
        let name = "<script>alert('x')</script>&amp;\"\u{202e}\n"
        let page: HTML = "<td>\(name)</td>"
        #expect(
            page.markup
                == "<td>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;&quot;"
                + "\\u{202e}\\u{a}</td>"
        )
    }

    @Test("gives the same report for the same contents", arguments: ReportProfile.allCases)
    func deterministic(profile: ReportProfile) async throws {
        let test = try await TestCase()
        let setting = test.setting(profile)
        let page = CustodyReport(try test.contents(), setting).page
        #expect(page == CustodyReport(try test.contents(), setting).page)
        let text = String(decoding: page, as: UTF8.self)
        #expect(text.contains("<h1>\(profile.title)</h1>"))
        for exhibit in try test.contents().exhibits {
            #expect(text.contains(try #require(exhibit.item.file).sha256.hex), "\(exhibit.name)")
        }
        #expect(text.contains("សាក្សី.txt") && text.contains("tiếng Việt.pdf"))
    }

    @Test("loads nothing and runs nothing")
    func inert() async throws {
        let test = try await TestCase()
        let contents = try test.contents()
        for page in [
            CustodyReport(contents, test.setting(.court)).page,
            StartPage(contents, export: try test.log.receipt(3)).page,
            Certificate(contents, test.setting(.court), sealed: Self.sealed).page,
        ] {
            let text = String(decoding: page, as: UTF8.self)
            #expect(text.contains("default-src 'none'"))
            for word in ["<script", "<img", "<link", "url(", "@import", "http:", "https:", "src="] {
                #expect(!text.contains(word), "\(word)")
            }
        }
    }

    @Test("says of a file how it came and what was claimed, and that nobody verified it")
    func details() async throws {
        let contents = try await TestCase().contents()
        var details = ItemDetails()
        details.arrival = Arrival(.messengerImage)
        details.claimedPlace = "ភូមិ <b>ស្វាយ</b>"
        details.derivation = Derivation(
            of: Hash(hashing: [1]),
            kind: .translated,
            method: "by hand",
            language: "en"
        )
        let text = DetailRows(details, madeFrom: contents.derivedFrom).rows.map {
            "\($0): \($1.markup)"
        }
        .joined(separator: "\n")
        #expect(text.contains("Not the camera’s original"))
        #expect(text.contains("<bdi>ភូមិ &lt;b&gt;ស្វាយ&lt;/b&gt;</bdi>, not verified"))
        #expect(text.contains("not in this bundle") && text.contains("in the language en"))
        #expect(DetailRows(ItemDetails(), madeFrom: [:]).rows.isEmpty)
    }

    @Test("does not say when a submission was sealed where that is withheld")
    func withheldTime() async throws {
        let test = try await TestCase()
        let order = try Withholding(LeafSelector(parsing: "1/submission"), code: "B.1")
        let texts = CustodyGaps(try test.contents(withholding: [order])).texts
        let intakes = texts.filter { $0.hasPrefix("Before intake") }
        #expect(intakes.map { $0.contains("sealed it at") } == [false, true])
    }

    @Test("says of a release against consent who decided it, and for whom")
    func overridden() async throws {
        var test = try await TestCase()
        try test.override(for: .media)
        let contents = try test.contents(for: .media)
        let rows = String(decoding: contents.custody.table, as: UTF8.self).split(separator: "\r\n")
        let row = try #require(rows.first { $0.contains(",export.override,") })
        #expect(row.contains(",court-order,") && row.contains("class media"))
    }

    @Test("names the gaps of the custody")
    func gaps() async throws {
        let texts = CustodyGaps(try await TestCase().contents()).texts
        for word in [
            "Before intake (S0001)", "Before intake (S0002)", "entered by hand", "Other entries",
        ] {
            #expect(texts.contains { $0.contains(word) }, "\(word)")
        }
    }

    @Test("has a line of the custody table for each entry, in the words of PREMIS")
    func custodyTable() async throws {
        let contents = try await TestCase().contents()
        let text = String(decoding: contents.custody.table, as: UTF8.self)
        #expect(text.utf8.starts(with: [0xef, 0xbb, 0xbf]))
        let lines = text.split(separator: "\r\n")
        #expect(lines.count == contents.receipts.count + 1)
        let columns = lines[0].split(separator: ",").count
        for (line, receipt) in zip(lines.dropFirst(), contents.receipts) {
            #expect(line.contains(receipt.entry.signed.id.hex))
            #expect(line.split(separator: ",", omittingEmptySubsequences: false).count >= columns)
            let words = CustodyWords(receipt.entry.signed.statement.act)
            #expect(Self.premis.contains(words.premis), "\(words.premis)")
        }
    }

    /// From id.loc.gov/vocabulary/preservation/eventType.
    private static let premis: Set = [
        "ingestion", "policy assignment", "decryption", "encryption", "dissemination", "transfer",
        "replication", "printing", "displaying", "deletion",
    ]

    @Test("makes a load file with the columns that the forum asks for")
    func loadFile() async throws {
        let contents = try await TestCase().contents()
        let first: [ReportProfile: String] = [
            .court: "BEGBATES", .icc: "DOCUMENT_ID", .un: "ANNEX", .asylum: "DOCUMENT",
        ]
        for profile in ReportProfile.allCases {
            let file = LoadFile(contents, profile: profile)
            let table = String(decoding: file.table, as: UTF8.self)
            #expect(table.hasPrefix("\u{feff}\(try #require(first[profile])),"))
            #expect(table.split(separator: "\r\n").count == contents.exhibits.count + 1)
            #expect(table.contains("SHA256,NATIVEPATH\r\n"))
            #expect(table.contains("../items/E0004/original/ti_ng_Vi_t.pdf\r\n"))
        }
        let file = LoadFile(contents, profile: .court)
        let dat = String(decoding: file.concordance, as: UTF8.self).split(separator: "\r\n")
        #expect(dat.count == contents.exhibits.count + 1)
        let fields = dat.map { $0.split(separator: "\u{14}").count }
        #expect(Set(fields).count == 1)
        let opt = String(decoding: file.opticon, as: UTF8.self).split(separator: "\r\n")
        #expect(opt.count == contents.exhibits.count)
        #expect(opt[0].split(separator: ",", omittingEmptySubsequences: false).count == 7)
    }

    @Test("fills in the numbers of a certificate, and leaves what only a person knows")
    func certificate() async throws {
        let test = try await TestCase()
        for profile in ReportProfile.allCases {
            let text = String(
                decoding: Certificate(
                    try test.contents(),
                    test.setting(profile),
                    sealed: Self.sealed
                ).page,
                as: UTF8.self
            )
            #expect(text.contains("abab abab") && text.contains("export 42"))
            #expect(text.contains("2026-03-05T10:00:00Z, root certificate"))
            #expect(text.contains("efef efef"))
            #expect(!text.lowercased().contains("i personally"))
            #expect(text.components(separatedBy: HTML.blank.markup).count > 30)
        }
    }

    private static let sealed = Certificate.Sealed(
        seal: Hash([UInt8](repeating: 0xab, count: 32)) ?? Hash(hashing: []),
        keys: [("P-256 key", String(repeating: "cd", count: 32))],
        stamps: [("2026-03-05T10:00:00Z", Certificate.groups(String(repeating: "ef", count: 32)))],
        export: 42,
        files: 7,
        bytes: 1000,
        withheld: 3
    )

    @Test("writes runs of exhibits shortly")
    func runs() {
        #expect(CustodyReport.runs(["E0001", "E0002", "E0003", "E0007"]) == "E0001–E0003, E0007")
        #expect(CustodyReport.runs([]) == "")
    }
}
