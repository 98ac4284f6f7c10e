// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Timestamp

@testable import Evidence

/// Time-stamps of the log and of the seal.
@Suite struct TimeTests {
    private func stem(_ bundle: TestBundle) throws -> String {
        let path = try #require(try bundle.listing().first { $0.hasPrefix("log/checkpoint-") })
        return String(path.prefix { $0 != "." })
    }

    @Test(
        "a stamped bundle verifies, by its instructions too, and says when",
        arguments: ["ec", "rsa"]
    )
    func stamped(algorithm: String) async throws {
        let authority = try TestAuthority(algorithm)
        let bundle = try await TestBundle.stamped(by: authority)
        let report = bundle.report(
            trusting: bundle.policy,
            stampedUnder: authority.root,
            isSealKeyGiven: true
        )
        #expect(report.isVerified, "\(report.lines)")
        let passed = report.steps.filter { $0.outcome == .passed }.map(\.id)
        #expect(passed.contains("log.time") && passed.contains("seal.time"))
        let names = report.facts.map(\.name)
        #expect(names.contains("receipts/0002-submit was logged before"))
        #expect(names.contains("sealed before"))
        let run = try bundle.followInstructions()
        #expect(run.output.hasSuffix("ALL STEPS PASSED\n"), "\(run.output)")
        #expect(run.output.split(separator: "\n").count { $0 == "Verification: OK" } == 2)
    }

    @Test("without time-stamps the steps are not applicable")
    func unstamped() async throws {
        let report = try await TestBundle.whole().report()
        for step in report.steps where step.id.hasSuffix(".time") {
            guard case .notApplicable = step.outcome else {
                Issue.record("\(step.id): \(step.outcome)")
                continue
            }
        }
    }

    @Test("refuses stamps under roots that are not trusted")
    func strangers() async throws {
        let bundle = try await TestBundle.stamped(by: TestAuthority("ec"))
        let other = try TestAuthority("ec")
        let report = bundle.report(stampedUnder: other.root)
        #expect(report.failures == ["log.time", "seal.time"])
    }

    @Test(
        "refuses a stamp of other bytes, and a checkpoint, a proof or a chain that is not its own"
    )
    func mutations() async throws {
        let bundle = try await TestBundle.stamped(by: TestAuthority("ec"))
        let stem = try stem(bundle)
        let proof = try #require(
            try bundle.listing().first { $0.hasPrefix(stem) && $0.hasSuffix(".tlog-proof") }
        )
        func expect(_ step: String, after change: (String) throws -> Void) throws {
            let failures = try bundle.failures(coveredUp: true, after: change)
            #expect(failures == [step], "\(failures)")
        }
        try expect("log.time") {
            let other = try TestAuthority("ec").stamp([1])
            try TestBundle.write(other.response.bytes, to: "\($0)/\(stem).tsa1.tsr")
        }
        try expect("log.time") { try Mutation.flip("\($0)/\(stem).txt") }
        try expect("log.time") { try Mutation.flip("\($0)/\(stem).tsa1-chain.pem") }
        try expect("log.time") { try Mutation.delete("\($0)/\(stem).tsa1-root.pem") }
        try expect("log.time") { try Mutation.edit("\($0)/\(proof)") { $0[$0.count / 2] ^= 1 } }
        try expect("log.time") {
            try TestBundle.write([1], to: "\($0)/\(stem).99.entry")
        }
    }

    @Test(
        "refuses a stamp of the seal that was changed, taken away or added, as the instructions do"
    )
    func seal() async throws {
        let authority = try TestAuthority("ec")
        let bundle = try await TestBundle.stamped(by: authority)
        let token = "seal/SEAL.txt.tsa1.tsr"
        let files = [token] + ["root", "chain", "crls"].map { "seal/tsa1-\($0).pem" }
        for file in files + ["seal/CLOSING.txt", "addenda/certificate.html"] {
            let failures = try bundle.failures { try Mutation.flip("\($0)/\(file)") }
            #expect(failures.first == "seal.closing", "\(file): \(failures)")
        }
        var failures = try bundle.failures {
            for file in files { try Mutation.delete("\($0)/\(file)") }
        }
        #expect(failures == ["seal.closing"])
        let more = try TokenFiles.ofSeal(2).bytes(of: authority.stamp(bundle.bytes("SEAL.txt")))
        failures = try bundle.failures {
            for (path, bytes) in more { try TestBundle.write(bytes, to: "\($0)/\(path)") }
        }
        #expect(failures == ["seal.closing"])
        try bundle.change { try Mutation.delete("\($0)/\(token)") }
        #expect(try bundle.followInstructions().status != 0)
    }

    @Test("refuses a stamp of other bytes that the holder of the export key put there")
    func others() async throws {
        let bundle = try await TestBundle.stamped(by: TestAuthority("ec"))
        let other = try bundle.bytes("\(stem(bundle)).tsa1.tsr")
        func expect(after change: (String) throws -> Void) throws {
            let failures = try bundle.failures {
                try change($0)
                try Mutation.close($0)
            }
            #expect(failures == ["seal.time"])
        }
        try expect { try TestBundle.write(other, to: "\($0)/seal/SEAL.txt.tsa1.tsr") }
        try expect { try Mutation.delete("\($0)/seal/tsa1-root.pem") }
        try expect { try TestBundle.write([], to: "\($0)/seal/tsa2-root.pem") }
    }

    @Test("rounds of renewal verify, with the standard tools too, and a changed one does not")
    func renewal() async throws {
        let bundle = try await TestBundle.whole()
        let authorities = try [TestAuthority("ec"), TestAuthority("rsa")]
        for round in 1...2 {
            try bundle.change { path in
                let renewal = try BundleRenewal(of: path, at: Arrange.created)
                #expect(renewal.list.number == UInt64(round))
                let stamps = try authorities.map { try $0.stamp(renewal.list.bytes) }
                for (file, bytes) in renewal.files(stamps) {
                    try TestBundle.write(bytes, to: "\(path)/\(file)")
                }
            }
            let report = bundle.report(trusting: bundle.policy)
            #expect(report.isVerified, "\(report.lines)")
            #expect(report.facts.contains { $0.name == "sealed, by renewal \(round), before" })
            let run = try bundle.run(
                "sh",
                "-euc",
                "grep '^    ' addenda/RENEWAL-\(round)-VERIFY.txt | sh -eu"
            )
            #expect(run.status == 0, "\(run.output)")
            #expect(run.output.components(separatedBy: "Verification: OK\n").count == 3)
        }
        for path in try bundle.listing() where path.hasPrefix(BundleRenewal.prefix) {
            var failures = try bundle.failures { try Mutation.delete("\($0)/\(path)") }
            #expect(failures == ["seal.time"], "\(path): \(failures)")
            guard !path.contains("-2") || path.hasSuffix(".txt") else { continue }
            failures = try bundle.failures { try Mutation.flip("\($0)/\(path)") }
            #expect(failures == ["seal.time"], "\(path): \(failures)")
        }
    }
}
