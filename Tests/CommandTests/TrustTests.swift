// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct TrustTests {
    @Test("5: a vault that was rolled back, and one with another key, are found out")
    func untrusted() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let copy = LocalVaultCopy(of: vault, at: folder.path("copy"))
        var people: [Person] = []
        try await vault.serve { _ in
            people.append(try await vault.join("admin", by: vault.invitation).0)
            let invitation = try await people[0].result("invite", "--role", "reader")
            people.append(try await vault.join("reader", by: invitation).0)
        }
        let reader = people[1]
        try copy.make()
        try await vault.serve { _ in
            for name in ["a well", "a road"] { _ = try await reader.result("case", "open", name) }
        }

        try copy.restore()
        try await vault.serve { _ in
            let outcome = try await reader("case", "open", "a bridge")
            expect(outcome, "the log was rolled back: it has 4 entries now, and had 6 when ")
            // What needs no vault still works.
            #expect(try await reader("whoami").status == 0)
            // The log grows beyond what the device saw, but not from there.
            for _ in 0..<3 { _ = try await people[0].result("invite", "--role", "reader") }
            expect(try await reader("case", "open", "a mill"), "the log was forked: ")
        }

        try FileManager.default.createDirectory(
            atPath: folder.path("other"),
            withIntermediateDirectories: true
        )
        let impostor = try await LocalVault(in: folder.url.appending(path: "other"))
        try await vault.serve(impostor.data) { _ in
            let outcome = try await reader("case", "open", "another")
            #expect(outcome.status == 5 && outcome.output == "")
            let message = "the vault's TLS key is not one that this device knows: got "
            #expect(outcome.error.hasPrefix("saksi: error: \(message)"), "\(outcome.error)")
            #expect(outcome.error.contains("\nsaksi: hint: nothing was sent; "))
            let (fresh, joined) = try await vault.join("fresh", by: vault.invitation)
            #expect(joined.status == 5 && joined.output == "")
            #expect(try await fresh("whoami").status == 1)
        }
    }

    @Test("5: each command that asks a vault that was rolled back says so, and does nothing")
    func everyCommand() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let copy = LocalVaultCopy(of: vault, at: folder.path("copy"))
        var stories: [Story] = []
        try await vault.serve { _ in stories.append(try await Story.tell(on: vault)) }
        let story = stories[0]
        try copy.make()
        try await vault.serve { _ in
            _ = try await story.lawyer.result("list", story.caseID)
            for person in [story.admin, story.activist] { _ = try await person.result("status") }
        }
        try copy.restore()
        let bundle = folder.path("bundle")
        let member = try await story.activist.fingerprint()
        try await vault.serve { _ in
            for outcome in [
                try await story.activist("submit", story.caseID, story.files[1]),
                try await story.activist("status"),
                try await story.lawyer("list", story.caseID),
                try await story.lawyer(
                    "open",
                    story.caseID,
                    "1/1",
                    "-o",
                    folder.path("opened"),
                    "--purpose",
                    "check"
                ),
                try await story.lawyer("export", story.caseID, "-o", bundle, "--for", "court"),
                try await story.lawyer("case", "rotate", story.caseID),
                try await story.lawyer("case", "grant", story.caseID, member, "--submit"),
                try await story.lawyer("key", "rotate"),
                try await story.admin("invite", "--role", "reader"),
                try await story.admin("admin", "pending"),
                try await story.admin("audit", "verify"),
            ] {
                expect(outcome, "the log was rolled back: it has ")
            }
        }
        for name in ["bundle", "opened"] {
            #expect(!FileManager.default.fileExists(atPath: folder.path(name)))
        }
    }

    private func expect(_ outcome: BuiltProgram.Outcome, _ message: String) {
        #expect(outcome.status == 5 && outcome.output == "")
        #expect(outcome.error.hasPrefix("saksi: error: \(message)"), "\(outcome.error)")
        #expect(
            outcome.error.hasSuffix(
                """

                saksi: hint: stop using this vault and show this message to the people you trust \
                there

                """
            )
        )
    }
}
