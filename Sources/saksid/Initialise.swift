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

            With --successor-of the genesis names the vault whose place this one takes. Its freeze must \
            name this one's origin. Compare the log key that is printed with the one that the old \
            vault's people know.
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

    @Option(
        help: ArgumentHelp(
            "The card of a frozen vault whose place this one takes, as `saksi log end` prints it.",
            valueName: "card"
        ),
        completion: .file()
    )
    var successorOf: String?

    func validate() throws {
        guard (1...365).contains(inviteDays) else {
            throw ValidationError("got --invite-days \(inviteDays), want 1 to 365")
        }
    }

    func run() async throws {
        let configuration = try vault.read()
        if !configuration.coreDumps { try Hardening.forbidCoreDumps() }
        let card = try successorOf.map(Self.text)
        try await NewVault(configuration).make(
            origin: origin,
            address: address,
            inviteDays: inviteDays,
            following: card
        ) { made in
            if let predecessor = made.predecessor {
                let line = "takes the place of \(predecessor)\n"
                FileHandle.standardError.write(Data(line.utf8))
            }
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

    private static func text(at path: String) throws -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw Failure("\"\(path)\" cannot be read as text")
        }
    }
}
