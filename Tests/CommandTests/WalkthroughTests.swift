// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct WalkthroughTests {
    @Test("a vault, three people, a submission, a bundle: every command says what it did")
    func walkthrough() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        expectCard(vault)
        var secrets: [String] = []
        let daemon = try await vault.serve { _ in secrets = try await walk(vault) }
        #expect(daemon.status == 0)
        #expect(daemon.output == "listening on 127.0.0.1:\(vault.port)")
        #expect(secrets.count == 8)
        for secret in secrets {
            #expect(!daemon.error.contains(secret), "the log holds \(secret)")
        }
    }

    private func walk(_ vault: LocalVault) async throws -> [String] {
        let (admin, joined) = try await vault.join("admin", by: vault.invitation)
        try expectJoined(joined, role: "admin")
        let admins = try await admin("invite", "--role", "reader")
        #expect(admins.status == 0 && admins.error == "")
        #expect(admins.output.hasPrefix("saksi-invite-v1:"))
        #expect(admins.output.split(separator: "\n").count == 1)

        let (lawyer, readerJoined) = try await vault.join("lawyer", by: admins.output)
        try expectJoined(readerJoined, role: "reader")
        try await expectIdentity(of: lawyer, vault, shown: readerJoined)
        let opened = try await lawyer("case", "open", "ករណីដីធ្លី 2026")
        #expect(opened.status == 0 && opened.error == "")
        let caseID = opened.output.trimmingCharacters(in: .newlines)
        #expect(caseID.count == 32 && caseID.allSatisfy(\.isHexDigit))
        try await expectCases(of: lawyer, caseID)

        let forActivist = try await admin.result(
            "invite",
            "--role",
            "submitter",
            "--case",
            caseID,
            "--expires",
            "2w"
        )
        let (activist, submitterJoined) = try await vault.join("activist", by: forActivist)
        try expectJoined(submitterJoined, role: "submitter")
        let owner = try await lawyer.fingerprint()
        #expect(submitterJoined.output.contains("\ncase:        \(caseID)\n"))
        #expect(submitterJoined.output.contains("\nits owner:   \(grouped(owner))\n"))

        let files = try await submit(vault, activist, caseID)
        try await expectListed(lawyer, caseID, submitter: try await activist.fingerprint())
        try await open(vault, lawyer, caseID, files)
        try await export(vault, lawyer, caseID)
        try await grant(vault, admin, lawyer, caseID)
        return [
            "ករណីដីធ្លី", "testimony.txt", "picture.bin", caseID, owner,
            try String(contentsOfFile: activist.passphraseFile, encoding: .utf8),
            vault.invitation, forActivist,
        ]
    }

    private func expectCard(_ vault: LocalVault) {
        let lines = vault.made.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 8 && lines[0] == "saksi/v1 vault")
        #expect(lines[1] == "vault: \(LocalVault.origin)")
        #expect(lines[2].hasPrefix("log-key: \(LocalVault.origin)+"))
        #expect(lines[3].hasPrefix("tls-key: ") && lines[4].hasPrefix("genesis: "))
        #expect(lines[5] == "" && lines[6].hasPrefix("saksi-invite-v1:") && lines[7] == "")
    }

    private func expectJoined(_ outcome: BuiltProgram.Outcome, role: String) throws {
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("joined:      vault.example.org\nrole:        \(role)\n"))
        let shown = outcome.error.split(separator: "\n")
        #expect(shown.count == 2)
        #expect(shown[0].hasPrefix("your passphrase: "))
        #expect(shown[0].dropFirst("your passphrase: ".count).split(separator: "-").count == 6)
        #expect(shown[1].hasPrefix("write it down and keep it away from this device: "))
    }

    private func expectIdentity(
        of person: Person,
        _ vault: LocalVault,
        shown: BuiltProgram.Outcome
    ) async throws {
        let text = try await person("whoami")
        #expect(text.status == 0 && text.error == "")
        let json = try JSON(try await person.result("whoami", "--json"))
        #expect(
            json.names == [
                "address", "entries", "fingerprint", "logKey", "person", "recipient", "role",
                "root", "vault", "witnesses",
            ]
        )
        #expect(json["vault"] == LocalVault.origin && json["address"] == vault.address)
        let fingerprint = json["fingerprint"]
        #expect(fingerprint.count == 64 && fingerprint.allSatisfy(\.isHexDigit))
        // In full, in groups and in words, on the day of joining and later.
        for output in [text.output, shown.output] {
            #expect(output.contains("\nfingerprint: \(grouped(fingerprint))\n"))
            let words = output.split(separator: "\n").first { $0.hasPrefix("in words:    ") } ?? ""
            #expect(words.dropFirst("in words:    ".count).split(separator: " ").count == 16)
        }
    }

    private func expectCases(of person: Person, _ id: String) async throws {
        let text = try await person("case", "list")
        #expect(text.status == 0 && text.error == "")
        #expect(text.output == "\(id)  own  ករណីដីធ្លី 2026\n")
        let cases = try JSON.list(try await person.result("case", "list", "--json"))
        #expect(cases.count == 1)
        #expect(cases.first.map { Set($0.keys) } == ["id", "name", "owner", "right"])
        #expect(cases.first?["name"] as? String == "ករណីដីធ្លី 2026")
    }

    private func submit(
        _ vault: LocalVault,
        _ person: Person,
        _ caseID: String
    ) async throws -> [String: [UInt8]] {
        let files = [
            "testimony.txt": Array("what I saw\n".utf8), "picture.bin": pattern(count: 200_000),
            "empty": [],
        ]
        for (name, bytes) in files {
            try Data(bytes).write(to: vault.folder.appending(path: name))
        }
        func path(_ name: String) -> String { vault.folder.appending(path: name).path }
        let outcome = try await person(
            "submit",
            caseID,
            path("picture.bin"),
            path("empty"),
            "--testimony",
            path("testimony.txt"),
            "--consent",
            "court",
            "un",
            "--receipt",
            path("receipt")
        )
        #expect(outcome.status == 0 && outcome.error == "")
        let labels = outcome.output.split(separator: "\n").map { $0.prefix(while: { $0 != ":" }) }
        #expect(labels == ["submitted", "case", "record", "statement", "log entry", "receipt"])
        #expect(outcome.output.hasPrefix("submitted: 3 items\ncase:      \(caseID)\n"))
        let receipt = try String(contentsOfFile: path("receipt"), encoding: .utf8)
        #expect(receipt.hasPrefix("c2sp.org/tlog-proof@v1\n"))

        let again = try JSON(try await person.result("submit", caseID, path("empty"), "--json"))
        #expect(again.names == ["accepted", "case", "index", "items", "record", "statement"])
        #expect(again["case"] == caseID && again.members["items"] as? Int == 1)
        let outbox = try await person("outbox")
        #expect(outbox.status == 0 && outbox.output == "" && outbox.error == "")
        #expect(try JSON.list(try await person.result("outbox", "list", "--json")).isEmpty)
        let resumed = try await person("outbox", "resume")
        #expect(resumed.status == 0 && resumed.output == "" && resumed.error == "")
        return files
    }

    private func expectListed(_ person: Person, _ caseID: String, submitter: String) async throws {
        let text = try await person("list", caseID)
        #expect(text.status == 0 && text.error == "")
        let lines = text.output.split(separator: "\n")
        #expect(lines.count == 8)
        #expect(lines[0].hasPrefix("submission 1  accepted 20"))
        #expect(lines[0].hasSuffix("Z  consent: court un"))
        #expect(lines[1] == "  by \(grouped(submitter))")
        #expect(lines[2] == "  1/1  11 B  testimony.txt  (testimony)")
        #expect(lines[3] == "  1/2  195.3 KiB  picture.bin")
        #expect(lines[4] == "  1/3  0 B  empty")
        #expect(lines[5].hasSuffix("Z  consent: none"))
        // By name as well as by id.
        let submissions = try JSON.list(
            try await person.result("list", "ករណីដីធ្លី 2026", "--json")
        )
        #expect(submissions.count == 2)
        let members = [
            "accepted", "consent", "earlier", "held", "items", "number", "record", "submitter",
        ]
        #expect(submissions.first.map { Set($0.keys) } == Set(members))
        let items = submissions.first?["items"] as? [[String: Any]] ?? []
        #expect(items.map { $0["name"] as? String } == ["testimony.txt", "picture.bin", "empty"])
        #expect(items.map { $0["testimony"] as? Bool } == [true, false, false])
        let named = [
            "commitment", "name", "number", "object", "sha256", "size", "testimony", "type",
        ]
        #expect(items.allSatisfy { Set($0.keys) == Set(named) })
    }

    private func open(
        _ vault: LocalVault,
        _ person: Person,
        _ caseID: String,
        _ files: [String: [UInt8]]
    ) async throws {
        for (item, name) in ["1/1": "testimony.txt", "1/2": "picture.bin", "1/3": "empty"] {
            let output = vault.folder.appending(path: "opened-\(name)")
            let outcome = try await person(
                "open",
                caseID,
                item,
                "-o",
                output.path,
                "--purpose",
                "legal-review"
            )
            #expect(outcome.status == 0 && outcome.output == "" && outcome.error == "")
            #expect(try Data(contentsOf: output).elementsEqual(files[name] ?? []))
        }
    }

    private func export(_ vault: LocalVault, _ person: Person, _ caseID: String) async throws {
        let bundle = vault.folder.appending(path: "bundle").path
        let without = try await person("export", caseID, "-o", bundle, "--for", "court")
        #expect(without.status == 1 && without.error.contains("has no export key"))
        let made = try JSON(try await person.result("export-key", "init", "--json"))
        #expect(made.names == ["allowedSigners", "ed25519", "name", "p256", "pem"])
        let outcome = try await person("export", caseID, "-o", bundle, "--for", "court")
        #expect(outcome.status == 0 && outcome.error == "")
        let labels = outcome.output.split(separator: "\n").map { $0.prefix(while: { $0 != ":" }) }
        #expect(
            labels == [
                "exported", "from", "left out", "bundle", "manifest", "seal", "statement",
                "log entry",
            ]
        )
        #expect(outcome.output.hasPrefix("exported:  3 files\nfrom:      1 submission\n"))
        #expect(outcome.output.contains("\nleft out:  1 without that consent\n"))
        let other = vault.folder.appending(path: "bundle-un").path
        let json = try JSON(
            try await person.result("export", caseID, "-o", other, "--for", "un", "--json")
        )
        #expect(
            json.names == [
                "bundle", "case", "erased", "files", "index", "manifest", "seal", "stamps",
                "statement", "submissions", "unopenable", "unstamped", "withheld",
            ]
        )
        let verified = try await BuiltProgram.saksi("verify", bundle, "--vkey", vault.vkey)
        #expect(verified.status == 0 && verified.error == "")
        #expect(verified.output.contains("\npassed          log.trust\n"))
        #expect(verified.output.hasSuffix("\n\nverified: unchanged since it was exported\n"))
        let report = try JSON(
            try await BuiltProgram.saksi("verify", other, "--vkey", vault.vkey, "--json").output
        )
        #expect(report["outcome"] == "verified")
    }

    private func grant(
        _ vault: LocalVault,
        _ admin: Person,
        _ owner: Person,
        _ caseID: String
    ) async throws {
        let invitation = try await admin.result("invite", "--role", "reader")
        let (colleague, _) = try await vault.join("colleague", by: invitation)
        let before = try await colleague("case", "list")
        #expect(before.status == 0 && before.output == "")
        let fingerprint = try await colleague.fingerprint()
        let granted = try await owner("case", "grant", caseID, grouped(fingerprint))
        #expect(granted.status == 0 && granted.output == "" && granted.error == "")
        let after = try await colleague("case", "list")
        #expect(after.output == "\(caseID)  read  ករណីដីធ្លី 2026\n")
        #expect(try await colleague.result("list", caseID).hasPrefix("submission 1  "))
    }
}

/// A fingerprint as people compare it: groups of four digits.
func grouped(_ hex: String) -> String {
    stride(from: 0, to: hex.utf8.count, by: 4).map { start in
        String(hex.dropFirst(start).prefix(4))
    }.joined(separator: " ")
}
