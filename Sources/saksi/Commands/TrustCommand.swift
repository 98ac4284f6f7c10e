// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bulk
import VaultClient

/// `saksi trust …`: what a person vouches for where the device alone cannot know.
struct TrustCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Take a key of the vault on the word of a person.",
        subcommands: [TLS.self]
    )
    static let exits = Exit.allCases

    /// `saksi trust tls HEX`.
    struct TLS: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Reach a vault whose TLS key was changed while this device was away.",
            discussion: """
                Devices follow such a change by themselves, if they are in touch with the vault \
                while it is under way. Have somebody you trust at the vault read the key to you, \
                not send it over the same line. It is taken only if the vault then shows the log \
                that this device knows, and its policy names the key.
                """
        )
        static let exits = Exit.allCases

        @Argument(help: ArgumentHelp("The SHA-256 of the new key, 64 digits.", valueName: "sha256"))
        var key: Hash

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let keys = try await VaultSession.trustTLSKey(
                key,
                of: device.deviceHome,
                passphrase: device.passphrase(),
                proxy: device.proxyAddress
            )
            for key in keys { Terminal.result("tls-key: \(key)") }
        }
    }
}
