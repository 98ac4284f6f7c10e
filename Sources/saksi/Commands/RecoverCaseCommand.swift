// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi admin recover-case CASE --owner MEMBER`: gives a case to another owner.
struct RecoverCaseCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "recover-case",
        abstract: "Give a case to another owner, who opens it with the custodians' shares.",
        discussion: """
            For a case whose owner is gone. No administrator gets a key by it. Where the vault asks \
            for more than one administrator, the others sign with `saksi admin approve`. The new \
            owner then runs `saksi case recover`.
            """
    )
    static let exits = Exit.allCases

    @Argument(help: ArgumentHelp("The case's id.", valueName: "case"))
    var caseName: String

    @Option(
        help: ArgumentHelp("The new owner, a reader: the fingerprint.", valueName: "member")
    )
    var owner: Fingerprint

    @OptionGroup var proposal: ProposalTime
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let decision = try await device.withSession {
            try await $0.giveCase(
                caseName,
                to: owner,
                for: proposal.seconds,
                confirm: confirmation.require
            )
        }
        decision.show()
    }
}
