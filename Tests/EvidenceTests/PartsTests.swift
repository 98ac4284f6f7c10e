// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import Evidence

@Suite("The parts of an export")
struct PartsTests {
    @Test("a part ends before the item that does not fit, and holds at least one")
    func divided() async throws {
        let contents = try await TestCase().contents()
        func parts(_ size: UInt64) -> [[String]] {
            contents.parts(ofAtMost: size).map { part in
                part.map { "\($0.number): \($0.numbers.map(String.init).joined(separator: " "))" }
            }
        }
        #expect(parts(180_000) == [["1: 1 2 3 4 5", "2: 1 2 3 4 5 6"]])
        #expect(
            parts(12_000) == [["1: 1 2 3 4 5"], ["2: 1"], ["2: 2 3 4"], ["2: 5 6"]]
        )
        #expect(parts(1).count == 11)
    }

    @Test("what an override lets out stays together, and what is withheld makes no part")
    func together() async throws {
        var test = try await TestCase()
        let order = try Withholding(LeafSelector(parsing: "2/1"), code: "B.1", authority: "")
        let contents = try test.contents(withholding: [order])
        #expect(
            contents.parts(ofAtMost: 20_000).map { $0.flatMap(\.numbers) } == [
                [1, 2, 3, 4, 5, 1, 2, 3, 4], [5, 6],
            ]
        )
        try test.override(for: .media)
        let overridden = try test.contents(for: .media).parts(ofAtMost: 1)
        #expect(overridden.map { $0.map(\.numbers.count) } == [[5], [6]])
    }

    @Test("each part verifies by itself and by its VERIFY.txt, and all of them together")
    func verified() async throws {
        let export = try await TestParts()
        for number in 1...4 {
            let report = export.report(ofPart: number)
            #expect(report.failures == [])
            #expect(report.facts.contains { $0 == ("part", "\(number) of 4") })
            let step = try #require(report.steps.first { $0.id == "parts" })
            #expect(step.outcome == .passed)
            let run = try export.followInstructions(ofPart: number)
            #expect(run.status == 0 && run.output.contains("ALL STEPS PASSED"), "\(run.output)")
            #expect(run.output.contains("../part-0004/SEAL.txt: OK") == (number == 1))
        }
        let all = export.report()
        #expect(all.failures == [] && all.isAnchored)
        #expect(all.steps.first?.id == "parts.folder")
        #expect(all.steps.contains { $0.id == "part-0004/items" })
        #expect(!export.report(isTrusting: false).isAnchored)
        let seal = try String(contentsOfFile: export.path + "/part-0002/SEAL.txt", encoding: .utf8)
        #expect(seal.contains("\n# part: 2 of 4\n"))
    }

    @Test("parts that are not there are named, and what is there is checked")
    func alone() async throws {
        let export = try await TestParts()
        try Mutation.delete(export.path + "/part-0003")
        #expect(
            export.outcome(ofPart: 1) == .notApplicable("not beside this one, of 4 parts: 3")
        )
        #expect(export.report().failures == ["parts.folder"])
        try Mutation.delete(export.path + "/part-0001")
        guard case .notApplicable(let why) = export.outcome(ofPart: 2) else {
            Issue.record("a part without the first one")
            return
        }
        #expect(why.hasPrefix("part 1 of 4"))
    }

    @Test("a part in the place of another, a further file and a forged list are found")
    func forged() async throws {
        let export = try await TestParts()
        try TestBundle.write([], to: export.path + "/stray.txt")
        try Mutation.swap(export.path + "/part-0002", export.path + "/part-0003")
        #expect(export.report().failures == ["parts.folder", "part-0001/parts"])
        try Mutation.swap(export.path + "/part-0002", export.path + "/part-0003")

        // With the export key.
        let list = export.path + "/part-0001/parts-sha256.txt"
        try Mutation.flip(list)
        #expect(export.report(ofPart: 1).failures == ["bag.tags", "parts"])
        try Mutation.coverUp(export.path + "/part-0001")
        #expect(export.report(ofPart: 1).failures == ["parts"])
        // The middle of the list is the line of part 3.
        #expect(export.report(ofPart: 3).failures == ["parts"])
        try Mutation.delete(list)
        try Mutation.coverUp(export.path + "/part-0001")
        #expect(export.report(ofPart: 1).failures == ["parts"])
    }

    @Test("a copy of a part stands for no other part, though each verifies alone")
    func copied() async throws {
        let export = try await TestParts(ofAtMost: 160_000)
        #expect(export.report().failures == [])
        try Mutation.delete(export.path + "/part-0001")
        try FileManager.default.copyItem(
            atPath: export.path + "/part-0002",
            toPath: export.path + "/part-0001"
        )
        #expect(export.report(ofPart: 1).failures == [])
        #expect(export.report(ofPart: 2).failures == [])
        #expect(export.report().failures == ["parts.folder"])
    }

    @Test("a part that says another hour is none of this export, though all was sealed anew")
    func otherGroup() async throws {
        let export = try await TestParts()
        let part = export.path + "/part-0004"
        func replace(_ old: String, by new: String, in path: String) throws {
            try Mutation.edit(path) {
                $0 = Array(String(decoding: $0, as: UTF8.self).replacing(old, with: new).utf8)
            }
        }
        func seal() throws -> String {
            Hash(hashing: try TestBundle.bytes(part + "/SEAL.txt") ?? []).hex
        }
        let old = try seal()
        try replace("T05:", by: "T06:", in: part + "/bag-info.txt")
        try Mutation.coverUp(part)
        try replace(old, by: seal(), in: export.path + "/part-0001/parts-sha256.txt")
        try Mutation.coverUp(export.path + "/part-0001")
        #expect(export.report(ofPart: 1).failures == [])
        #expect(export.report(ofPart: 4).failures == [])
        #expect(export.report().failures == ["parts.folder"])
    }

    @Test("a link is no part")
    func linked() async throws {
        let export = try await TestParts(ofAtMost: 160_000)
        let part = export.path + "/part-0002"
        try Mutation.rename(part, to: export.path + ".moved")
        try FileManager.default.createSymbolicLink(
            atPath: part,
            withDestinationPath: export.path + ".moved"
        )
        let report = export.report()
        #expect(report.failures == ["parts.folder"])
        #expect(!report.steps.contains { $0.id.hasPrefix("part-0002/") })
    }

    @Test("parts are not looked for in a part, and links that lead back are not followed")
    func nested() throws {
        let folder = try Folder()
        for name in ["part-0001", "part-0002"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder.path)/\(name)",
                withDestinationPath: "."
            )
        }
        #expect(BundleVerifier(folder.path).report().failures == ["parts.folder"])
        try TestBundle.write([], to: folder.path + "/part-0003/part-0001/stray.txt")
        let steps = BundleVerifier(folder.path).report().steps
        #expect(steps.count == 1 + VerificationStep.allCases.count)
    }

    @Test(
        "a bundle that says another part than its seal does not verify",
        arguments: [
            ("4 of 4", "3 of 4", ["seal.text", "parts"]),
            ("4 of 4", "4 of 5", ["seal.text", "parts"]),
            ("4 of 4", "4 of 04", ["bag.form", "parts"]),
            ("Bag-Count: 4 of 4\n", "", ["bag.form", "seal.text"]),
            ("T05:", "T99:", ["bag.form", "seal.text"]),
        ]
    )
    func renumbered(old: String, new: String, failures: [String]) async throws {
        let export = try await TestParts()
        let part = export.path + "/part-0004"
        let path = part + "/bag-info.txt"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let changed = text.replacing(old, with: new)
        try #require(changed != text)
        try TestBundle.write(Array(changed.utf8), to: path)
        try Mutation.coverUp(part)
        #expect(export.report(ofPart: 4).failures == failures, "\(new)")
    }
}

/// The case in parts, four where no size is given, in a folder that is removed with this value.
private struct TestParts {
    private let folder: Folder
    private let test: TestCase
    var path: String { folder.path + "/export" }

    init(ofAtMost size: UInt64 = 12_000) async throws {
        folder = try Folder()
        var test = try await TestCase()
        try test.exportParts(ofAtMost: size, to: folder.path + "/export")
        self.test = test
    }

    func report(isTrusting: Bool = true) -> VerificationReport {
        BundleVerifier(path).report(trusting: isTrusting ? test.log.policy : nil)
    }

    func report(ofPart number: Int) -> VerificationReport {
        BundleVerifier("\(path)/\(BundlePart.folder(number))").report(trusting: test.log.policy)
    }

    func outcome(ofPart number: Int) -> VerificationReport.Outcome? {
        report(ofPart: number).steps.first { $0.id == "parts" }?.outcome
    }

    func followInstructions(ofPart number: Int) throws -> Run {
        let commands = "grep '^    ' VERIFY.txt | sh -eu && echo ALL STEPS PASSED"
        return try Run("sh", ["-c", commands], in: "\(path)/\(BundlePart.folder(number))")
    }
}

extension TestCase {
    /// Exports the case in parts, the first one last.
    fileprivate mutating func exportParts(ofAtMost size: UInt64, to path: String) throws {
        let parts = try contents().parts(ofAtMost: size)
        let folder = try BundleParts(at: path)
        var seals: [Hash] = []
        for number in Array(2...parts.count) + [1] {
            var contents = try BundleContents(
                caseID: Arrange.caseID,
                consentClass: .court,
                submissions: parts[number - 1],
                receipts: receipts.map { try log.receipt($0) },
                identities: [lawyer.record, activist.record],
                logKeys: LogKeyHistory(log.signer.verifierKey),
                date: Arrange.created
            )
            contents.part = BundlePart(
                number,
                of: parts.count,
                date: Arrange.created,
                seals: number == 1 ? seals : []
            )
            let writer = try BundleWriter(contents, to: folder.location(ofPart: number))
            try write(writer)
            let manifest = try writer.writePayload()
            let act = contents.export(manifest: manifest, key: Self.signer.publicKey.name)
            let index = try log.append(.export(act), by: lawyer)
            receipts.append(index)
            seals.append(Hash(hashing: try writer.seal(with: log.receipt(index), by: Self.signer)))
            try writer.finish()
        }
        try folder.finish()
    }
}
