// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi log end`: the last head of a frozen vault.
struct EndCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "Print the last head of a vault that was frozen, as a card.",
        discussion: """
            For whoever makes the vault that takes its place: `saksid init --successor-of CARD`. It is \
            public. It shows that the log ends with the administrators' freeze; have the log key on \
            it compared with the one that `saksi log keys` prints.
            """
    )
    static let exits = Exit.allCases

    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let head = try await device.withSession { try await $0.frozenHead() }
        for line in head.card.split(separator: "\n") { Terminal.result(String(line)) }
    }
}
