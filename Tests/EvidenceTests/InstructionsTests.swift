// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Evidence

/// VERIFY.txt as it stands, run by sh, sha256sum and openssl.
@Suite struct InstructionsTests {
    @Test("pass for a bundle as it was exported")
    func pass() async throws {
        let run = try await TestBundle.whole().followInstructions()
        #expect(run.output.hasSuffix("ALL STEPS PASSED\n"), "\(run.output)")
        let verified = run.output.split(separator: "\n").filter { $0.contains("Verified Success") }
        #expect(verified.count == 16)
    }

    @Test(
        "fail after any change that is not covered up",
        arguments: [
            "data/items/E0002/item.json", "receipts/0002-submit.statement.sig", "log/key.pem",
            "register/leaves/S0001-consent.json", "receipts/0008-export.tlog-proof", "bagit.txt",
        ]
    )
    func fail(file: String) async throws {
        let bundle = try await TestBundle.whole()
        try bundle.change { try Mutation.flip("\($0)/\(file)") }
        #expect(try bundle.followInstructions().status != 0)
    }

    @Test("are run by Scripts/run-verify-txt up to the first step that fails")
    func script() async throws {
        let bundle = try await TestBundle.whole()
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Scripts/run-verify-txt").standardizedFileURL.path
        let passed = try bundle.run(script, ".")
        #expect(passed.status == 0 && passed.output.hasSuffix("all steps passed\n"))
        #expect(passed.output.split(separator: "\n").filter { $0.hasSuffix(": passed") }.count == 6)
        try bundle.change {
            try Mutation.flip("\($0)/receipts/0004-access.entry")
            try Mutation.coverUp($0)
        }
        let failed = try bundle.run(script, ".")
        #expect(failed.status == 1)
        #expect(
            failed.output.contains(
                "STEP 2. The keys: passed\nSTEP 3. The entries of the log: FAILED"
            )
        )
    }

    @Test("fail where something was added")
    func added() async throws {
        let bundle = try await TestBundle.whole()
        try bundle.change { try TestBundle.write([1], to: "\($0)/receipts/new") }
        #expect(try bundle.followInstructions().status != 0)
    }

    /// The steps beyond the checksums must notice what was covered up.
    @Test(
        "fail after a change whose checksums were made anew",
        arguments: [
            "data/items/E0002/original/etc_passwd", "register/leaves/S0001-item-0001-name.json",
            "register/S0001/commitments.txt", "receipts/0002-submit.statement",
            "receipts/0002-submit.entry", "receipts/0004-access.checkpoint", "log/vkey.txt",
            "log/key.pem", "register/S0002/record.txt", "data/custody/log.jsonl",
            "data/items/E0002/item.json",
        ]
    )
    func seeThrough(file: String) async throws {
        let bundle = try await TestBundle.whole()
        try bundle.change {
            try Mutation.flip("\($0)/\(file)")
            try Mutation.coverUp($0)
        }
        let run = try bundle.followInstructions()
        #expect(run.status != 0, "\(run.output)")
    }
}
