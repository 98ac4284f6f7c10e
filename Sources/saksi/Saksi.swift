// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The companion: what people seal, submit, open, export and verify with.
struct Saksi: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "saksi",
        abstract: "Seal testimony, submit it to a vault, and prove what it was.",
        version: "0.1.0",
        subcommands: [
            JoinCommand.self, WhoAmICommand.self, SubmitCommand.self, OutboxCommand.self,
            CaseCommand.self, InviteCommand.self, RevokeCommand.self, HoldCommand.self,
            EraseCommand.self, AdminCommand.self, KeyCommand.self, TrustCommand.self,
            TestimonyCommand.self, ConsentCommand.self,
            ListCommand.self, OpenCommand.self, StatusCommand.self,
            ExportCommands.self, ExportKeyCommand.self, VerifyCommand.self, AuditCommand.self,
            LogCommand.self, TimestampCommand.self, BagCommand.self, AgeCommand.self,
        ]
    )

    static let exits = Exit.allCases
}
