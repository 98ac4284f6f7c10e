// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Evidence
import TransparencyLog
import TrustRoots

/// `saksi verify BUNDLE`: checks a bundle offline, and says what each step proves and what not.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a bundle offline, step by step.",
        discussion: """
            Without a key, the one in the bundle is used, and the report says that this proves nothing \
            about who made it: compare it with the one that the vault publishes. With --vkey, the \
            witnesses are those that this program knows.
            """
    )

    @Option(
        name: .customLong("vkey"),
        help: "The log's verifier key; may be repeated, and any of them will do.",
        transform: { try VerifierKey(parsing: $0) }
    )
    var keys: [VerifierKey] = []

    @Option(
        help: ArgumentHelp(
            "A tlog-policy file: the logs, witnesses and quorum to trust.",
            valueName: "file"
        ),
        completion: .file()
    )
    var policy: String?

    @Option(
        name: .customLong("tsa-root"),
        help: ArgumentHelp(
            "A file with the roots of time-stamping authorities to trust, in PEM; may be repeated.",
            valueName: "file"
        ),
        completion: .file()
    )
    var authorityRoots: [String] = []

    @Flag(help: "Print the report as one line of JSON.")
    var json = false

    @Argument(help: "The bundle's folder.", completion: .directory)
    var bundle: String

    func validate() throws {
        guard keys.isEmpty || policy == nil else {
            throw ValidationError("--vkey and --policy exclude each other")
        }
    }

    func run() throws {
        let report = BundleVerifier(bundle).report(
            trusting: try trusted(),
            stampedUnder: authorityRoots.isEmpty
                ? nil : try TimestampFile.certificates(authorityRoots)
        )
        if json {
            Terminal.resultJSON(report.json)
        } else {
            for line in report.lines { Terminal.result(line) }
        }
        guard report.isVerified else {
            throw Failure("not verified: \(report.failures.joined(separator: ", "))")
        }
    }

    private func trusted() throws -> TrustPolicy? {
        if let policy { return try LogFile.policy(policy) }
        guard !keys.isEmpty else { return nil }
        let common = try TrustPolicy(parsing: TrustRoots.defaultPolicy)
        return TrustPolicy(
            logs: keys.map { TrustPolicy.Log(key: $0) },
            witnesses: common.witnesses,
            quorum: common.quorum
        )
    }
}
