// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VaultClient

/// `saksi export-key …`: the key that seals what this device exports.
struct ExportKeyCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "export-key",
        abstract: "Make and show the key pair that seals what this device exports.",
        subcommands: [Make.self, Show.self]
    )
    static let exits = Exit.offline

    /// `saksi export-key init`.
    struct Make: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: "Make the key pair of this device.",
            discussion: """
                Seals are signed with P-256 and with Ed25519, so that openssl and ssh-keygen check them. The \
                fingerprints belong on the paper certificate of each export, and into the vault's \
                policy: then the vault takes exports only with a key that it names. Make a new \
                `saksi key backup` after this, which holds the key. In place of a lost one make another: what \
                the old one sealed still verifies.
                """
        )
        static let exits = Exit.offline

        @OptionGroup var shown: ShownExportKey

        func run() async throws {
            try shown.show(
                VaultSession.makeExportKey(
                    of: shown.device.deviceHome,
                    passphrase: shown.device.passphrase()
                )
            )
        }
    }

    /// `saksi export-key show`.
    struct Show: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Show the public half of the key pair."
        )
        static let exits = Exit.offline

        @OptionGroup var shown: ShownExportKey

        func run() async throws {
            try shown.show(
                VaultSession.exportKey(
                    of: shown.device.deviceHome,
                    passphrase: shown.device.passphrase()
                )
            )
        }
    }
}

/// How a public half is printed.
struct ShownExportKey: ParsableArguments {
    @Flag(help: "Print the result as JSON, with the public keys as files.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func show(_ card: ExportKeyCard) throws {
        if json { return try Listing.show(json: card) }
        Listing.show([
            ("P-256", card.p256), ("Ed25519", card.ed25519), ("in a policy", card.name),
        ])
    }
}
