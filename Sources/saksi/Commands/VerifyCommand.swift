// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Evidence
import VerifyOptions

/// `saksi verify BUNDLE`: checks a bundle offline, and says what each step proves and what not.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a bundle offline, step by step.",
        discussion: VerifyOptions.discussion
    )

    @OptionGroup var options: VerifyOptions

    func run() throws {
        let report = try options.report(
            policy: LogFile.policy,
            roots: TimestampFile.certificates
        )
        if options.json {
            Terminal.resultJSON(report.json)
        } else {
            for line in report.lines { Terminal.result(line) }
        }
        guard report.isVerified else {
            throw Failure("not verified: \(report.failures.joined(separator: ", "))")
        }
    }
}
