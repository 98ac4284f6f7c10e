// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import TransparencyLog
import VaultClient

/// `saksi audit`: who did what, when, under which key, and whether it was allowed.
struct AuditCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "See who did what, and check that all of it was allowed.",
        discussion: "For administrators and auditors: they read the whole log, and no evidence.",
        subcommands: [AuditList.self, AuditVerify.self],
        defaultSubcommand: AuditList.self
    )
    static let exits = Exit.allCases
}

/// The witnesses whose cosignatures an audit checks.
struct WitnessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A tlog-policy file with the witnesses whose cosignatures are checked.",
            valueName: "file"
        ),
        completion: .file()
    )
    var policy: String?

    /// What the file says; `nil` where none was named.
    func read() throws -> TrustPolicy? { try policy.map { try LogFile.policy($0) } }
}
