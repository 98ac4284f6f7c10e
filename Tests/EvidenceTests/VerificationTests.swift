// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import Evidence

/// Every change is refused, at the step that the documentation names.
@Suite struct VerificationTests {
    private struct Exported {
        let folder: Folder
        let original: String
        let policy: TrustPolicy

        init() async throws {
            folder = try Folder()
            original = folder.path + "/bundle"
            var test = try await TestCase()
            try test.export(to: original)
            policy = test.log.policy
        }

        /// The steps that fail after a change to a copy.
        func failures(after change: (String) throws -> Void) throws -> [String] {
            let copy = folder.path + "/copy"
            try FileManager.default.copyItem(atPath: original, toPath: copy)
            defer { try? FileManager.default.removeItem(atPath: copy) }
            try change(copy)
            return BundleVerifier(copy).report(trusting: policy).failures
        }
    }

    @Test("refuses one flipped bit in any file")
    func flippedBit() async throws {
        let bundle = try await Exported()
        for (place, path) in try BundleTests.listing(bundle.original).enumerated() {
            guard try BundleFiles(bundle.original).sizes[path] != 0 else { continue }
            let first = try bundle.failures { try Mutation.flip($0, path, bit: place % 8) }.first
            let want: Set<String> =
                switch path {
                case "manifest-sha256.txt", "tagmanifest-sha256.txt": ["bag.files", "bag.tags"]
                case _ where path.hasPrefix("data/"): ["bag.payload"]
                default: ["bag.tags"]
                }
            #expect(first.map { want.contains($0) } == true, "\(path): \(first ?? "verified")")
        }
    }

    @Test("refuses any deleted or renamed file")
    func missing() async throws {
        let bundle = try await Exported()
        for path in try BundleTests.listing(bundle.original) {
            let deleted = try bundle.failures {
                try FileManager.default.removeItem(atPath: "\($0)/\(path)")
            }
            #expect(deleted.first == "bag.files", "\(path)")
            let renamed = try bundle.failures {
                try FileManager.default.moveItem(atPath: "\($0)/\(path)", toPath: "\($0)/\(path).x")
            }
            #expect(renamed.first == "bag.files", "\(path)")
        }
    }

    @Test(
        "refuses anything added",
        arguments: [
            "new.txt", "data/new.txt", "data/items/E0001/original/new", "receipts/new",
            "register/S0003/commitments.txt", "addenda/new", ".hidden", "data/Items2/a b",
            "BAGIT.TXT", "manifest-sha512.txt",
        ]
    )
    func added(path: String) async throws {
        let bundle = try await Exported()
        let failures = try bundle.failures { copy in
            let url = URL(filePath: "\(copy)/\(path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data([1]).write(to: url)
        }
        #expect(failures.first == "bag.files")
    }

    @Test("refuses links, pipes and empty folders")
    func others() async throws {
        let bundle = try await Exported()
        let changes: [(String) throws -> Void] = [
            {
                try FileManager.default.createSymbolicLink(
                    atPath: $0 + "/a",
                    withDestinationPath: "bagit.txt"
                )
            },
            {
                try FileManager.default.removeItem(atPath: $0 + "/bagit.txt")
                try FileManager.default.createSymbolicLink(
                    atPath: $0 + "/bagit.txt",
                    withDestinationPath: "/etc/hostname"
                )
            },
            { unsafe mkfifo($0 + "/data/pipe", 0o600) },
            {
                try FileManager.default.createDirectory(
                    atPath: $0 + "/data/empty",
                    withIntermediateDirectories: false
                )
            },
        ]
        for change in changes { #expect(try bundle.failures(after: change).first == "bag.files") }
        let report = BundleVerifier(bundle.folder.path + "/none").report()
        #expect(report.failures.count == VerificationStep.allCases.count)
    }

    @Test("refuses two files that changed places, even where the lists were made anew")
    func swapped() async throws {
        let bundle = try await Exported()
        let pairs = [
            (
                "data/items/E0001/original/file.txt", "data/items/E0004/original/ti_ng_Vi_t.pdf",
                "items"
            ),
            ("register/S0001/commitments.txt", "register/S0002/commitments.txt", "register.leaves"),
            ("register/S0001/record.txt", "register/S0002/record.txt", "register.record"),
            (
                "register/S0001/leaves/item-0001-file.json",
                "register/S0001/leaves/item-0002-file.json", "register.leaves"
            ),
            ("receipts/0004-access.tlog-proof", "receipts/0005-access.tlog-proof", "receipts.form"),
            (
                "receipts/0002-submit.statement.sig", "receipts/0003-submit.statement.sig",
                "receipts.form"
            ),
            ("data/items/E0001/item.json", "data/items/E0002/item.json", "items"),
        ]
        for (first, second, step) in pairs {
            let swap = { (copy: String) in
                let manager = FileManager.default
                try manager.moveItem(atPath: "\(copy)/\(first)", toPath: "\(copy)/x")
                try manager.moveItem(atPath: "\(copy)/\(second)", toPath: "\(copy)/\(first)")
                try manager.moveItem(atPath: "\(copy)/x", toPath: "\(copy)/\(second)")
            }
            let plain = try bundle.failures(after: swap)
            #expect(
                plain.first.map { ["bag.tags", "bag.payload"].contains($0) } == true,
                "\(first)"
            )
            let covered = try bundle.failures {
                try swap($0)
                try Mutation.coverUp($0)
            }
            #expect(covered.first == step, "\(first): \(covered)")
        }
    }

    /// What no checksum shows, because the lists were made anew.
    @Test(
        "refuses a changed file whose checksums were made anew",
        arguments: [
            ("bagit.txt", "bag.form"), ("bag-info.txt", "bag.form"), ("log/vkey.txt", "log.trust"),
            ("log/key.pem", "log.trust"), ("log/policy.txt", "log.trust"),
            ("receipts/0001-case-open.tlog-proof", "receipts.form"),
            ("receipts/0002-submit.entry", "receipts.form"),
            ("receipts/0002-submit.checkpoint.sig", "receipts.form"),
            ("register/S0001/commitments.txt", "register.commitments"),
            ("register/S0002/leaves/item-0002-name.json", "register.leaves"),
            ("register/S0001/record.txt", "register.record"),
            ("data/items/E0002/original/_etc_passwd", "items"),
            ("data/items/E0002/item.json", "items"), ("data/custody/log.jsonl", "custody"),
        ]
    )
    func coveredUp(path: String, step: String) async throws {
        let bundle = try await Exported()
        let failures = try bundle.failures {
            try Mutation.flip($0, path)
            try Mutation.coverUp($0)
        }
        #expect(failures.first == step, "\(failures)")
    }

    @Test("refuses a payload that is whole but not the one that was exported")
    func otherPayload() async throws {
        let bundle = try await Exported()
        let failures = try bundle.failures { copy in
            for name in ["data/items/E0007", "register/S0002/leaves/item-0002-file.json"] {
                try FileManager.default.removeItem(atPath: "\(copy)/\(name)")
            }
            try Mutation.coverUp(copy)
        }
        // The custody log and the size in bag-info.txt tell it as well.
        #expect(failures.contains("export"), "\(failures)")
    }

    @Test("refuses entries that were left out of the middle or out of order")
    func receiptsLeftOut() async throws {
        let bundle = try await Exported()
        let failures = try bundle.failures { copy in
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(copy)/receipts")
            for name in names where name.hasPrefix("0005") {
                try FileManager.default.removeItem(atPath: "\(copy)/receipts/\(name)")
            }
            try Mutation.coverUp(copy)
        }
        #expect(failures.first == "receipts.form")
    }

    @Test("refuses an identity that did not sign, and a missing one")
    func identities() async throws {
        let bundle = try await Exported()
        let stranger = try Person(99).record
        let added = try bundle.failures { copy in
            let stem = "\(copy)/identities/\(stranger.fingerprint)"
            try Data(stranger.text.utf8).write(to: URL(filePath: stem + ".txt"))
            try Data(PublicKeyFile.pem(stranger.signing)).write(to: URL(filePath: stem + ".pem"))
            try Mutation.coverUp(copy)
        }
        #expect(added == ["receipts.signatures"])
        let removed = try bundle.failures { copy in
            let name = try Person(22).record.fingerprint.hex
            for suffix in ["txt", "pem"] {
                try FileManager.default.removeItem(atPath: "\(copy)/identities/\(name).\(suffix)")
            }
            try Mutation.coverUp(copy)
        }
        #expect(removed == ["receipts.signatures"])
    }
}
