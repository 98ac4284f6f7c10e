// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import Evidence

/// Every change is refused, at the step that the article Verification names.
@Suite struct VerificationTests {
    @Test("holds the bytes of an original to its leaf, whatever the payload manifest says of it")
    func changedOriginal() async throws {
        let bundle = try await TestBundle.whole()
        let originals = try bundle.listing().filter { $0.contains("/original/") }
        for path in originals where try !bundle.bytes(path).isEmpty {
            let failures = try bundle.failures { try Mutation.flip("\($0)/\(path)") }
            #expect(failures.prefix(2) == ["bag.payload", "items"], "\(path): \(failures)")
        }
    }

    @Test(
        "refuses two files that changed places, even where the lists were made anew",
        arguments: [
            (
                "data/items/E0001/original/file.txt", "data/items/E0004/original/ti_ng_Vi_t.pdf",
                "items"
            ),
            ("data/items/E0006/original/large.wav", "data/items/E0008/original/large.wav", "items"),
            ("data/items/E0006/item.json", "data/items/E0008/item.json", "items"),
            ("register/S0001/commitments.txt", "register/S0002/commitments.txt", "register.leaves"),
            ("register/S0001/record.txt", "register/S0002/record.txt", "register.record"),
            (
                "register/leaves/S0001-item-0001-file.json",
                "register/leaves/S0001-item-0002-file.json", "register.leaves"
            ),
            (
                "register/leaves/S0001-consent.json", "register/leaves/S0002-consent.json",
                "register.leaves"
            ),
            ("receipts/0004-access.tlog-proof", "receipts/0005-access.tlog-proof", "receipts.form"),
            (
                "receipts/0002-submit.statement.sig", "receipts/0003-submit.statement.sig",
                "receipts.form"
            ),
        ]
    )
    func swapped(first: String, second: String, step: String) async throws {
        let bundle = try await TestBundle.whole()
        let failures = try bundle.failures(coveredUp: true) {
            try Mutation.swap("\($0)/\(first)", "\($0)/\(second)")
        }
        #expect(failures.first == step, "\(failures)")
    }

    @Test(
        "refuses anything added",
        arguments: [
            ("new.txt", "bag.files"), ("data/new.txt", "items"),
            ("data/items/E0001/original/new", "items"), ("receipts/new", "receipts.form"),
            ("identities/new", "identities"), ("log/new", "bag.files"),
            ("register/S0003/commitments.txt", "register.commitments"),
            ("register/leaves/S0001-new.json", "register.leaves"),
            ("register/new", "register.commitments"),
            ("register/S0001/leaves/new", "register.commitments"),
            ("register/leaves/S0003-consent.json", "register.leaves"),
            ("seal/new", "bag.files"), ("seal/tsa-root.pem", "bag.files"),
            ("seal/SEAL.txt.tsa1.tsr.pem", "bag.files"),
            ("manifest-sha512.txt", "bag.files"), ("data/data/new", "items"),
        ]
    )
    func added(path: String, step: String) async throws {
        let bundle = try await TestBundle.whole()
        let add = { (copy: String) in try TestBundle.write([1], to: "\(copy)/\(path)") }
        #expect(try bundle.failures(after: add).first == "bag.files")
        #expect(try bundle.failures(coveredUp: true, after: add).first == step)
    }

    @Test(
        "refuses names that a system takes for something else",
        arguments: [
            ".hidden", "data/Items2/a b", "BAGIT.TXT", "data/nul.txt", "a\nb", "data/\u{1b}[2J",
            "-rf", "receipts/\u{202e}txt", String(repeating: "x", count: 81),
        ]
    )
    func names(path: String) async throws {
        let failures = try await TestBundle.whole().failures {
            try TestBundle.write([1], to: "\($0)/\(path)")
        }
        #expect(failures.first == "bag.files")
        #expect(failures.count == VerificationStep.allCases.count)
    }

    @Test("refuses a name that is not UTF-8")
    func brokenName() async throws {
        let failures = try await TestBundle.whole().failures { copy in
            let name = Array("\(copy)/data/".utf8) + [0xff, 0]
            let file = unsafe name.withUnsafeBufferPointer { name in
                unsafe name.withMemoryRebound(to: CChar.self) {
                    unsafe open($0.baseAddress!, O_CREAT | O_WRONLY, 0o600)
                }
            }
            #expect(file >= 0)
            close(file)
        }
        #expect(failures.first == "bag.files")
    }

    @Test("refuses links, pipes and empty folders")
    func others() async throws {
        let bundle = try await TestBundle.whole()
        let changes: [(String) throws -> Void] = [
            {
                try FileManager.default.createSymbolicLink(
                    atPath: $0 + "/a",
                    withDestinationPath: "bagit.txt"
                )
            },
            {
                try Mutation.delete($0 + "/bagit.txt")
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
        let report = BundleVerifier("/nowhere").report()
        #expect(report.failures.count == VerificationStep.allCases.count)
    }

    @Test("refuses a list that was made anew by somebody without the export key")
    func listsMadeAnew() async throws {
        let bundle = try await TestBundle.whole()
        let seal = try bundle.bytes(BundleLayout.seal)
        let rewritten = { (copy: String) in
            try Mutation.flip("\(copy)/VERIFY.txt")
            try Mutation.coverUp(copy)
        }
        let signatures = try [BundleLayout.p256Signature, BundleLayout.sshSignature].map {
            ($0, try bundle.bytes($0))
        }
        let keptSeal = try bundle.failures { copy in
            try rewritten(copy)
            try TestBundle.write(seal, to: "\(copy)/\(BundleLayout.seal)")
        }
        #expect(keptSeal.first == "seal.files")
        let keptSignatures = try bundle.failures { copy in
            try rewritten(copy)
            for (path, bytes) in signatures { try TestBundle.write(bytes, to: "\(copy)/\(path)") }
        }
        #expect(keptSignatures.first == "seal.signatures")
    }

    @Test("refuses a bundle that was sealed anew with another key: no statement names it")
    func sealedAnew() async throws {
        let bundle = try await TestBundle.whole()
        let seal = try bundle.bytes(BundleLayout.seal)
        let failures = try bundle.failures {
            try Mutation.reseal($0, seal, by: SealTests.signer(6))
        }
        #expect(failures == ["export", "seal.text"])
        let report = bundle.report(isSealKeyGiven: true)
        #expect(report.isVerified && report.isAnchored)
        try bundle.change { try Mutation.reseal($0, seal, by: SealTests.signer(6)) }
        let other = bundle.report(isSealKeyGiven: true)
        #expect(other.failures == ["seal.key", "export", "seal.text"])
    }

    @Test("reads no file outside of the bundle, though the closing list names it with its hash")
    func closedOutside() async throws {
        let failures = try await TestBundle.whole().failures { copy in
            try TestBundle.write([1], to: copy + ".outside")
            let name = URL(filePath: copy).lastPathComponent
            try Mutation.close(copy, naming: ["../\(name).outside": Hash(hashing: [1])])
        }
        #expect(failures == ["seal.closing"])
    }

    @Test("refuses the other spelling of the closing list's signature, which no list names")
    func closingRespelled() async throws {
        let failures = try await TestBundle.whole().failures { copy in
            let path = "\(copy)/\(BundleLayout.closingP256Signature)"
            let signature = try #require(try TestBundle.bytes(path))
            try TestBundle.write(SealTests.twin(of: signature), to: path)
        }
        #expect(failures == ["seal.closing"])
    }

    @Test("takes receipts in the order of their numbers, also where these have five digits")
    func receiptOrder() async throws {
        let ordered = ["0001", "0999", "1001", "9999", "10000", "10001", "100000"]
            .map { "receipts/\($0)-access.tlog-proof" }
        #expect(ordered.reversed().sorted(by: BundleLayout.isReceipt(_:before:)) == ordered)

        let bundle = try await TestBundle.whole()
        let proofs = try bundle.listing().filter {
            $0.hasPrefix(BundleLayout.receipts) && $0.hasSuffix(ReceiptFiles.proof)
        }
        let (custody, export) = (proofs[proofs.count - 2], proofs[proofs.count - 1])
        let later = "receipts/1001-custody.tlog-proof"
        try bundle.change { path in
            try Mutation.rename("\(path)/\(custody)", to: "\(path)/\(later)")
            try Mutation.rename(
                "\(path)/\(export)",
                to: "\(path)/receipts/10000-export.tlog-proof"
            )
            try Mutation.coverUp(path)
            // The last one is the export: else it would be no bundle.
            _ = try ExportedBundle(at: path)
        }
        let report = bundle.report(trusting: bundle.policy)
        let step = report.steps.first { $0.id == "receipts.form" }
        #expect(step?.outcome == .failed("\(later) should be \(custody)"))
    }

    @Test("takes what came after the seal, and says that it is not sealed")
    func addenda() async throws {
        let bundle = try await TestBundle.whole()
        try bundle.change { try TestBundle.write([1], to: "\($0)/addenda/receipt.pdf") }
        let report = bundle.report(trusting: bundle.policy)
        #expect(report.isVerified, "\(report.lines)")
        #expect(report.facts.contains { $0 == ("added later, not sealed", "addenda/receipt.pdf") })
        #expect(try bundle.followInstructions().output.hasSuffix("ALL STEPS PASSED\n"))
        let failures = try bundle.failures {
            try TestBundle.write([1], to: "\($0)/addenda/.hidden")
        }
        #expect(failures.first == "bag.files")
    }

    @Test("refuses a payload that is whole but not the one that was exported")
    func otherPayload() async throws {
        let bundle = try await TestBundle.whole()
        let failures = try bundle.failures(coveredUp: true) { copy in
            // The last exhibit and all that is disclosed of it, as a smaller export has it.
            try bundle.deleteLastExhibit(of: copy)
            for name in ["S0002/record.txt", "leaves/S0002-submission.json"] {
                try Mutation.delete("\(copy)/register/\(name)")
            }
            try Mutation.list(copy)
        }
        #expect(failures == ["custody", "export", "seal.text"])
    }

    @Test("refuses a whole submission of which an item is left out")
    func itemLeftOut() async throws {
        let bundle = try await TestBundle.whole()
        let failures = try bundle.failures(coveredUp: true) { copy in
            try bundle.deleteLastExhibit(of: copy)
            try Mutation.list(copy)
        }
        #expect(failures.first == "items")
    }

    @Test("refuses entries that were left out of the middle or out of order")
    func receiptsLeftOut() async throws {
        let failures = try await TestBundle.whole().failures(coveredUp: true) { copy in
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(copy)/receipts")
            for name in names where name.hasPrefix("0005") {
                try Mutation.delete("\(copy)/receipts/\(name)")
            }
        }
        #expect(failures.first == "receipts.form")
    }

    @Test("refuses an identity that did not sign, and a missing one")
    func identities() async throws {
        let bundle = try await TestBundle.whole()
        let stranger = try Person(99).record
        let added = try bundle.failures(coveredUp: true) { copy in
            let stem = "\(copy)/identities/\(stranger.fingerprint)"
            try TestBundle.write(Array(stranger.text.utf8), to: stem + ".txt")
            try TestBundle.write(PublicKeyFile.pem(stranger.signing), to: stem + ".pem")
        }
        #expect(added == ["receipts.signatures"])
        let removed = try bundle.failures(coveredUp: true) { copy in
            let name = try Person(22).record.fingerprint.hex
            for suffix in ["txt", "pem"] {
                try Mutation.delete("\(copy)/identities/\(name).\(suffix)")
            }
        }
        #expect(removed == ["receipts.signatures"])
    }
}
