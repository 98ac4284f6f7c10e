// SPDX-License-Identifier: Apache-2.0

import Age
import ArgumentParser
import Secrets
import Vault
import VaultClient

/// `saksi join INVITE`: makes this device's identity and enrols it.
struct JoinCommand: AsyncParsableCommand, StatusDocumented {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Make this device's identity and join a vault by an invitation.",
        discussion: """
            An invitation works once and is secret. What stands on a command line can be seen by \
            other programs on this device: give a file, or - and paste it, where you can.
            """
    )
    static let exits = Exit.allCases

    @Argument(help: "A file with the invitation, - for stdin, or the invitation itself.")
    var invite: String

    @Flag(help: "Ask for a passphrase instead of making one.")
    var choosePassphrase = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let text = try TextArgument.read(invite, prefix: "saksi-invite-v1:", what: "invitation")
        let invitation = try Invitation(parsing: text)
        let home = try device.deviceHome
        let joined = try await VaultSession.join(
            invitation,
            home: home,
            passphrase: { try passphrase(for: home) },
            proxy: device.proxyAddress
        )
        if json { return try Listing.show(json: joined) }
        Listing.show([
            ("joined", joined.vault), ("role", joined.role),
            ("fingerprint", joined.fingerprint.grouped), ("in words", joined.fingerprint.words),
            ("case", joined.caseID), ("its owner", joined.owner?.grouped),
        ])
    }

    /// A made passphrase is shown once the vault was judged and just before the identity is written:
    /// whoever joins has what opens it, and no earlier try left other words on somebody's sheet.
    private func passphrase(for home: DeviceHome) throws -> (Passphrase, PassphraseStrength) {
        if let bytes = try device.passphraseFromFile() { return (bytes, .chosen) }
        if home.hasIdentity { return (try PassphraseInput.terminal("passphrase: "), .chosen) }
        if choosePassphrase { return (try PassphraseInput.chosenOnTerminal(), .chosen) }
        let words = PassphraseStrength.makeWords()
        guard Terminal.showsErrors, Terminal.error("your passphrase: \(words)") else {
            throw Failure(
                "the passphrase that was made cannot be shown: nothing was joined",
                hint:
                    "leave stderr to the terminal, or use --choose-passphrase or --passphrase-file"
            )
        }
        Terminal.error(
            "write it down and keep it away from this device: without it nothing here opens, and it "
                + "is not shown again"
        )
        return (Passphrase(SecretBytes(copying: words.utf8)), .words)
    }
}
