// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The companion: what people seal, submit, open, export and verify with.
struct Saksi: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "saksi",
        abstract: "Seal testimony, submit it to a vault, and prove what it was.",
        version: "0.1.0",
        subcommands: [AgeCommand.self, LogCommand.self]
    )

    static let exits = Exit.allCases
}
