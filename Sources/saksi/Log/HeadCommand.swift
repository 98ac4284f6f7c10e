// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import QRText
import Vault
import VaultClient

/// `saksi log head`: the newest head this device saw, for people to compare.
struct HeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head",
        abstract: "Show the newest log head this device saw, without asking the vault.",
        discussion: """
            Read the words to somebody who has seen the log at the same size, or send the line that \
            begins with saksi-head-v1: for `saksi log compare`. It holds no secret, but names the \
            vault. If the words differ, the vault shows you different logs.
            """
    )

    @Flag(help: "Draw the line as a QR code too.")
    var qr = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func validate() throws {
        guard !qr || !json else { throw ValidationError("--qr and --json exclude each other") }
    }

    func run() async throws {
        let seen = try await device.withSession { try await $0.seenHead() }
        if json { return try Listing.show(json: seen) }
        let card = HeadCard(seen.head)
        Listing.show([
            ("vault", card.vault), ("entries", String(card.entries)), ("root", card.root),
            ("seen", seen.seen?.text), ("in words", card.words), ("head", card.head),
        ])
        for fork in seen.forks {
            Terminal.result("")
            Listing.show(
                [("found", fork.time), ("finding", fork.finding)]
                    + fork.heads.map { (label: "head", value: $0) }
            )
        }
        guard qr else { return }
        Terminal.result("")
        for line in try QRText(card.head.utf8).lines(Terminal.ink) { Terminal.result(line) }
    }
}
