// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi whoami`: what others compare this device's identity with.
struct WhoAmICommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Show this device's fingerprint, role and vault, without asking the vault."
    )
    static let exits = Exit.offline

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let card = try await device.withSession { await $0.card() }
        if json {
            try Listing.show(json: card)
        } else {
            Listing.show([
                ("vault", card.vault), ("address", card.address),
                ("takes the place of", card.predecessor.map { "\($0)" }),
                ("role", card.role),
                ("fingerprint", card.fingerprint.grouped), ("in words", card.fingerprint.words),
                ("person", card.person == card.fingerprint ? nil : card.person.grouped),
                ("recipient", card.recipient),
                ("log key", card.logKey),
                ("log seen", "\(card.entries) entries, root \(card.root)"),
                ("witnessed", "\(card.witnesses)"),
            ])
        }
    }
}
