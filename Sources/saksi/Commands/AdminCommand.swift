// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bulk
import Vault
import VaultClient

/// `saksi admin …`: what administrators decide together.
struct AdminCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: "Decide together: see, sign and reject what waits; the vault's policy.",
        discussion: """
            What a proposal says is read from its own text on this device, and who has signed is \
            checked here: the vault is not believed in either.
            """,
        subcommands: [
            Pending.self, Show.self, Approve.self, Reject.self, RecoverCaseCommand.self,
            PolicyCommand.self, LogKeyCommand.self, FreezeCommand.self,
        ]
    )
    static let exits = Exit.allCases

    /// `saksi admin pending`.
    struct Pending: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "List what waits for signatures: all for administrators, else your own."
        )
        static let exits = Exit.allCases

        @Flag(help: "Print the result as JSON.")
        var json = false

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let cards = try await device.withSession { try await $0.pending() }
            if json { return try Listing.show(json: cards) }
            for card in cards {
                Terminal.result("\(card.id)  \(card.act)  signed \(card.count)")
                for effect in card.effects { Terminal.result("  \(effect)") }
            }
        }
    }

    /// `saksi admin show ID`.
    struct Show: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Show in full what a proposal will do, who signed it, and until when."
        )
        static let exits = Exit.allCases

        @Argument(help: ArgumentHelp("The proposal's id, 64 digits.", valueName: "id"))
        var proposal: Hash

        @Flag(help: "Print the result as JSON.")
        var json = false

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let card = try await device.withSession { try await $0.proposal(proposal) }
            if json { return try Listing.show(json: card) }
            Listing.show(
                [
                    ("proposal", card.id), ("act", card.act), ("expires", card.expires),
                    ("proposed by", card.proposer.grouped), ("signed", card.count),
                ] + card.approved.map { ("signed by", $0.grouped) }
                    + card.rejected.map { ("rejected by", $0.grouped) }
            )
            Terminal.result("it:")
            for effect in card.effects { Terminal.result("  \(effect)") }
            Terminal.result("the text that is signed:")
            for line in card.text.split(separator: "\n") { Terminal.result("  \(line)") }
            card.showNext()
        }
    }

    /// `saksi admin approve ID`.
    struct Approve: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Sign a proposal; the last signature sends it to the log.",
            discussion: """
                Read it with `saksi admin show` first, and speak with whoever proposed it. A \
                signature cannot be taken back. After an interruption, run it again.
                """
        )
        static let exits = Exit.allCases

        @Argument(help: ArgumentHelp("The proposal's id, 64 digits.", valueName: "id"))
        var proposal: Hash

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let (card, decision) = try await device.withSession { try await $0.approve(proposal) }
            for effect in card.effects { Terminal.error(effect) }
            decision.show()
        }
    }

    /// `saksi admin reject ID`.
    struct Reject: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Say no to a proposal, or withdraw your own."
        )
        static let exits = Exit.allCases

        @Argument(help: ArgumentHelp("The proposal's id, 64 digits.", valueName: "id"))
        var proposal: Hash

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            try await device.withSession { try await $0.reject(proposal) }
        }
    }
}
