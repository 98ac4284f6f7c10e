// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import VaultServer

/// `saksid init`: makes a vault, once.
struct Initialise: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a new vault and the first administrator's invite.",
        discussion: """
            Makes the log key, the TLS key with its certificate and the genesis entry, and refuses \
            where a vault lies already. Prints the vault card, an empty line and the invite. The \
            invite is a secret: whoever uses it first administers the vault. It is not stored: \
            where it cannot be printed, or anything else fails, nothing that was made stays.
            """
    )

    @OptionGroup var vault: VaultOptions

    @Option(
        help: ArgumentHelp(
            "The log's origin: a name without spaces, such as vault.example.org.",
            valueName: "name"
        )
    )
    var origin: String

    @Option(
        help: ArgumentHelp(
            "Where members reach the vault, written into the invite: https://HOST:PORT.",
            valueName: "url"
        )
    )
    var address = "https://127.0.0.1:8443"

    @Option(help: ArgumentHelp("How many days the invite is good.", valueName: "days"))
    var inviteDays = 14

    func validate() throws {
        guard (1...365).contains(inviteDays) else {
            throw ValidationError("got --invite-days \(inviteDays), want 1 to 365")
        }
    }

    func run() async throws {
        let configuration = try vault.read()
        if !configuration.coreDumps { try Hardening.forbidCoreDumps() }
        try await NewVault(configuration).make(
            origin: origin,
            address: address,
            inviteDays: inviteDays
        ) { made in
            do {
                try StandardOutput.write("\(made.card)\n\(made.invite)\n")
            } catch {
                throw Failure(
                    "the invite could not be printed (\(error)), so the new vault was removed "
                        + "again; run init again where its output is kept"
                )
            }
        }
    }
}
