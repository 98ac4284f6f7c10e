// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

extension CaseCommand {
    /// `saksi case trust CASE FINGERPRINT`.
    struct Trust: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Say who owns a case, after comparing the fingerprint with them.",
            discussion: """
                For a case that administrators gave to another owner, and for an owner to whom they gave \
                new keys. Until then this device seals nothing to them. Compare the fingerprint by voice or in \
                person: the vault, and the administrators, could name somebody else.
                """
        )
        static let exits = Exit.allCases

        @Argument(help: ArgumentHelp("The case: its name or id.", valueName: "case"))
        var caseName: String

        @Argument(help: "The owner's fingerprint: 64 digits, in groups, or in words.")
        var owner: Fingerprint

        @Flag(help: "Print the result as JSON.")
        var json = false

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let trusted = try await device.withSession {
                try await $0.trustOwner(owner, of: caseName)
            }
            if json { return try Listing.show(json: trusted) }
            Listing.show([
                ("case", trusted.caseID), ("was", trusted.before?.grouped),
                ("is", trusted.owner.grouped),
                ("with the key", trusted.key == trusted.owner ? nil : trusted.key.grouped),
            ])
        }
    }
}
