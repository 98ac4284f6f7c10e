// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import Vault

@testable import Evidence

/// What was withheld is shown later against the same list, and nothing else can be.
@Suite struct SupplementTests {
    private static let paragraphs = ["One.\n\n", "Two.\n\n", "Three.\n"]

    /// A bundle that withholds a text, a name and an item, with a supplement in its addenda.
    private static func bundle(unsealing selectors: String...) async throws -> TestBundle {
        let bundle = try await TestBundle.partial(
            withholding: ["1/1/paragraph/2", "1/2/name", "1/4"].map {
                try Withholding(LeafSelector(parsing: $0), code: "B.1")
            },
            paragraphs: paragraphs
        )
        try bundle.unseal(selectors)
        return bundle
    }

    /// The commitment to a leaf of the first submission.
    private static func commitment(_ name: String, of bundle: TestBundle) throws -> Hash {
        let leaves = bundle.test.submissions[0].manifest.leaves
        return try #require(leaves.first { $0.name == name }).commitment
    }

    @Test("shows facts and files, and sha256sum checks them against the list of the bundle")
    func unsealed() async throws {
        let bundle = try await Self.bundle(unsealing: "1/1/paragraph", "1/2/name", "1/4")
        let report = bundle.report(trusting: bundle.policy)
        #expect(report.isVerified, "\(report.lines)")
        #expect(report.steps.last?.outcome == .passed)
        #expect(
            report.lines.contains { $0.hasPrefix("unsealed: S0001/item/0002/name, by addenda") }
        )
        let checked = try bundle.run(
            "sh",
            "-euc",
            "cd addenda/one && grep '^    ' README.txt | sh -eu && echo ALL"
        )
        #expect(checked.status == 0 && checked.output.hasSuffix("ALL\n"), "\(checked.output)")
        // A paragraph, a name and the five facts of the item.
        #expect(checked.output.split(separator: "\n").filter { $0.hasSuffix(": OK") }.count == 7)
        let file = try Self.commitment("item/0004/file", of: bundle)
        #expect(try bundle.bytes("addenda/one/original/\(file)") == TestCase.content(0, 3))
        #expect(try bundle.followInstructions().output.hasSuffix("ALL STEPS PASSED\n"))
    }

    @Test("refuses a forged fact, another one, and a file that is not the one it tells of")
    func forged() async throws {
        let bundle = try await Self.bundle(unsealing: "1/2/name", "1/4")
        let name = try Self.commitment("item/0002/name", of: bundle)
        let file = try Self.commitment("item/0004/file", of: bundle)
        let folder = "addenda/one"
        let changes: [(String) throws -> Void] = [
            { try Mutation.flip("\($0)/\(folder)/withheld/\(name).json") },
            { copy in
                let leaf = Leaf(
                    salt: [UInt8](repeating: 1, count: 32),
                    name: "item/0002/name",
                    value: .string("another")
                )
                try TestBundle.write(
                    leaf.bytes,
                    to: "\(copy)/\(folder)/withheld/\(leaf.commitment).json"
                )
            },
            { try Mutation.flip("\($0)/\(folder)/original/\(file)") },
            { try Mutation.delete("\($0)/\(folder)/original/\(file)") },
            { try Mutation.delete("\($0)/\(folder)/withheld/\(file).json") },
            { try Mutation.delete("\($0)/\(folder)/manifest-sha256.txt") },
            { try TestBundle.write([1], to: "\($0)/\(folder)/new") },
        ]
        for (place, change) in changes.enumerated() {
            #expect(try bundle.failures(after: change) == ["addenda"], "\(place)")
        }
        for path in ["scan", "scans/page-1.pdf"] {
            #expect(
                try bundle.failures { try TestBundle.write([1], to: "\($0)/addenda/\(path)") } == []
            )
        }
    }

    @Test("refuses a supplement that lost its only fact, and a fact that the bundle shows")
    func notWithheld() async throws {
        let bundle = try await Self.bundle(unsealing: "1/2/name")
        let name = try Self.commitment("item/0002/name", of: bundle)
        let lost = try bundle.failures {
            try Mutation.delete("\($0)/addenda/one/withheld/\(name).json")
        }
        #expect(lost == ["addenda"])
        let shown = try bundle.bytes(BundleLayout.leaf("item/0003/name", of: "S0001"))
        let path = CommitmentRegister.withheld(Hash(hashing: shown))
        var manifest = BundleManifest()
        manifest.hashes[path] = Hash(hashing: shown)
        let list = manifest.bytes
        let copied = try bundle.failures {
            try TestBundle.write(shown, to: "\($0)/addenda/two/\(path)")
            try TestBundle.write(list, to: "\($0)/addenda/two/\(SupplementLayout.manifest)")
        }
        #expect(copied == ["addenda"])
    }

    @Test("is not made for what the bundle shows or never had, nor for what is no bundle")
    func refusals() async throws {
        for selector in ["1/2/type", "1/7", "2/1", "1/1/paragraph/1"] {
            let parsed = try LeafSelector(parsing: selector)
            await #expect(throws: BundleError.withholding(.nothing(parsed))) {
                try await Self.bundle(unsealing: selector)
            }
        }
        #expect(throws: BundleError.notBundle(path: "/nowhere")) {
            try ExportedBundle(at: "/nowhere")
        }
    }
}
