// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi case …`: the cases one owns or works on.
struct CaseCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "case",
        abstract: "Open cases, let people in, and list them.",
        subcommands: [Open.self, Grant.self, List.self]
    )
    static let exits = Exit.allCases

    /// `saksi case open NAME`.
    struct Open: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Open a case; its name stays on devices and inside sealed data."
        )
        static let exits = Exit.allCases

        @Argument(help: "The name, as its readers will see it.")
        var name: String

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let id = try await device.withSession { try await $0.openCase(named: name) }
            Terminal.result(id.hex)
        }
    }

    /// `saksi case grant CASE MEMBER`.
    struct Grant: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Let a member read a case, or only submit to it.",
            discussion: """
                Compare the fingerprint with the member first, by voice or in person: the vault \
                cannot put another person's key under it.
                """
        )
        static let exits = Exit.allCases

        @Argument(help: ArgumentHelp("The case: its name or id.", valueName: "case"))
        var caseName: String

        @Argument(help: "The member's fingerprint: 64 digits, in groups, or in words.")
        var member: Fingerprint

        @Flag(help: "Let the member submit, not read.")
        var submit = false

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            try await device.withSession {
                try await $0.grant(member, submit ? .submit : .read, in: caseName)
            }
        }
    }

    /// `saksi case list`.
    struct List: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "List the cases this device may read or submit to."
        )
        static let exits = Exit.allCases

        @Flag(help: "Print the result as JSON.")
        var json = false

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let cases = try await device.withSession { try await $0.cases() }
            if json { return try Listing.show(json: cases) }
            for summary in cases {
                let name = summary.name.map { "  \($0)" } ?? ""
                Terminal.result("\(summary.id)  \(summary.right)\(name)")
            }
        }
    }
}
