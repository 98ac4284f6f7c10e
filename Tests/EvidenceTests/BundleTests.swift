// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import Evidence

@Suite struct BundleTests {
    private func exported(items: [Set<Int>?] = [nil, nil]) async throws -> (
        folder: Folder, path: String, test: TestCase
    ) {
        let folder = try Folder()
        let path = folder.path + "/bundle"
        var test = try await TestCase()
        try test.export(to: path, items: items)
        return (folder, path, test)
    }

    static func listing(_ path: String) throws -> [String] {
        try BundleFiles(path).sizes.keys.sorted()
    }

    @Test("verifies, with every step passed, by the log's key")
    func verifies() async throws {
        let (_, path, test) = try await exported()
        let report = BundleVerifier(path).report(trusting: test.log.policy)
        #expect(report.isVerified, "\(report.text)")
        #expect(report.steps.allSatisfy { $0.outcome == .passed }, "\(report.text)")
        #expect(report.text.hasSuffix("verified: unchanged since it was exported"))
        _ = try JSONValue(parsing: Array(report.json.utf8))
    }

    @Test("says that a key which only the bundle tells proves nothing")
    func ownKey() async throws {
        let (_, path, _) = try await exported()
        let report = BundleVerifier(path).report()
        #expect(report.isVerified)
        let step = try #require(report.steps.first { $0.id == "log.trust" })
        guard case .notApplicable(let why) = step.outcome else {
            Issue.record("log.trust passed without a key")
            return
        }
        #expect(why.contains("proves nothing alone"))
    }

    @Test("fails for another log's key")
    func otherKey() async throws {
        let (_, path, _) = try await exported()
        let other = try NoteSigner(name: TestLog.origin, seed: [UInt8](repeating: 1, count: 32))
        let report = BundleVerifier(path).report(
            trusting: TrustPolicy(logs: [.init(key: other.verifierKey)])
        )
        #expect(report.failures == ["log.trust", "receipts.inclusion"])
    }

    @Test("lists what is promised")
    func golden() async throws {
        let (_, path, test) = try await exported()
        let lawyer = test.lawyer.record.fingerprint.hex
        let activist = test.activist.record.fingerprint.hex
        let names = [
            "E0001/original/_.txt", "E0002/original/_etc_passwd", "E0003/original/_CON",
            "E0004/original/ti_ng_Vi_t.pdf", "E0005/original/empty", "E0006/original/large.wav",
            "E0007/original/LARGE.WAV",
        ]
        let receipts = [
            "0001-case-open", "0002-submit", "0003-submit", "0004-access", "0005-access",
            "0006-consent", "0007-custody", "0008-export",
        ]
        let aspects = ["file", "name", "role", "times", "type"]
        var want = [
            "VERIFY.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt",
            "tagmanifest-sha256.txt", "data/custody/log.jsonl", "log/key.pem", "log/policy.txt",
            "log/vkey.txt",
        ]
        want += names.map { "data/items/\($0)" }
        want += (1...7).map { "data/items/E000\($0)/item.json" }
        want += [lawyer, activist].flatMap { ["identities/\($0).pem", "identities/\($0).txt"] }
        want += receipts.flatMap { name in
            [
                ".checkpoint", ".checkpoint.sig", ".entry", ".statement", ".statement.sig",
                ".tlog-proof",
            ]
            .map { "receipts/\(name)\($0)" }
        }
        for (submission, count) in [("S0001", 5), ("S0002", 2)] {
            want += [
                "commitments.txt", "record.txt", "leaves/consent.json", "leaves/submission.json",
            ]
            .map { "register/\(submission)/\($0)" }
            want += (1...count).flatMap { item in
                aspects.map { "register/\(submission)/leaves/item-000\(item)-\($0).json" }
            }
        }
        let listing = try Self.listing(path)
        let made = listing.map { $0.replacing("original/file.txt", with: "original/_.txt") }
        #expect(made.sorted() == want.sorted().map { $0 })
        for (number, submission) in TestCase.names.enumerated() {
            for place in submission.indices {
                let exhibit = BundleLayout.exhibit(number * 5 + place + 1)
                let file = try #require(
                    listing.first { $0.hasPrefix("data/items/\(exhibit)/orig") }
                )
                let bytes = try Data(contentsOf: URL(filePath: "\(path)/\(file)"))
                #expect(Array(bytes) == TestCase.content(number, place))
            }
        }
    }

    @Test("has the same bytes each time, apart from the export's receipt")
    func deterministic() async throws {
        let (_, first, _) = try await exported()
        let (_, second, _) = try await exported()
        for path in try Self.listing(first) {
            #expect(
                try Data(contentsOf: URL(filePath: "\(first)/\(path)"))
                    == Data(contentsOf: URL(filePath: "\(second)/\(path)")),
                "\(path)"
            )
        }
    }

    @Test("holds nothing of what was not chosen")
    func partial() async throws {
        let (_, path, test) = try await exported(items: [[2, 4], []])
        let report = BundleVerifier(path).report(trusting: test.log.policy)
        #expect(report.isVerified, "\(report.text)")
        let withheld = [1, 3, 5].map { test.submissions[0].manifest.items[$0 - 1] }
        let leaves = test.submissions[0].manifest.leaves.filter { leaf in
            [1, 3, 5].contains { leaf.name.hasPrefix(ManifestItem.prefix($0)) }
        }
        for file in try Self.listing(path) {
            let text = String(
                decoding: try Data(contentsOf: URL(filePath: "\(path)/\(file)")),
                as: UTF8.self
            )
            for item in withheld {
                #expect(!text.contains(item.sha256.hex), "\(file)")
                #expect(!text.contains(item.object.hex), "\(file)")
            }
            for leaf in leaves {
                #expect(!text.contains(String(leaf.bytes.prefix(70).description)))
            }
            #expect(!text.contains(#""leaf":"submission""#), "\(file)")
        }
    }

    @Test("is checked by sha256sum and by its own instructions, as they stand")
    func instructions() async throws {
        let (_, path, _) = try await exported()
        let sums = try Run("sha256sum", ["-c", "manifest-sha256.txt"], in: path)
        #expect(sums.status == 0, "\(sums.output)")
        let steps = ["-c", "grep '^    ' VERIFY.txt | sh -eu && echo ALL STEPS PASSED"]
        let run = try Run("sh", steps, in: path)
        #expect(run.output.hasSuffix("ALL STEPS PASSED\n"), "\(run.output)")
        #expect(
            run.output.split(separator: "\n").filter { $0.contains("Verified Success") }.count == 16
        )
    }

    @Test(
        "fails its own instructions after any change that is not covered up",
        arguments: [
            "data/items/E0002/item.json", "receipts/0002-submit.statement.sig", "log/key.pem",
            "register/S0001/leaves/consent.json", "receipts/0008-export.tlog-proof",
        ]
    )
    func instructionsFail(file: String) async throws {
        let (_, path, _) = try await exported()
        try Mutation.flip(path, file)
        let steps = ["-c", "grep '^    ' VERIFY.txt | sh -eu && echo ALL STEPS PASSED"]
        #expect(try Run("sh", steps, in: path).status != 0)
    }

    /// The instructions' own steps beyond the checksums: they must notice what was covered up.
    @Test(
        "fails its own instructions after a change whose checksums were made anew",
        arguments: [
            "data/items/E0002/original/_etc_passwd", "register/S0001/leaves/item-0001-name.json",
            "register/S0001/commitments.txt", "receipts/0002-submit.statement",
            "receipts/0002-submit.entry", "receipts/0004-access.checkpoint", "log/vkey.txt",
            "register/S0002/record.txt", "data/custody/log.jsonl",
        ]
    )
    func instructionsSeeThrough(file: String) async throws {
        let (_, path, _) = try await exported()
        try Mutation.flip(path, file)
        try Mutation.coverUp(path)
        let steps = ["-c", "grep '^    ' VERIFY.txt | sh -eu && echo ALL STEPS PASSED"]
        let run = try Run("sh", steps, in: path)
        #expect(run.status != 0, "\(run.output)")
    }

    @Test(
        "is a valid bag for bagit.py",
        .enabled(
            if: (try? Run("python3", ["-c", "import bagit"], in: "/").status) == 0,
            "python3 has no module bagit (pip install bagit)"
        )
    )
    func bagit() async throws {
        let (_, path, _) = try await exported()
        let run = try Run("python3", ["-m", "bagit", "--validate", path], in: "/")
        #expect(run.status == 0, "\(run.output)")
    }

    @Test("never overwrites, and leaves nothing behind when it fails")
    func failures() async throws {
        let folder = try Folder()
        let path = folder.path + "/bundle"
        let test = try await TestCase()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(throws: BundleError.exists) { try BundleWriter(test.contents(), to: path) }
        try FileManager.default.removeItem(atPath: path)
        do {
            let writer = try BundleWriter(test.contents(), to: path)
            let file = writer.files[0]
            var sealed = try #require(test.payloads[file.object.id])
            sealed.segments[0][100] ^= 1
            var output = try writer.begin(
                file,
                envelope: sealed.object.envelope,
                identities: [Arrange.identity()]
            )
            #expect(throws: OpenError.segment(0)) {
                try unsafe sealed.segments[0].withUnsafeMutableBytes { try unsafe output.add($0) }
            }
            #expect(throws: BundleError.missingFile("E0001")) { try writer.writePayload() }
            #expect(throws: BundleError.outOfOrder) { try writer.seal(with: test.log.receipt(3)) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        #expect(throws: BundleError.notWritable(errno: ENOENT)) {
            try BundleWriter(test.contents(), to: folder.path + "/none/bundle")
        }
    }

    @Test("is not made without consent, receipts or identities")
    func refusals() async throws {
        let test = try await TestCase()
        #expect(throws: BundleError.noConsent(record: test.submissions[1].record.hash)) {
            try test.contents(for: .un)
        }
        #expect(throws: BundleError.noConsent(record: test.submissions[0].record.hash)) {
            try test.contents(for: .media)
        }
        #expect(throws: BundleError.missingReceipt(.submit)) { try test.contents(without: .submit) }
        #expect(throws: BundleError.missingReceipt(.caseOpen)) {
            try test.contents(without: .caseOpen)
        }
        #expect(throws: BundleError.unknownItem(6)) { try test.contents(items: [[6], nil]) }
        #expect(throws: BundleError.nothingToExport) { try test.contents(items: [[], []]) }
    }

    @Test(
        "gives every name a plain one",
        arguments: [
            ("../../etc/passwd", "_etc_passwd"), ("/absolute", "_absolute"), ("CON", "_CON"),
            ("nul.txt", "_nul.txt"), ("com1.tar.gz", "_com1.tar.gz"), ("a\u{0}b", "a_b"),
            ("", "file"),
            ("...", "file"), (".hidden", "hidden"), ("-rf", "_-rf"), ("a.", "a"),
            ("សាក្សី.txt", "file.txt"),
            ("\u{e9}t\u{e9}.jpg", "_t_.jpg"), ("a.averyverylongsuffix", "a"),
            (
                String(repeating: "x", count: 300) + ".pdf",
                String(repeating: "x", count: 60) + ".pdf"
            ),
        ]
    )
    func names(found: String, want: String) {
        let name = SafeName.name(for: ItemName(Array(found.utf8)))
        #expect(name == want)
        #expect(SafeName.isName(name))
    }

    @Test(
        "refuses names in a folder that a system takes for something else",
        arguments: [
            "", ".", "..", ".a", "-a", "a.", "a b", "a\u{0}", "é", "nul", "Com1.x", "a/../b",
            "a//b", "/a",
            "a\\b", "a:b", String(repeating: "x", count: 81),
        ]
    )
    func unsafePaths(path: String) {
        #expect(!SafeName.isPath(path))
    }
}

/// Ways to change a bundle.
enum Mutation {
    static func flip(_ bundle: String, _ file: String, bit: Int = 0) throws {
        let url = URL(filePath: "\(bundle)/\(file)")
        var bytes = try Array(Data(contentsOf: url))
        bytes[bytes.count / 2] ^= 1 << UInt8(bit)
        try Data(bytes).write(to: url)
    }

    /// Lists and hashes everything anew, as somebody would who wants a change to pass.
    static func coverUp(_ bundle: String) throws {
        var payload = BagManifest()
        var tags = BagManifest()
        let files = try BundleFiles(bundle)
        for path in files.sizes.keys {
            if path.hasPrefix("data/") {
                payload.hashes[path] = try files.hash(path)
            } else if path != BundleLayout.tagManifest, path != BundleLayout.payloadManifest {
                tags.hashes[path] = try files.hash(path)
            }
        }
        try Data(payload.bytes).write(to: URL(filePath: "\(bundle)/manifest-sha256.txt"))
        tags.hashes[BundleLayout.payloadManifest] = Hash(hashing: payload.bytes)
        try Data(tags.bytes).write(to: URL(filePath: "\(bundle)/tagmanifest-sha256.txt"))
    }
}
