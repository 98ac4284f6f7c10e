// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `saksi bag`: bags of anybody's, not only the bundles of a vault.
struct BagCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bag",
        abstract: "Check any BagIt bag.",
        subcommands: [BagVerify.self]
    )
}
