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
        subcommands: [
            AuditList.self, AuditVerify.self, AuditWatch.self, AuditReportCommand.self,
        ],
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

    /// Those that the file names.
    func read() throws -> [TrustPolicy.Witness] {
        try policy.map { try LogFile.policy($0).witnesses } ?? []
    }
}
