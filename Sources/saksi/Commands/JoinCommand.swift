// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
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

            With keys that `saksi key request` made here, join by the line that `saksi key replace` or \
            `saksi key add-device` printed elsewhere: `saksi-welcome-v1:…`. Run it again until the \
            administrators have signed.
            """
    )
    static let exits = Exit.allCases

    @Argument(help: "A file with the invitation or welcome, - for stdin, or the line itself.")
    var invite: String

    @Flag(help: "Ask for a passphrase instead of making one.")
    var choosePassphrase = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let text = try TextArgument.read(
            invite,
            prefixes: [Invitation.prefix, Welcome.prefix],
            what: "invitation"
        )
        let joined = try await join(by: text)
        if json { return try Listing.show(json: joined) }
        Listing.show([
            ("joined", joined.vault),
            ("takes the place of", joined.predecessor.map { "\($0)" }),
            ("role", joined.role),
            ("fingerprint", joined.fingerprint.grouped), ("in words", joined.fingerprint.words),
            ("person", joined.person == joined.fingerprint ? nil : joined.person.grouped),
            ("case", joined.caseID), ("its owner", joined.owner?.grouped),
        ])
    }

    private func join(by text: String) async throws -> JoinResult {
        if text.hasPrefix(Welcome.prefix) {
            return try await VaultSession.join(
                try Welcome(parsing: text),
                home: device.deviceHome,
                passphrase: device.passphrase(
                    hint: "make this device's keys first: `saksi key request`"
                ),
                proxy: device.proxyAddress
            )
        }
        let invitation = try Invitation(parsing: text)
        return try await VaultSession.join(
            invitation,
            home: device.deviceHome,
            passphrase: {
                try device.newPassphrase(isChosen: choosePassphrase, undone: "nothing was joined")
            },
            proxy: device.proxyAddress
        )
    }
}
