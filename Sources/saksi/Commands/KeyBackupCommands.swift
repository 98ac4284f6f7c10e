// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bulk
import Foundation
import Vault
import VaultClient

extension KeyCommand {
    /// `saksi key backup -o FILE`.
    struct Backup: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Write this device's keys and what it knows of its vault to a sealed file.",
            discussion: """
                The file is sealed with a passphrase of six words that is made for it and shown once. \
                Whoever has both acts as you, until the key is revoked: keep them apart, and away from \
                this device. Make a new backup after `saksi key rotate` and `saksi export-key init`. \
                Unfinished submissions are not in it.
                """
        )
        static let exits = Exit.offline

        @Option(
            name: .shortAndLong,
            help: ArgumentHelp("The new file.", valueName: "file"),
            completion: .file()
        )
        var output: String

        @OptionGroup var device: DeviceOptions

        func run() throws {
            let file = try OutputFile(path: output, replaces: false, mode: 0o600)
            let backup = try VaultSession.backUp(
                device.deviceHome,
                passphrase: device.passphrase(),
                words: {
                    try DeviceOptions.madeWords(
                        called: "the backup's passphrase",
                        undone: "no backup was made",
                        hint: "leave stderr to the terminal"
                    )
                }
            )
            var writer = file.writer
            try writer.write(backup.text)
            try file.commit()
            Terminal.error("write it down, and keep it away from the file: it is not shown again")
        }
    }

    /// `saksi key restore FILE`.
    struct Restore: AsyncParsableCommand, StatusDocumented {
        static let configuration = CommandConfiguration(
            abstract: "Put a backup of keys on a new device.",
            discussion: """
                The device makes sure that the vault's log continues the one that the backup knows. Keys \
                that have been replaced or ended since are restored all the same: they open what was sealed \
                to them, and the vault refuses them (3). Nothing that is there is overwritten.
                """
        )
        static let exits = Exit.allCases

        @Argument(help: "The file that `saksi key backup` wrote.", completion: .file())
        var file: String

        @Option(
            help: ArgumentHelp(
                "A file with the backup's passphrase: else you are asked.",
                valueName: "file"
            ),
            completion: .file()
        )
        var backupPassphraseFile: String?

        @Flag(help: "Ask for this device's passphrase instead of making one.")
        var choosePassphrase = false

        @Flag(help: "Print the result as JSON.")
        var json = false

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            guard let handle = FileHandle(forReadingAtPath: file) else {
                throw Failure("cannot read the backup \"\(file)\"")
            }
            let bytes = try handle.read(upToCount: VaultClient.Backup.maximumSize) ?? Data()
            let backup = try VaultClient.Backup(parsing: Array(bytes))
            let words =
                try backupPassphraseFile.map { try PassphraseInput.file($0) }
                ?? PassphraseInput.terminal("the backup's passphrase: ")
            let restored = try await VaultSession.restore(
                backup,
                words: words,
                home: device.deviceHome,
                passphrase: {
                    try device.newPassphrase(
                        isChosen: choosePassphrase,
                        undone: "nothing was restored"
                    )
                },
                proxy: device.proxyAddress
            )
            if json {
                try Listing.show(json: restored)
            } else {
                Listing.show([
                    ("vault", restored.vault),
                    ("fingerprint", restored.fingerprint.grouped),
                    ("in words", restored.fingerprint.words),
                    (
                        "person",
                        restored.person == restored.fingerprint ? nil : restored.person.grouped
                    ),
                    ("made", restored.made), ("export key", restored.exportKey),
                ])
            }
            guard restored.isActive else {
                throw Failure(
                    "the vault does not take this key any more: since the backup was made it was "
                        + "replaced, or ended; it still opens what was sealed to it",
                    hint:
                        "use the newer keys or a newer backup, or have the keys replaced: `saksi key "
                        + "request` with another --home",
                    status: .refused
                )
            }
        }
    }
}
