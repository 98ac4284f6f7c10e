// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Encodings
import Evidence
import Foundation
import Secrets
import Testing
import Vault

@testable import VaultClient

@Suite("Backups of keys")
struct BackupTests {
    private static let words = "sigil-naviz-didih-zibof-nifup-zapan"

    private func words(_ text: String = Self.words) -> Passphrase {
        Passphrase(SecretBytes(copying: text.utf8))
    }

    private func backUp(_ name: String, in world: World) throws -> Backup {
        let backup = try VaultSession.backUp(
            world.home(name),
            passphrase: World.passphrase(name),
            words: { words() }
        )
        return try Backup(parsing: backup.text)
    }

    private func restore(
        _ backup: Backup,
        to name: String,
        in world: World
    ) async throws -> RestoredDevice {
        try await VaultSession.restore(
            backup,
            words: words(),
            home: world.home(name),
            passphrase: { (World.passphrase(name), .quick) },
            pace: .eager
        )
    }

    @Test("a restored device reads what the lost one read, and knows what it knew")
    func restores() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            try await world.submit("one", to: id)
            let backup = try backUp("lawyer", in: world)
            try await world.submit("two", to: id)
            let restored = try await restore(backup, to: "new", in: world)
            #expect(restored.isActive && restored.vault == "vault.test")
            let person = try await world.act(as: "lawyer") { $0.identity.person }
            #expect(restored.person == person && restored.fingerprint == person)
            #expect(try await world.act(as: "new") { try await $0.list("រឿង ១") }.count == 2)
            // Again on the same device it goes on; over another identity it does not.
            #expect(try await restore(backup, to: "new", in: world).isActive)
            let error = await #expect(throws: ClientError.self) {
                try await restore(backup, to: "activist", in: world)
            }
            #expect(error?.message.contains("another identity") == true)
            let activist = try await world.act(as: "activist") { $0.identity.fingerprint }
            #expect(activist != person)
        }
    }

    @Test(
        "a backup from before a rotation is told to be old, and still opens what was sealed to it"
    )
    func old() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let backup = try backUp("lawyer", in: world)
            let keyring = try await world.keyring(of: id)
            try await world.rotated("lawyer")
            let restored = try await restore(backup, to: "old", in: world)
            #expect(!restored.isActive)
            let keys = try await world.act(as: "old") { $0.identity.openers }
            #expect(keyring.isOpened(by: keys) == [true])
            let refused = await #expect(throws: ClientError.self) {
                try await world.act(as: "old") { try await $0.list(id.hex) }
            }
            #expect(refused?.code == .refused)
            // One from after it holds both.
            let newer = try backUp("lawyer", in: world)
            #expect(try await restore(newer, to: "new", in: world).isActive)
            #expect(try await world.act(as: "new") { $0.identity.openers.count } == 2)
            _ = try await world.act(as: "new") { try await $0.list(id.hex) }
        }
    }

    @Test("the export key comes back with the device, and never in the place of another")
    func exportKey() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            func key(_ name: String) throws -> String? {
                try world.identity(of: name).exportSigner(in: world.home(name))?.publicKey.name
                    .description
            }
            try DurableFile.remove(world.home("activist").exportKey)
            let none = try await restore(try backUp("activist", in: world), to: "bare", in: world)
            #expect(none.exportKey == nil)
            #expect(try key("bare") == nil)
            _ = try world.identity(of: "activist").makeExportKey(in: world.home("activist"))
            let made = try #require(try key("activist"))
            let backup = try backUp("activist", in: world)
            #expect(try await restore(backup, to: "new", in: world).exportKey == made)
            #expect(try key("new") == made)
            // A device that was restored before gets the key that it lacks, and keeps its own.
            #expect(try await restore(backup, to: "bare", in: world).exportKey == made)
            try DurableFile.remove(world.home("bare").exportKey)
            _ = try world.identity(of: "bare").makeExportKey(in: world.home("bare"))
            let own = try #require(try key("bare"))
            #expect(
                try await restore(backup, to: "bare", in: world).exportKey == own && own != made
            )
        }
    }

    @Test("words are made only when nothing else is in the way of a backup")
    func wordsLast() async throws {
        try await World.run { world in
            try await world.join("admin", by: world.invitation)
            let home = world.home("admin")
            func backUp(_ passphrase: Passphrase) throws {
                _ = try VaultSession.backUp(
                    home,
                    passphrase: passphrase,
                    words: {
                        Issue.record("words were made for nothing")
                        return words()
                    }
                )
            }
            let mistyped = #expect(throws: ClientError.self) { try backUp(words("another")) }
            #expect(mistyped?.message.contains("does not open this device's identity") == true)
            try DurableFile.create([1], at: home.next)
            let early = #expect(throws: ClientError.self) { try backUp(World.passphrase("admin")) }
            #expect(early?.message.contains("new keys are under way") == true)
        }
    }

    @Test("an export key is kept in padded base64, and read back from nothing else")
    func digits() throws {
        let signer = ExportSigner.random(from: SystemEntropy())
        var digits: [UInt8] = []
        signer.appendDigits(to: &digits)
        #expect(digits.count == ExportSigner.digitCount)
        let text = unsafe signer.withSecret { unsafe Base64.padded.encode($0) }
        #expect(digits == Array(text.utf8))
        let same = unsafe digits.withUnsafeBytes { unsafe ExportSigner(digits: $0) }
        #expect(same?.publicKey.name.description == signer.publicKey.name.description)
        let isRefused = unsafe digits.dropLast().withUnsafeBytes {
            unsafe ExportSigner(digits: $0) == nil
        }
        #expect(isRefused)
    }

    @Test("a vault that was put back to before the backup is found out")
    func rolledBack() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            try await world.restart { try world.copyData(to: "older") }
            try await world.submit("one", to: id)
            _ = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            let backup = try backUp("lawyer", in: world)
            try await world.restart(from: "older")
            let error = await #expect(throws: ClientError.self) {
                try await restore(backup, to: "new", in: world)
            }
            #expect(error?.code == .untrusted && error?.message.contains("rolled back") == true)
        }
    }

    @Test("another passphrase opens nothing, and a changed byte anywhere is found")
    func damage() async throws {
        try await World.run { world in
            try await world.join("admin", by: world.invitation)
            let backup = try backUp("admin", in: world)
            let error = #expect(throws: ClientError.self) { try backup.open(words("another")) }
            #expect(error?.message == "the passphrase does not open this backup")
            let text = backup.text
            #expect(text.starts(with: "saksi/v1 backup\nmade: ".utf8))
            for place in stride(from: 0, to: text.count, by: 97) {
                var changed = text
                changed[place] ^= 1
                // The time is the only line that the checksum does not reach.
                guard let read = try? Backup(parsing: changed) else { continue }
                #expect(read.made != backup.made)
            }
            #expect(throws: ClientError.self) { try Backup(parsing: Array(text.dropLast())) }
            // What follows the third line is a file that others open, too.
            let armored = text.split(separator: 10, maxSplits: 3, omittingEmptySubsequences: false)
            let opened = try AgeFile.open(Array(armored[3]), with: [words()])
            let keys = try unsafe opened.withBytes { try unsafe IdentityFile.identities(in: $0) }
            #expect(keys.count == 1)
        }
    }
}
