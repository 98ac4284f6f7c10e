// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi open CASE ITEM -o PATH --purpose P`: decrypts one item.
struct OpenCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Open one item to a new file; the vault logs who opened what, and what for."
    )
    static let exits = Exit.allCases

    @Argument(help: ArgumentHelp("The case: its name or id.", valueName: "case"))
    var caseName: String

    @Argument(help: "The item as `saksi list` shows it, such as 3/1.")
    var item: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The new file.", valueName: "path"),
        completion: .file()
    )
    var output: String

    @Option(help: "What for: 1 to 32 of a-z, 0-9 and -, such as legal-review.")
    var purpose: String

    @Flag(help: "Replace the file if it is there.")
    var force = false

    @OptionGroup var device: DeviceOptions

    func validate() throws {
        guard Access.isPurpose(purpose) else {
            throw ValidationError("got --purpose \(purpose), want 1 to 32 of a-z, 0-9 and -")
        }
    }

    func run() async throws {
        let bar = ProgressBar("opening")
        defer { bar.finish() }
        try await device.withSession { session in
            try await session.open(item, of: caseName, for: purpose, to: output, replacing: force) {
                bar.update(done: $0, total: $1)
            }
        }
    }
}
