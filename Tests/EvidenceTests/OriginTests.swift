// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import Vault

@testable import Evidence

/// Exhibits of which the submitter said where they come from.
@Suite struct OriginTests {
    /// The first item of the second submission is a translation of the first one's.
    private static func bundle(
        items: [Set<Int>?] = [[1], [1]],
        of leaf: @escaping (Manifest) -> Leaf? = { $0.leaves(ofItem: 1).first }
    ) async throws -> TestBundle {
        try await TestBundle.partial(items: items) { submission, place, test in
            var details = ItemDetails()
            details.arrival = Arrival(.messengerDocument)
            guard submission == 1, place == 0 else { return details }
            details.claimedPlace = "ភូមិថ្មី"
            details.reviewer = "R1"
            details.derivation = leaf(test.submissions[0].manifest).flatMap {
                Derivation(
                    of: $0.commitment,
                    kind: .translated,
                    method: "by hand",
                    language: "en"
                )
            }
            return details
        }
    }

    @Test("puts a derivative in a folder of its own, and names the original")
    func derivative() async throws {
        let bundle = try await Self.bundle()
        #expect(try bundle.listing().contains("data/items/E0002/translated/large.wav"))
        let report = bundle.report(trusting: bundle.policy)
        #expect(report.failures == [])
        let facts = report.facts.map { "\($0.name): \($0.value)" }
        #expect(facts.contains("E0002 translated: E0001"))
        #expect(facts.contains("E0002 arrived, as was said: messenger-document"))
        #expect(facts.contains("E0002 place, as was claimed: ភូមិថ្មី"))
    }

    @Test("says where the original of a derivative is not shown")
    func withoutOriginal() async throws {
        let bundle = try await Self.bundle(items: [[], [1]])
        let report = bundle.report(trusting: bundle.policy)
        #expect(report.failures == [])
        let facts = report.facts.map { "\($0.name): \($0.value)" }
        #expect(facts.contains("E0001 translated: an original that is not shown here"))
    }

    @Test("refuses a derivative of what is no file")
    func noFile() async throws {
        let bundle = try await Self.bundle { $0.leaves(ofItem: 1).dropFirst().first }
        #expect(bundle.report(trusting: bundle.policy).failures.first == "items")
    }

    @Test("a changed derivation, or a derivative moved to the originals, is refused")
    func tampered() async throws {
        let bundle = try await Self.bundle()
        let translated = "data/items/E0002/translated/large.wav"
        let moved = try bundle.failures(coveredUp: true) { copy in
            let bytes = try bundle.bytes(translated)
            try TestBundle.write(bytes, to: "\(copy)/data/items/E0002/original/large.wav")
            try Mutation.delete("\(copy)/\(translated)")
        }
        #expect(moved.first == "items")
        let leaf = try #require(
            try bundle.listing().first { $0.hasSuffix("item-0001-derived.json") }
        )
        let changed = try bundle.failures(coveredUp: true) { try Mutation.flip("\($0)/\(leaf)") }
        #expect(changed.first == "register.leaves")
    }
}
