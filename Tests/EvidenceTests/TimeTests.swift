// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Timestamp

@testable import Evidence

/// Time-stamps of the log.
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
            stampedUnder: authority.root
        )
        #expect(report.isVerified, "\(report.lines)")
        let passed = report.steps.filter { $0.outcome == .passed }.map(\.id)
        #expect(passed.contains("log.time"))
        let names = report.facts.map(\.name)
        #expect(names.contains("receipts/0002-submit was logged before"))
        let run = try bundle.followInstructions()
        #expect(run.output.hasSuffix("ALL STEPS PASSED\n"), "\(run.output)")
        #expect(run.output.split(separator: "\n").count { $0 == "Verification: OK" } == 1)
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
        #expect(bundle.report(stampedUnder: other.root).failures == ["log.time"])
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
}
