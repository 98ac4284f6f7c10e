// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi hold CASE [ITEM…]`: keeps evidence from being erased.
struct HoldCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Keep a case or some submissions from being erased, or let them go.",
        discussion: """
            The case's owner begins a hold alone. To end one takes as many administrators as the \
            vault's policy asks for; the others sign with `saksi admin approve`.
            """
    )
    static let exits = Exit.allCases

    @Argument(
        help: ArgumentHelp(
            "The case: its name, or its id where you do not read it.",
            valueName: "case"
        )
    )
    var caseName: String

    @Argument(
        help: ArgumentHelp(
            "Submissions as `saksi list` numbers them, or the SHA-256 of their records: else all.",
            valueName: "item"
        )
    )
    var items: [String] = []

    @Flag(help: "End the hold.")
    var release = false

    @OptionGroup var proposal: ProposalTime
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let decision = try await device.withSession {
            try await $0.hold(
                items,
                of: caseName,
                release ? .off : .on,
                for: proposal.seconds,
                confirm: confirmation.require
            )
        }
        decision.show()
    }
}
