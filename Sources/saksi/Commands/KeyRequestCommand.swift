// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bulk
import Vault
import VaultClient

extension KeyCommand {
    /// `saksi key request`.
    struct Request: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "On a new device: make keys that shall become a member's.",
            discussion: """
                For a member whose device was lost or seized, and for a further device. The file goes \
                to whoever enrols the keys: an administrator (`saksi key replace`), or the member on \
                another device (`saksi key add-device`). It is no secret. Tell them the new \
                fingerprint by voice or in person; they type it in. Then `saksi join` here, with the \
                line that they send back.
                """
        )
        static let exits = Exit.offline

        @Option(
            name: .customLong("for"),
            help:
                "The member, by the first fingerprint: `person` of `saksi whoami`, where it says one."
        )
        var member: Fingerprint

        @Option(help: ArgumentHelp("The vault's name, as in vault.example.org.", valueName: "name"))
        var vault: String

        @Option(
            name: .shortAndLong,
            help: ArgumentHelp("The new file with the request.", valueName: "file"),
            completion: .file()
        )
        var output: String

        @Flag(help: "Replace the file if it is there.")
        var force = false

        @Flag(help: "Ask for a passphrase instead of making one.")
        var choosePassphrase = false

        @Flag(help: "Print the result as JSON.")
        var json = false

        @OptionGroup var device: DeviceOptions

        func run() throws {
            let file = try OutputFile(path: output, replaces: force)
            let request = try device.deviceHome.requestKey(for: member, in: vault) {
                try device.newPassphrase(isChosen: choosePassphrase, undone: "no keys were made")
            }
            var writer = file.writer
            try writer.write(Array(request.text.utf8))
            try file.commit()
            if json { return try Listing.show(json: ["fingerprint": request.fingerprint]) }
            Listing.show([
                ("fingerprint", request.fingerprint.grouped),
                ("in words", request.fingerprint.words),
            ])
        }
    }
}
