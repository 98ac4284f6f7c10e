// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Vault
import VaultClient

/// `saksi key …`: this device's keys.
struct KeyCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Renew, replace, add and keep the keys of people.",
        subcommands: [
            Rotate.self, Request.self, Replace.self, AddDevice.self, Backup.self, Restore.self,
        ]
    )
    static let exits = Exit.allCases

    /// `saksi key rotate`.
    struct Rotate: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Make new keys, which administrators countersign; run it again to finish.",
            discussion: """
                Until the log shows the new keys this device uses the old ones. Once an \
                administrator has signed with `saksi admin approve`, run it again: the device then \
                uses the new keys, and keeps the old ones to open what is sealed to them. Rights \
                stay as they are. For keys that somebody else may have this is too late: have them \
                revoked.
                """
        )
        static let exits = Exit.allCases

        @Option(
            help: ArgumentHelp(
                "How long administrators may sign it: 12h, 7d, at most 30d.",
                valueName: "time"
            )
        )
        var expires: TimeSpan = TimeSpan(seconds: 7 * 86400)

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let rotation = try await VaultSession.rotateKeys(
                of: device.deviceHome,
                passphrase: device.passphrase(),
                for: expires.seconds,
                proxy: device.proxyAddress
            )
            switch rotation {
            case .waiting(let card):
                Decision.proposed(card).show()
                Terminal.error("after that, run `saksi key rotate` here again")
            case .done(let fingerprint):
                Listing.show([
                    ("fingerprint", fingerprint.grouped), ("in words", fingerprint.words),
                ])
            }
        }
    }
}
