// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi log keys`: which key of the vault's log vouches for which sizes of it.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Print the log's keys as a trust file, without asking the vault.",
        discussion: """
            A tlog-policy file for `saksi verify --policy` and other verifiers: a line for each key the \
            log ever had, as far as this device knows, with the sizes it vouches for in a comment.
            """
    )

    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let text = try await device.withSession { $0.trustFile }
        for line in text.split(separator: "\n") { Terminal.result(String(line)) }
    }
}
