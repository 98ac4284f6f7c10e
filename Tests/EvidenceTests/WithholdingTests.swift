// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import Testing
import Vault

@testable import Evidence

/// What is withheld is nowhere in the bundle, and the rest verifies all the same.
@Suite struct WithholdingTests {
    private static let paragraphs = [
        "I was there.\n\n", "The officer was tên được giữ kín.\n\n", "ខ្ញុំជាសាក្សីគំរូ។\n\n", "He left.\n",
    ]

    private static func order(_ selector: String, _ code: String = "B.1") throws -> Withholding {
        try Withholding(
            LeafSelector(parsing: selector),
            code: code,
            authority: "order of 5 March, \"Chamber II\""
        )
    }

    private static func bundle(_ selectors: String...) async throws -> TestBundle {
        try await .partial(
            withholding: selectors.map { try order($0) },
            paragraphs: paragraphs
        )
    }

    /// Looks for values in the paths and bytes of a bundle, as they are, in hexadecimal and in base64.
    private static func expectNowhere(_ values: [[UInt8]], in bundle: TestBundle) throws {
        var all = Data()
        for path in try bundle.listing() {
            all += try Array(path.utf8) + [0] + bundle.bytes(path) + [0]
        }
        for value in values {
            let hex = Hex.encode(value)
            // The digits of the whole groups of three bytes, wherever they stand in what was encoded.
            let base64 = (0..<3).map { skipped in
                Base64.padded.encode(Array(value.dropFirst(skipped))).prefix(
                    (value.count - skipped) / 3 * 4
                )
            }
            let forms =
                [value, Array(hex.utf8), Array(hex.uppercased().utf8)]
                + base64.map { Array($0.utf8) }
            for form in forms {
                let place = all.range(of: Data(form))
                #expect(place == nil, "\(String(decoding: form, as: UTF8.self))")
            }
        }
    }

    private static func secrets(of leaves: some Sequence<Leaf>) -> [[UInt8]] {
        leaves.flatMap { leaf in
            // Of the others, the value may be that of another item too.
            let isOwn = ["file", "name"].contains { leaf.name.hasSuffix("/\($0)") }
            return [leaf.salt, leaf.bytes] + (isOwn ? [leaf.value.bytes] : [])
        }
    }

    @Test("of one fact leaves no trace of it, and all steps pass")
    func name() async throws {
        let bundle = try await Self.bundle("1/2/name")
        let report = bundle.report(trusting: bundle.policy)
        #expect(report.isVerified, "\(report.lines)")
        #expect(
            report.lines.contains(
                "W0001: withheld: S0001 item 2 name: B.1, order of 5 March, \"Chamber II\""
            )
        )
        let manifest = bundle.test.submissions[0].manifest
        let leaf = try #require(manifest.leaves.first { $0.name == "item/0002/name" })
        try Self.expectNowhere(Self.secrets(of: [leaf]) + [Array("etc_passwd".utf8)], in: bundle)
        #expect(try bundle.bytes("data/items/E0002/original/file") == TestCase.content(0, 1))
        #expect(try bundle.text("data/items/E0002/item.json").contains("\"name\"") == false)
        #expect(
            try bundle.text("register/withheld.csv") == """
                number,submission,item,kind,code,authority,date\r
                W0001,S0001,2,name,B.1,"order of 5 March, ""Chamber II""\",2026-11-21\r

                """
        )
        let run = try bundle.followInstructions()
        #expect(run.output.hasSuffix("ALL STEPS PASSED\n"), "\(run.output)")
    }

    @Test("of a whole item leaves neither its bytes nor its name, size or hash")
    func item() async throws {
        let bundle = try await Self.bundle("1/4")
        let report = bundle.report(trusting: bundle.policy)
        #expect(report.isVerified, "\(report.lines)")
        let submission = bundle.test.submissions[0]
        let item = submission.manifest.items[3]
        try Self.expectNowhere(
            Self.secrets(of: submission.manifest.leaves(ofItem: 4))
                + Self.secrets(of: [submission.manifest.leaves[0]]) + [
                    TestCase.content(0, 3), item.sha256.bytes, item.object.bytes,
                ] + submission.record.objects.flatMap { $0.segments.map(\.bytes) },
            in: bundle
        )
        #expect(try !bundle.listing().contains("register/S0001/record.txt"))
        #expect(try bundle.text("register/withheld.csv").contains("W0001,S0001,4,item,B.1,"))
        #expect(try !bundle.text("register/withheld.csv").contains("W0002"))
    }

    @Test("of a paragraph withholds the file too, and shows the others to the byte")
    func paragraph() async throws {
        let bundle = try await Self.bundle("1/1/paragraph/2-3")
        let report = bundle.report(trusting: bundle.policy)
        #expect(report.isVerified, "\(report.lines)")
        #expect(
            try bundle.text("data/items/E0001/shown.txt")
                == "I was there.\n\n[withheld]\n\nHe left.\n\n[end of what is shown]\n"
        )
        #expect(try bundle.text("data/items/E0001/item.json").contains("\"paragraphs\":[1,4]}"))
        let withheld = bundle.test.submissions[0].manifest.leaves(ofItem: 1).filter {
            ["file", "paragraph/0002", "paragraph/0003"].contains($0.name.dropFirst(10))
        }
        #expect(withheld.count == 3)
        let whole = Array(Self.paragraphs.joined().utf8)
        try Self.expectNowhere(
            Self.secrets(of: withheld) + [
                whole, Hash(hashing: whole).bytes, Array("tên được giữ kín".utf8),
                Array("សុខ".utf8), Array("\"size\":\(whole.count)".utf8),
            ],
            in: bundle
        )
        let run = try bundle.followInstructions()
        #expect(run.output.hasSuffix("ALL STEPS PASSED\n"), "\(run.output)")
    }

    @Test("of a file withholds the parts of its text too")
    func file() async throws {
        let bundle = try await Self.bundle("1/1/file")
        #expect(bundle.report(trusting: bundle.policy).isVerified)
        try Self.expectNowhere(Self.paragraphs.map { Array($0.dropLast(2).utf8) }, in: bundle)
        #expect(
            try bundle.text("register/withheld.csv").split(separator: "\r\n").count == 3,
            "one line for the file, one for its paragraphs"
        )
    }

    @Test("keeps how many facts there are behind decoys")
    func count() async throws {
        let few = try await Self.bundle("1/1/paragraph/1")
        let many = try await Self.bundle("1/1/paragraph")
        let lines = try [few, many].map {
            try $0.text("register/commitments-sha256.txt").split(separator: "\n")
        }
        #expect(lines[0].count == 128 && lines[1].count == 128)
        #expect(lines[0].map { $0.prefix(64) } == lines[1].map { $0.prefix(64) })
        #expect(
            lines[1].filter { $0.contains("  withheld/") }
                .allSatisfy { $0.dropFirst(75).dropLast(5) == $0.prefix(64) }
        )
        let names = try [few, many].map { bundle in
            try bundle.text("register/withheld.csv").split(separator: "\r\n").count
        }
        #expect(names == [3, 3])
    }

    @Test(
        "refuses a bundle that lacks what its register does not name, or shows what it names",
        arguments: [
            ("1/2/name", "1,S0001,2,name", "1,S0001,2,type"),
            ("1/2/name", "W0001,S0001,2,name", "W0001,S0001,3,name"),
            ("1/2", "S0001,2,item", "S0001,3,item"), ("1/2/name", "S0001", "S0003"),
            ("1/1/paragraph/1", "1,paragraph", "2,paragraph"),
            ("1/2/name", ",2026-11-21", ",yesterday"), ("1/2/name", "W0001", "W0002"),
        ]
    )
    func lyingRegister(selector: String, old: String, new: String) async throws {
        let bundle = try await Self.bundle(selector)
        let failures = try bundle.failures(coveredUp: true) { copy in
            try Mutation.edit("\(copy)/register/withheld.csv") {
                let text = String(decoding: $0, as: UTF8.self)
                #expect(text.contains(old))
                $0 = Array(text.replacing(old, with: new).utf8)
            }
        }
        #expect(failures == ["register.withheld"])
    }

    @Test(
        "refuses a text that is not what its paragraphs say, and one of which a paragraph is gone"
    )
    func lyingText() async throws {
        let bundle = try await Self.bundle("1/1/paragraph/2")
        let changed = try bundle.failures(coveredUp: true) {
            try Mutation.flip("\($0)/data/items/E0001/shown.txt")
        }
        #expect(changed.first == "items")
        let gone = try bundle.failures(coveredUp: true) {
            try Mutation.delete("\($0)/register/leaves/S0001-item-0001-paragraph-0003.json")
            try Mutation.list($0)
        }
        #expect(gone.first == "items")
    }

    @Test("takes no paragraph of a number that no text has", arguments: [0, 10_000, Int.max])
    func paragraphNumbers(number: Int) {
        func item(_ number: Int) -> DisclosedItem? {
            DisclosedItem(["paragraph/" + ManifestItem.padded(number): .string("One.\n")])
        }
        #expect(item(9999)?.paragraphs.map(\.number) == [9999])
        #expect(item(number)?.facts == nil)
    }

    @Test("is refused where it names nothing, the consent, or bytes that are shown elsewhere")
    func refusals() async throws {
        let test = try await TestCase(paragraphs: Self.paragraphs)
        for selector in [
            "1/6", "3/1", "1/1/paragraph/5", "1/2/paragraph", "1/consent/x", "2/1/nam",
        ] {
            let order = try Self.order(selector)
            #expect(throws: BundleError.withholding(.nothing(order.selector))) {
                try test.contents(withholding: [order])
            }
        }
        let outside = try Self.order("1/2")
        #expect(throws: BundleError.withholding(.nothing(outside.selector))) {
            try test.contents(items: [[1], nil], withholding: [outside])
        }
        let consent = try Self.order("2/consent")
        #expect(throws: BundleError.withholding(.consent(consent.selector))) {
            try test.contents(withholding: [consent])
        }
        #expect(throws: BundleError.nothingToExport) {
            try test.contents(withholding: [Self.order("*/*")])
        }
    }

    @Test(
        "reads selectors, and refuses what is none",
        arguments: [
            ("1/3", "item/0003/name", true), ("1/3", "item/0004/name", false),
            ("1/*/name", "item/0012/name", true), ("*/2-3/name", "item/0003/name", true),
            ("1/3/paragraph/2-4", "item/0003/paragraph/0004", true),
            ("1/3/paragraph/2-4", "item/0003/paragraph/0005", false),
            ("1/3/claimed", "item/0003/claimed/place", true),
            ("1/submission", "submission", true),
            ("1/3/field/persons/*/name", "item/0003/field/persons/0001/name", true),
        ]
    )
    func selectors(text: String, leaf: String, isNamed: Bool) throws {
        let selector = try LeafSelector(parsing: text)
        #expect(selector.matches(leaf: leaf) == isNamed)
        #expect(selector.concerns(submission: 1))
        #expect(!selector.concerns(submission: 2) || text.hasPrefix("*"))
        for wrong in ["", "1", "a/1", "1//name", "1/3/", "1/4-3", "1/1-2-3", "1/3/N", "1/3/a=b"] {
            #expect(throws: SelectorError.form(wrong)) { try LeafSelector(parsing: wrong) }
        }
        for wrong in ["", "a", "1/name", "1/2/3", "1/"] {
            #expect(throws: SelectorError.form(wrong)) { try ItemSelector(parsing: wrong) }
        }
        #expect(try ItemSelector(parsing: "1/2-3").chosen(of: [1, 2, 3, 4]) == [2, 3])
        #expect(try ItemSelector(parsing: "1").chosen(of: [1, 4]) == [1, 4])
    }

    @Test(
        "refuses a reason that a table cannot hold",
        arguments: ["", "a\nb", "\u{202e}b", "x\u{7}"]
    )
    func reasons(text: String) throws {
        let selector = try LeafSelector(parsing: "1/1")
        #expect(throws: WithholdingError.code(text)) { try Withholding(selector, code: text) }
        if !text.isEmpty {
            #expect(throws: WithholdingError.authority(text)) {
                try Withholding(selector, code: "A", authority: text)
            }
        }
    }
}
