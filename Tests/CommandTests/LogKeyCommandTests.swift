// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct LogKeyCommandTests {
    @Test("a log goes over to a new key and then ends, and everybody can tell")
    func story() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let card = folder.path("card.txt")
        var admin = vault.person("admin")
        try await vault.serve { _ in
            (admin, _) = try await vault.join("admin", by: vault.invitation)
            #expect(try JSON(await admin.result("whoami", "--json"))["logKey"] == vault.vkey)
            // The old key is not destroyed before the new one is in force, nor while it is served.
            let early = try await rotate(vault, "--retire")
            #expect(early.status == 1 && early.output == "")
            let made = try await rotate(vault)
            #expect(made.status == 0 && made.output.hasPrefix("saksi/v1 log key handover\n"))
            #expect(try await rotate(vault).output == made.output)
            try Data(made.output.utf8).write(to: URL(filePath: card))
            _ = try await admin.result("admin", "log-key", card)
        }
        let retired = try await rotate(vault, "--retire")
        let newKey = retired.output.trimmingCharacters(in: .newlines)
        #expect(retired.status == 0 && newKey.hasPrefix("\(LocalVault.origin)+"))
        #expect(newKey != vault.vkey)
        #expect(!FileManager.default.fileExists(atPath: "\(vault.data)/keys/log.next.key"))
        try await vault.serve { _ in
            #expect(try await admin("audit", "verify", "--full").status == 0)
            #expect(try JSON(await admin.result("whoami", "--json"))["logKey"] == newKey)
            let trust = try await admin.result("log", "keys")
            #expect(
                trust == """
                    # sizes from 0 to 2
                    log \(vault.vkey)
                    # sizes from 3 on
                    log \(newKey)
                    quorum none
                    """
            )
            // The card is from a key that is in force no more.
            let again = try await admin("admin", "log-key", card)
            #expect(
                again.status == 1 && again.error.contains("another key than the one that signs")
            )
            _ = try await admin.result("admin", "freeze", "--successor", "second.example.org")
            let late = try await admin("invite", "--role", "auditor")
            #expect(late.status == 3, "\(late.error)")
            #expect(late.error.contains("\"second.example.org\" takes its place"))
        }
        let check = try await BuiltProgram.saksid("check", "--data", vault.data, "--deep")
        #expect(check.status == 0, "\(check.output)")
    }

    @Test("a vault that ended and the one that takes its place name each other")
    func succession() async throws {
        let folder = try TemporaryFolder()
        let second = "second.example.org"
        let old = try await LocalVault(in: folder.url)
        let card = folder.path("frozen.txt")
        var seen: [String: Any] = [:]
        try await old.serve { _ in
            let (admin, _) = try await old.join("admin", by: old.invitation)
            let early = try await admin("log", "end")
            #expect(early.status == 1 && early.error.contains("the vault is not frozen"))
            _ = try await admin.result("admin", "freeze", "--successor", second)
            let end = try await admin("log", "end")
            #expect(end.status == 0 && end.output.contains("log-key: \(old.vkey)\n"))
            try Data(end.output.utf8).write(to: URL(filePath: card))
            seen = try JSON(await admin.result("log", "head", "--json")).members
        }
        let other = try await succeed(card, in: folder, as: "third.example.org")
        #expect(other.status == 1 && other.output == "")
        #expect(other.error.contains("got origin \"third.example.org\", want \"\(second)\""))
        let damaged = folder.path("damaged.txt")
        let text = try String(contentsOfFile: card, encoding: .utf8)
        try Data(text.dropLast().utf8).write(to: URL(filePath: damaged))
        let refused = try await succeed(damaged, in: folder, as: second)
        #expect(refused.status == 1 && refused.error.contains("does not show a frozen vault"))
        let next = try await LocalVault(
            in: folder.url,
            name: "second",
            origin: second,
            "--successor-of",
            card
        )
        try await next.serve { _ in
            let (person, joined) = try await next.join("newcomer", by: next.invitation)
            #expect(joined.output.contains("\(LocalVault.origin), which ended with 3 entries"))
            let shown = try JSON(await person.result("whoami", "--json"))
            let predecessor = shown.members["predecessor"] as? [String: Any]
            #expect(predecessor?["vault"] as? String == LocalVault.origin)
            #expect(predecessor?["root"] as? String == seen["root"] as? String)
            #expect(predecessor?["entries"] as? Int == seen["entries"] as? Int)
            #expect(try await person("audit", "verify", "--full").status == 0)
        }
        let check = try await BuiltProgram.saksid("check", "--data", next.data)
        #expect(check.status == 0, "\(check.output)")
    }

    private func succeed(
        _ card: String,
        in folder: borrowing TemporaryFolder,
        as origin: String
    ) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.saksid(
            "init",
            "--data",
            folder.path("second"),
            "--origin",
            origin,
            "--successor-of",
            card
        )
    }

    @Test("1: without the key that is in force the daemon does not start, and names it")
    func missing() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let card = folder.path("card.txt")
        try await vault.serve { _ in
            let (admin, _) = try await vault.join("admin", by: vault.invitation)
            try Data(try await rotate(vault).output.utf8).write(to: URL(filePath: card))
            _ = try await admin.result("admin", "log-key", card)
        }
        try FileManager.default.removeItem(atPath: "\(vault.data)/keys/log.next.key")
        let outcome = try await BuiltProgram.saksid("serve", "--data", vault.data)
        #expect(outcome.status == 1)
        let next = try String(contentsOfFile: card, encoding: .utf8).split(separator: "\n")
            .first { $0.hasPrefix("new: ") }
        #expect(outcome.error.contains(try #require(next).dropFirst(5)), "\(outcome.error)")
    }

    private func rotate(
        _ vault: LocalVault,
        _ options: String...
    ) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.saksid.run(
            ["rotate", "log-key", "--data", vault.data] + options
        )
    }
}
