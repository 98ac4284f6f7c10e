// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi erase CASE ITEM --authority A`: destroys evidence.
struct EraseCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Destroy a submission, or one item of it, for ever; administrators decide.",
        discussion: """
            What was sealed goes from the vault's store. The entries about it stay in the log, and \
            with them every proof, also of what was erased. Copies, exports, backups and old cells \
            of flash memory are not reached. What is held is not erased: see `saksi hold`. Where the \
            vault asks for more than one administrator, the others sign with `saksi admin approve`.
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
        help: "A submission such as 3, an item such as 3/1, or the SHA-256 of a record."
    )
    var item: String

    @Option(
        help: ArgumentHelp(
            "Of the submission only this object, by its id; may be given again.",
            valueName: "id"
        )
    )
    var object: [ObjectID] = []

    @Option(help: "On whose authority: 1 to 32 of a-z, 0-9 and -, such as court-order.")
    var authority: String

    @OptionGroup var proposal: ProposalTime
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var device: DeviceOptions

    func validate() throws {
        guard Access.isPurpose(authority) else {
            throw ValidationError("got --authority \(authority), want 1 to 32 of a-z, 0-9 and -")
        }
    }

    func run() async throws {
        let decision = try await device.withSession {
            try await $0.erase(
                item,
                objects: object,
                of: caseName,
                authority: authority,
                for: proposal.seconds,
                confirm: confirmation.require
            )
        }
        decision.show()
    }
}
