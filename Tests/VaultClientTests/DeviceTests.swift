// SPDX-License-Identifier: Apache-2.0

import Age
import Foundation
import Secrets
import Testing
import Vault

@testable import VaultClient

/// What is on the device.
@Suite struct DeviceTests {
    private static func passphrase(_ text: String) -> Passphrase {
        Passphrase(SecretBytes(copying: text.utf8))
    }

    @Test("an identity comes back with its passphrase, and not with another")
    func identity() throws {
        let folder = try TemporaryFolder()
        let home = try #require(DeviceHome(path: folder.child("home")))
        try home.create()
        let identity = try DeviceIdentity.generate()
        try identity.write(to: home, passphrase: Self.passphrase("right"), strength: .words)
        let again = try DeviceIdentity.read(from: home, passphrase: Self.passphrase("right"))
        #expect(again.fingerprint == identity.fingerprint)
        let error = #expect(throws: ClientError.self) {
            try DeviceIdentity.read(from: home, passphrase: Self.passphrase("wrong"))
        }
        #expect(error?.message == "the passphrase does not open this device's identity")
        #expect(home.identity.mode == 0o600)
    }

    @Test("does not write an identity over another")
    func twice() throws {
        let folder = try TemporaryFolder()
        let home = try #require(DeviceHome(path: folder.child("home")))
        try home.create()
        try DeviceIdentity.generate().write(
            to: home,
            passphrase: Self.passphrase("x"),
            strength: .words
        )
        let before = try Bytes.read(home.identity)
        #expect(throws: ClientError.self) {
            try DeviceIdentity.generate().write(
                to: home,
                passphrase: Self.passphrase("x"),
                strength: .words
            )
        }
        #expect(try Bytes.read(home.identity) == before)
    }

    @Test("leaves a folder's mode as it is, and refuses one in which others may write")
    func foreignFolder() throws {
        let folder = try TemporaryFolder()
        for (mode, isRefused) in [(0o755, false), (0o777, true), (0o1777, true)] {
            let path = folder.child("home-\(mode)")
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false
            )
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            let home = try #require(DeviceHome(path: path))
            if isRefused {
                let error = #expect(throws: FileError.self) { try home.create() }
                #expect(error?.described.hint?.contains("chmod go-w") == true)
            } else {
                try home.create()
            }
            let after = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect(after as? Int == mode)
        }
    }

    @Test("a made passphrase is six words of five letters, never the same")
    func words() {
        let made = PassphraseStrength.makeWords()
        let words = made.split(separator: "-")
        #expect(words.count == 6)
        #expect(words.allSatisfy { $0.count == 5 })
        #expect(PassphraseStrength.makeWords() != made)
    }

    @Test("wiping overwrites before it unlinks")
    func wipe() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("key", [1, 2, 3, 4])
        // A second name shows what is left in the file itself.
        try FileManager.default.linkItem(atPath: path.text, toPath: folder.child("other"))
        try DurableFile.wipe(path)
        #expect(!path.exists)
        #expect(try Bytes.read(FilePath(folder.child("other"))) == [0, 0, 0, 0])
    }

    @Test("a file is replaced whole, and its new name never stays behind")
    func replaced() throws {
        let folder = try TemporaryFolder()
        let path = FilePath(folder.child("state"))
        try DurableFile.write([1], to: path)
        try DurableFile.write([2], to: path)
        #expect(try Bytes.read(path) == [2])
        #expect(DurableFile.names(in: FilePath(folder.path)) == ["state"])
    }

    @Test(
        "accepts addresses that are pinned or local, and no others",
        arguments: [
            ("https://vault.example:8443", true), ("https://vault.example/", true),
            ("http://127.0.0.1:80", true), ("http://[::1]:80", true),
            ("http://abc.onion", true), ("http+unix:///run/saksi.sock", true),
            ("http+unix://%2Frun%2Fsaksi.sock", true), ("http://vault.example", false),
            ("ftp://vault.example", false), ("https://", false), ("https://a/path", false),
            ("https://user@vault.example", false), ("http+unix://relative", false),
        ]
    )
    func address(text: String, isAccepted: Bool) {
        let address = try? VaultAddress(parsing: text)
        #expect((address != nil) == isAccepted)
    }

    @Test("pauses grow, are never shorter than asked, and never longer than a minute")
    func pauses() {
        let pace = Pace.patient
        for attempt in 0..<20 {
            let pause = pace.pause(after: attempt, asked: .seconds(3))
            #expect(pause >= .seconds(3) && pause <= .seconds(60))
        }
        #expect(pace.pause(after: 0, asked: nil) <= .milliseconds(500))
    }
}
