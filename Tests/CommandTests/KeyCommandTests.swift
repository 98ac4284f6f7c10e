// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct KeyCommandTests {
    @Test("a seized reader's device is replaced, and the case opens on the new one only")
    func seized() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        try await vault.serve { _ in
            let (admin, _) = try await vault.join("admin", by: vault.invitation)
            let (lawyer, id) = try await vault.owner(admin)
            let invitation = try await admin.result("invite", "--role", "reader")
            let (monitor, _) = try await vault.join("monitor", by: invitation)
            let person = try await monitor.fingerprint()
            _ = try await lawyer.result("case", "grant", id, person)

            let file = folder.url.appending(path: "request").path
            let (new, requested) = try await vault.request("new", for: person, to: file)
            #expect(requested.status == 0, "\(requested.error)")
            let fingerprint = try JSON(requested.output)["fingerprint"]
            let misheard = try await admin("key", "replace", person, file, "--fingerprint", person)
            #expect(
                misheard.status == 1 && misheard.error.contains("than the one that was compared")
            )
            let replaced = try await admin(
                "key",
                "replace",
                person,
                file,
                "--fingerprint",
                fingerprint
            )
            #expect(replaced.status == 0 && replaced.output.hasPrefix("entry: "))
            #expect(replaced.error.contains("saksi case grant CASE \(fingerprint)"))
            let welcome =
                replaced.output.split(separator: "\n").last?.split(separator: " ").last ?? ""
            let joined = try await new("join", String(welcome))
            #expect(
                joined.status == 0 && joined.output.contains("role:        reader\n"),
                "\(joined)"
            )
            let again = try await new("join", String(welcome))
            #expect(
                again.status == 1 && again.error.contains("has joined vault.example.org already")
            )

            #expect(try await monitor("list", id).status == 3)
            let closed = try await new("list", id)
            #expect(
                closed.status == 1 && closed.error.contains("saksi case grant"),
                "\(closed.error)"
            )
            #expect(try await new.result("case", "list") == "\(id)  read")
            let uncompared = try await lawyer("case", "grant", id, person)
            #expect(uncompared.status == 1 && uncompared.error.contains("a new key"))
            _ = try await lawyer.result("case", "rotate", id, "--reason", "compromise")
            _ = try await lawyer.result("case", "grant", id, fingerprint)
            #expect(try await new("list", id).status == 0)
            #expect(try JSON(try await new.result("whoami", "--json"))["person"] == person)
            let audited = try await admin("audit", "verify", "--full")
            #expect(audited.status == 0, "\(audited.error)")
        }
    }

    @Test("an owner's further device opens the owner's cases, and acts as the owner")
    func device() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        try await vault.serve { _ in
            let (admin, _) = try await vault.join("admin", by: vault.invitation)
            let (lawyer, id) = try await vault.owner(admin)
            let person = try await lawyer.fingerprint()
            let file = folder.url.appending(path: "request").path
            let (laptop, requested) = try await vault.request("laptop", for: person, to: file)
            let fingerprint = try JSON(requested.output)["fingerprint"]
            let add = ["key", "add-device", file, "--fingerprint", fingerprint] + lawyer.options
            let begun = try await BuiltProgram.saksi.run(add)
            #expect(begun.status == 0 && begun.output.contains("signed:   0 of 1\n"), "\(begun)")
            let welcome = begun.output.split(separator: "\n").last?.split(separator: " ").last ?? ""
            let early = try await laptop("join", String(welcome))
            #expect(
                early.status == 3 && early.error.contains("does not show this device's key yet")
            )
            let waiting = try await admin.result("admin", "pending", "--json")
            let proposal = try #require(try JSON.list(waiting).first?["id"] as? String)
            _ = try await admin.result("admin", "approve", proposal)
            let added = try await BuiltProgram.saksi.run(add)
            #expect(added.output.contains("sealed to the new key: case \(id)\n"), "\(added)")
            _ = try await laptop.result("join", String(welcome))
            #expect(try await laptop.result("case", "list") == "\(id)  own  The well")
            _ = try await laptop.result("case", "rotate", id, "--reason", "planned")
            #expect(try await lawyer("list", id).status == 0)
        }
    }

    @Test(
        "a backup is restored on an empty device, is never written over, and knows when it is old"
    )
    func backup() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        try await vault.serve { _ in
            let (admin, _) = try await vault.join("admin", by: vault.invitation)
            let file = folder.url.appending(path: "backup").path
            let words = folder.url.appending(path: "words").path
            try Data("another".utf8).write(to: URL(filePath: words))
            let mistyped = Person(home: admin.home, passphraseFile: words)
            let unmade = try await mistyped("key", "backup", "-o", file)
            #expect(unmade.status == 1 && unmade.output == "")
            #expect(
                unmade.error
                    == "saksi: error: the passphrase does not open this device's identity\n",
                "no words are shown that open nothing"
            )
            let made = try await admin("key", "backup", "-o", file)
            #expect(made.status == 0 && made.output == "", "\(made.error)")
            let prefix = "the backup's passphrase: "
            let line = made.error.split(separator: "\n").first { $0.hasPrefix(prefix) } ?? ""
            try Data(line.dropFirst(prefix.count).utf8).write(to: URL(filePath: words))
            let twice = try await admin("key", "backup", "-o", file)
            #expect(twice.status == 1 && twice.error.contains("\"\(file)\""))

            let copy = Person(
                home: folder.url.appending(path: "homes/copy").path,
                passphraseFile: words
            )
            let restore = ["key", "restore", file, "--backup-passphrase-file", words]
            let restored = try await BuiltProgram.saksi.run(restore + copy.options)
            #expect(restored.status == 0, "\(restored.error)")
            let before = try await admin.fingerprint()
            #expect(try await copy.fingerprint() == before)
            let (other, _) = try await vault.join(
                "other",
                by: try await admin.result("invite", "--role", "reader")
            )
            let refused = try await BuiltProgram.saksi.run(restore + other.options)
            #expect(
                refused.status == 1 && refused.error.contains("another identity is on this device")
            )

            _ = try await admin.result("key", "rotate")
            #expect(try await admin.fingerprint() != before)
            let late = Person(
                home: folder.url.appending(path: "homes/late").path,
                passphraseFile: words
            )
            let old = try await BuiltProgram.saksi.run(restore + late.options)
            #expect(old.status == 3 && old.error.contains("does not take this key any more"))
            #expect(try await late.fingerprint() == before)
            let damaged = folder.url.appending(path: "damaged").path
            var bytes = Array(try Data(contentsOf: URL(filePath: file)))
            bytes[bytes.count / 2] ^= 1
            try Data(bytes).write(to: URL(filePath: damaged))
            let broken = try await BuiltProgram.saksi.run(
                ["key", "restore", damaged, "--backup-passphrase-file", words] + late.options
            )
            #expect(broken.status == 1 && broken.error.contains("the backup was damaged"))
        }
    }
}

extension LocalVault {
    /// A reader with a case.
    fileprivate func owner(_ admin: Person) async throws -> (Person, id: String) {
        let (lawyer, _) = try await join(
            "lawyer",
            by: try await admin.result("invite", "--role", "reader")
        )
        return (lawyer, try await lawyer.result("case", "open", "The well"))
    }

    /// Makes keys on a new device, and keeps the passphrase that was made.
    fileprivate func request(
        _ name: String,
        for member: String,
        to file: String
    ) async throws -> (Person, BuiltProgram.Outcome) {
        let person = person(name)
        let outcome = try await BuiltProgram.saksi(
            "key",
            "request",
            "--for",
            member,
            "--vault",
            Self.origin,
            "-o",
            file,
            "--json",
            "--home",
            person.home
        )
        let prefix = "your passphrase: "
        let line = outcome.error.split(separator: "\n").first { $0.hasPrefix(prefix) } ?? ""
        try Data(line.dropFirst(prefix.count).utf8).write(to: URL(filePath: person.passphraseFile))
        return (person, outcome)
    }
}
