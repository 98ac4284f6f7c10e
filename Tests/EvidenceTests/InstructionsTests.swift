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
        #expect(
            passed.output.split(separator: "\n").filter { $0.hasSuffix(": passed") }.count == 13
        )
        try bundle.change {
            try Mutation.flip("\($0)/receipts/0004-access.entry")
            try Mutation.coverUp($0)
        }
        let failed = try bundle.run(script, ".")
        #expect(failed.status == 1)
        #expect(
            failed.output.contains(
                "STEP 10. The keys: passed\nSTEP 11. The entries of the log: FAILED"
            )
        )
    }

    @Test("refuse what was added under a name that hides it, a link, and an empty folder")
    func hidden() async throws {
        let bundle = try await TestBundle.whole()
        let folder = "data/items/E0001/original"
        let hidden = "\(folder)/file.txt\n..\(folder)/file.txt"
        try bundle.change { try TestBundle.write([1], to: "\($0)/\(hidden)") }
        var run = try bundle.followInstructions()
        #expect(run.status != 0 && run.output.contains("/file.txt\n..data"), "\(run.output)")
        try bundle.change { path in
            try FileManager.default.removeItem(atPath: "\(path)/\(folder)/file.txt\n..data")
            let file = "\(path)/\(folder)/file.txt"
            try Mutation.rename(file, to: path + ".file")
            try FileManager.default.createSymbolicLink(
                atPath: file,
                withDestinationPath: path + ".file"
            )
        }
        run = try bundle.followInstructions()
        #expect(run.status != 0 && run.output.hasSuffix("./\(folder)/file.txt\n"), "\(run.output)")
        try bundle.change { path in
            let file = "\(path)/\(folder)/file.txt"
            try FileManager.default.removeItem(atPath: file)
            try Mutation.rename(path + ".file", to: file)
            try FileManager.default.createDirectory(
                atPath: path + "/data/empty",
                withIntermediateDirectories: false
            )
        }
        run = try bundle.followInstructions()
        #expect(run.status != 0 && run.output.hasSuffix("./data/empty\n"), "\(run.output)")
    }

    @Test("run nothing that stands in a proof, in a shell that counts with commands either")
    func commands() async throws {
        let bundle = try await TestBundle.whole()
        try bundle.change { path in
            try Mutation.edit("\(path)/receipts/0002-submit.tlog-proof") { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                let index = text.firstMatch(of: /index [0-9]+\n/)?.output ?? ""
                #expect(!index.isEmpty)
                bytes = Array(text.replacing(index, with: "index a[$(touch ran)0]\n").utf8)
            }
            try Mutation.coverUp(path)
        }
        let run = try bundle.run("bash", "-c", "grep '^    ' VERIFY.txt | bash -eu")
        #expect(run.status != 0)
        #expect(try !bundle.listing().contains("ran"))
    }

    /// Two authorities, of both algorithms, whose certificates end in 2041.
    private func stamped() async throws -> TestBundle {
        let bundle = try await TestBundle.whole()
        try bundle.change { path in
            let work = path + ".tsa"
            let program = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../Peers/tsa.py").standardizedFileURL.path
            let run = try Run(
                "sh",
                [
                    "-euc",
                    """
                    bundle=$1; work=$2; number=0
                    mkdir "$work"
                    openssl ts -query -data "$bundle/SEAL.txt" -sha256 -cert -out "$work/tsq"
                    for algorithm in ec rsa; do
                    number=$((number + 1)); tsa=$bundle/seal/tsa$number
                    python3 "$3" make "$work/$algorithm" $algorithm
                    python3 "$3" reply "$work/$algorithm" "$work/tsq" "$bundle/seal/SEAL.txt.tsa$number.tsr"
                    cp "$work/$algorithm/root.crt" "$tsa-root.pem"
                    cp "$work/$algorithm/issuing.crt" "$tsa-chain.pem"
                    done
                    rm -r "$work"
                    """, "sh", path, work, program,
                ],
                in: "/"
            )
            #expect(run.status == 0, "\(run.output)")
            try Mutation.close(path)
        }
        return bundle
    }

    @Test("show the time stamps, and refuse one of another seal")
    func timeStamps() async throws {
        let bundle = try await stamped()
        #expect(bundle.report(trusting: bundle.policy).isVerified)
        let passed = try bundle.followInstructions()
        #expect(passed.output.hasSuffix("ALL STEPS PASSED\n"), "\(passed.output)")
        let stamps = passed.output.split(separator: "\n").filter { $0 == "Verification: OK" }
        #expect(stamps.count == 2)
        let seal = try bundle.text("SEAL.txt")
        try bundle.change { path in
            let other = seal.replacing("# exhibits: 11", with: "# exhibits: 12")
            try Mutation.reseal(path, Array(other.utf8))
        }
        let refused = try bundle.followInstructions()
        #expect(refused.status != 0 && refused.output.contains("Verification: FAILED"))
    }

    @Test(
        "pass in 2045, when the certificates of the time stamps have ended",
        .enabled(
            if: (try? Run("faketime", ["2045-01-01", "true"], in: "/").status) == 0,
            "there is no faketime (Scripts/bootstrap)"
        )
    )
    func later() async throws {
        let bundle = try await stamped()
        let run = try bundle.run(
            "faketime",
            "2045-01-01",
            "sh",
            "-c",
            "date; grep '^    ' VERIFY.txt | sh -eu && echo ALL STEPS PASSED"
        )
        #expect(
            run.output.contains("2045") && run.output.hasSuffix("ALL STEPS PASSED\n"),
            "\(run.output)"
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
