// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Evidence
import VaultClient

/// `saksi export …`: makes bundles, and what is added to them later.
struct ExportCommands: ParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract:
            "Export a case for outsiders, show later what was withheld, and seal it for the way.",
        subcommands: [ExportCommand.self, UnsealCommand.self, DeliverCommand.self],
        defaultSubcommand: ExportCommand.self
    )
    static let exits = Exit.allCases
}

/// `saksi export unseal BUNDLE --leaf SELECTOR… -o DIR`: shows facts that a bundle withholds.
struct UnsealCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "unseal",
        abstract: "Show facts that a bundle withholds; the vault logs it.",
        discussion: """
            The new folder goes below addenda/ of the bundle, of which nothing changes: sha256sum checks \
            it there against the list that was sealed, and so does `saksi verify`.
            """
    )
    static let exits = Exit.allCases

    @Argument(help: "The bundle's folder.", completion: .directory)
    var bundle: String

    @Option(
        name: .customLong("leaf"),
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Which facts: 1/3/name, 1/3/paragraph/2-4, or 1/3 for a whole item.",
            valueName: "selector"
        ),
        transform: { try LeafSelector(parsing: $0) }
    )
    var leaves: [LeafSelector]

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The new folder.", valueName: "dir"),
        completion: .directory
    )
    var output: String

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let bar = ProgressBar("unsealing")
        defer { bar.finish() }
        let done = try await device.withSession { session in
            try await session.unseal(leaves, of: bundle, to: output) {
                bar.update(done: $0, total: $1)
            }
        }
        bar.finish()
        if json { return try Listing.show(json: done) }
        Listing.show([
            ("unsealed", Amount.count(done.facts, "fact")),
            ("files", done.files == 0 ? nil : "\(done.files)"), ("supplement", done.supplement),
        ])
    }
}
