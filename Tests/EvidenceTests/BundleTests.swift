// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import TestSupport
import Testing
import TransparencyLog
import Vault

@testable import Evidence
@testable import Sealing

@Suite struct BundleTests {
    @Test("verifies, with every step passed that it has something for, by the log's key")
    func verifies() async throws {
        let bundle = try await TestBundle.whole()
        let report = bundle.report(trusting: bundle.policy, isSealKeyGiven: true)
        #expect(report.isVerified, "\(report.lines)")
        // Nothing was added to it.
        #expect(
            report.steps.allSatisfy {
                $0.outcome == .passed
                    || ["addenda", "log.time", "parts", "seal.time"].contains($0.id)
            },
            "\(report.lines)"
        )
        #expect(report.lines.last == "verified: unchanged since it was exported")
        _ = try JSONValue(parsing: Array(report.json.utf8))
    }

    @Test("says that a key which only the bundle tells proves nothing")
    func ownKey() async throws {
        let report = try await TestBundle.whole().report()
        #expect(report.isVerified && !report.isAnchored)
        #expect(report.json.contains(#""outcome":"unanchored""#))
        let step = try #require(report.steps.first { $0.id == "log.trust" })
        guard case .notApplicable(let why) = step.outcome else {
            Issue.record("log.trust passed without a key")
            return
        }
        #expect(why.contains("proves nothing alone"))
    }

    @Test("fails for another log's key")
    func otherKey() async throws {
        let other = try NoteSigner(name: TestLog.origin, seed: [UInt8](repeating: 1, count: 32))
        let report = try await TestBundle.whole().report(
            trusting: TrustPolicy(logs: [.init(key: other.verifierKey)])
        )
        #expect(report.failures == ["log.trust", "receipts.inclusion"])
    }

    /// A file without a hash differs each time: sealing to a recipient is random, and so is the hash
    /// of the record, which statements name.
    @Test("has the files that are promised, with the bytes that are")
    func golden() async throws {
        let bundle = try await TestBundle.whole()
        let lines = try bundle.listing().map { path in
            let isRandom =
                path.hasPrefix("receipts/") || path == "SEAL.txt"
                || path.hasSuffix("SEAL.txt.p256.sig")
                || path.hasSuffix("SEAL.txt.ssh.sig")
                || path.hasPrefix(BundleLayout.closing) || path.hasSuffix("/record.txt")
                || path.hasPrefix("data/custody/") || path == BundleLayout.report
                || path.contains("manifest-sha256") || path == BundleLayout.page
            return try "\(isRandom ? "-" : Hash(hashing: bundle.bytes(path)).hex)  \(path)\n"
        }
        try Golden.expect(lines.joined(), matches: "bundle.txt")
        try Golden.expect(bundle.text("VERIFY.txt"), matches: "VERIFY.txt")
    }

    /// Bundles are read for decades: this one was made once, and must verify for ever.
    @Test("verifies as an earlier version exported it")
    func kept() async throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/bundle").path
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
            try? FileManager.default.removeItem(atPath: path)
            var test = try await TestCase()
            try test.export(to: path, items: [[2, 5], [4]])
            Issue.record("recorded bundle")
        }
        let report = BundleVerifier(path).report(trusting: try TestLog().policy)
        #expect(report.isVerified, "\(report.lines)")
        let run = try Run("sh", ["-c", "grep '^    ' VERIFY.txt | sh -eu"], in: path)
        #expect(run.status == 0, "\(run.output)")
    }

    @Test("holds the files as they were submitted, whatever they were called")
    func contents() async throws {
        let bundle = try await TestBundle.whole()
        let names = [
            "file.txt", "etc_passwd", "_CON", "ti_ng_Vi_t.pdf", "empty", "large.wav", "LARGE.WAV",
            "large.wav", "a_verified_unchanged_2J.txt", "file.jpg", "file",
        ]
        let places = TestCase.names.enumerated().flatMap { number, submission in
            submission.indices.map { (number, $0) }
        }
        for (exhibit, (submission, place)) in places.enumerated() {
            let name = BundleLayout.exhibit(exhibit + 1)
            let path = BundleLayout.original(name, names[exhibit])
            #expect(try bundle.bytes(path) == TestCase.content(submission, place), "\(path)")
            let found = TestCase.names[submission][place].value.bytes
            #expect(
                try bundle.text("data/items/\(name)/item.json")
                    .contains("\"name\":\(String(decoding: found, as: UTF8.self)),")
            )
        }
    }

    @Test("holds nothing of what was not chosen")
    func partial() async throws {
        let bundle = try await TestBundle.partial(items: [[2, 4], []])
        let report = bundle.report(trusting: bundle.policy)
        #expect(report.isVerified, "\(report.lines)")
        let submission = bundle.test.submissions[0].manifest
        let withheld = [1, 3, 5].map { submission.items[$0 - 1] }
        let leaves = submission.leaves.filter { leaf in
            leaf.name == "submission"
                || [1, 3, 5].contains { leaf.name.hasPrefix(ManifestItem.prefix($0)) }
        }
        for file in try bundle.listing() {
            let text = try bundle.text(file)
            for item in withheld {
                #expect(!text.contains(item.sha256.hex), "\(file)")
                #expect(!text.contains(item.object.hex), "\(file)")
            }
            for leaf in leaves { #expect(!text.contains(Hex.encode(leaf.salt)), "\(file)") }
        }
        let run = try bundle.followInstructions()
        #expect(run.output.hasSuffix("ALL STEPS PASSED\n"), "\(run.output)")
    }

    /// The Python of Scripts/bootstrap, or the system's.
    private static let python: String = {
        let own = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../.build-venv/bin/python").path
        return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
    }()

    @Test(
        "is a valid bag for bagit.py",
        .enabled(
            if: (try? Run(python, ["-c", "import bagit"], in: "/").status) == 0,
            "there is no Python with the module bagit (Scripts/bootstrap)"
        )
    )
    func bagit() async throws {
        let run = try await TestBundle.whole().run(Self.python, "-m", "bagit", "--validate", ".")
        #expect(run.status == 0, "\(run.output)")
    }

    @Test("never overwrites, and leaves nothing behind when it fails")
    func failures() async throws {
        let folder = try Folder()
        let path = folder.path + "/bundle"
        let test = try await TestCase()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(throws: BundleError.exists(path: path)) {
            try BundleWriter(test.contents(), to: path)
        }
        try FileManager.default.removeItem(atPath: path)
        do {
            let writer = try BundleWriter(test.contents(), to: path)
            let file = writer.files[0]
            var sealed = try #require(test.payloads[file.object.id])
            sealed.segments[0][100] ^= 1
            var output = try writer.begin(
                file,
                envelope: sealed.object.envelope,
                identities: [Arrange.identity()],
                epoch: 1
            )
            #expect(throws: OpenError.chunk(0)) {
                try unsafe sealed.segments[0].withUnsafeMutableBytes { try unsafe output.add($0) }
            }
            #expect(throws: BundleError.missingFile("E0001")) { try writer.writePayload() }
            #expect(throws: BundleError.outOfOrder) {
                try writer.seal(with: test.log.receipt(3), by: TestCase.signer)
            }
            #expect(throws: BundleError.outOfOrder) { try writer.finish() }
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
            ("../../etc/passwd", "etc_passwd"), ("/absolute", "absolute"), ("CON", "_CON"),
            ("nul.txt", "_nul.txt"), ("com1.tar.gz", "_com1.tar.gz"), ("a\u{0}b", "a_b"),
            ("", "file"), ("...", "file"), (".hidden", "hidden"), ("-rf", "rf"), ("a.", "a"),
            ("a..b", "a.b"), ("សាក្សី.txt", "file.txt"), ("សាក្សី", "file"), (".con", "_con"),
            ("\u{e9}t\u{e9}.jpg", "t.jpg"), ("a.averyverylongsuffix", "a.averyverylongsuffix"),
            ("a\n\u{1b}[2Jb", "a_2Jb"), ("minutes 1. May", "minutes_1._May"),
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
