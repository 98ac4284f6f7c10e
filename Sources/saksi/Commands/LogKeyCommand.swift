// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Vault
import VaultClient

/// `saksi admin log-key CARD`: lets a new key sign the log.
struct LogKeyCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "log-key",
        abstract: "Put a new key in the place of the one that signs the log.",
        discussion: """
            The card is what `saksid rotate log-key` printed on the daemon's machine. Both keys have \
            signed it; compare the new one with whoever made it. From the entry on the new key is in \
            force. Devices follow by themselves, also those that were away; receipts and exports from \
            before stay good.
            """
    )
    static let exits = Exit.allCases

    @Argument(help: ArgumentHelp("The handover card, a file.", valueName: "card"))
    var card: String

    @OptionGroup var proposal: ProposalTime
    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let handover: LogHandover
        do {
            handover = try LogHandover(parsing: try String(contentsOfFile: card, encoding: .utf8))
        } catch let error as LineError {
            throw ClientError(.failed, "\"\(card)\" is not a handover card: \(error)")
        } catch {
            throw ClientError(.failed, "\"\(card)\" cannot be read as text")
        }
        let (effects, decision) = try await device.withSession {
            try await $0.changeLogKey(to: handover, for: proposal.seconds)
        }
        for effect in effects { Terminal.error(effect) }
        decision.show()
    }
}

/// `saksi admin freeze`: ends a vault.
struct FreezeCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "freeze",
        abstract: "End the vault for ever: nothing is accepted after it.",
        discussion: """
            For a vault whose log key fell into other hands, or that has done its work. The log can be \
            read and checked as before, but no evidence can be opened or exported any more, since every \
            access is an entry: have what is needed exported first. Nobody can undo it. Name the vault \
            that is to take its place: every member is told. It is made afterwards, with the card that \
            `saksi log end` prints.
            """
    )
    static let exits = Exit.allCases

    @Option(
        help: ArgumentHelp("The origin of the vault that takes its place.", valueName: "origin")
    )
    var successor: String?

    @OptionGroup var proposal: ProposalTime
    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let (effects, decision) = try await device.withSession {
            try await $0.freeze(for: successor, for: proposal.seconds)
        }
        for effect in effects { Terminal.error(effect) }
        decision.show()
    }
}
