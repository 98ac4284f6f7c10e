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
