// SPDX-License-Identifier: Apache-2.0

import Foundation
import QRText
import Testing

@Suite struct HeadCommandTests {
    @Test("heads are shown, compared, and shown again where they contradict each other")
    func story() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let copy = LocalVaultCopy(of: vault, at: folder.path("copy"))
        var people: [Person] = []
        try await vault.serve { _ in
            people.append(try await vault.join("admin", by: vault.invitation).0)
            let invitation = try await people[0].result("invite", "--role", "reader")
            people.append(try await vault.join("reader", by: invitation).0)
        }
        let (admin, reader) = (people[0], people[1])

        // The administrator saw 3 entries, the reader 4.
        let first = try JSON(try await admin.result("log", "head", "--json"))
        #expect(first.names == ["vault", "entries", "root", "seen", "words", "head", "forks"])
        #expect(first["vault"] == LocalVault.origin && first.members["entries"] as? Int == 3)
        let shown = try await admin.result("log", "head")
        let labels = shown.split(separator: "\n").compactMap { $0.split(separator: ":").first }
        #expect(labels == ["vault", "entries", "root", "seen", "in words", "head"])
        for name in ["root", "seen", "words", "head"] { #expect(shown.contains(first[name])) }
        let drawn = try await admin.result("log", "head", "--qr")
        #expect(drawn.hasPrefix(shown + "\n\n") && drawn.contains("█▀▀▀▀▀█"))
        let code = drawn.split(separator: "\n").map(String.init).filter { line in
            line.count > 40 && line.allSatisfy { " █▀▄".contains($0) }
        }
        if CodeReader.isHere { #expect(try await CodeReader.read(code, .dark) == first["head"]) }

        let head = first["head"]
        let own = try await admin("log", "compare", head)
        #expect(own.status == 0 && own.output.contains("finding:      both devices saw the same"))
        let away = try await reader("log", "compare", head)
        #expect(away.status == 4 && away.output == "")
        try await vault.serve { _ in
            let file = try folder.write("\n \(head)\n".utf8, "head")
            let older = try await reader.result("log", "compare", file)
            #expect(older.contains("the vault's log, of 4 entries now, continues both heads"))
            let newer = try JSON(try await reader.result("log", "head", "--json"))["head"]
            let json = try JSON(try await admin.result("log", "compare", newer, "--json"))
            #expect(json.names == ["finding", "text", "own", "other"])
            #expect(json["finding"] == "one-log")
        }

        // From here on the vault shows each of them another log.
        try copy.make()
        try await vault.serve { _ in _ = try await admin.result("invite", "--role", "reader") }
        try copy.restore()
        try await vault.serve { _ in _ = try await reader.result("case", "open", "a well") }
        let lied = try JSON(try await reader.result("log", "head", "--json"))["head"]
        let forked = try await admin("log", "compare", lied)
        #expect(forked.status == 5)
        #expect(forked.error.hasPrefix("saksi: error: the log was forked: with 5 entries it has "))
        #expect(forked.output.contains(lied))
        let json = try await admin("log", "compare", lied, "--json")
        let finding = try JSON(json.output)["finding"]
        #expect(json.status == 5 && finding == "contradiction")
        let after = try await admin.result("log", "head")
        #expect(after.contains("\n\nfound:") && after.contains(lied))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: admin.home + "/forks").count == 1
        )
        #expect(try await reader("log", "compare", head).status == 4)
        // And the lie of a vault that lost what it signed.
        try await vault.serve { _ in
            _ = try await reader.result("case", "open", "a road")
            let found = try await reader("log", "compare", try Self.word(after, "head:"))
            #expect(found.status == 5, "\(found.error)")
        }
    }

    @Test("what is not a head is refused, before anything is unlocked")
    func refusals() async throws {
        for (argument, message) in [
            ("saksi-head-v1:", "the head is not signed by its log"),
            ("saksi-head-v1:!", "the head is not whole: it is not base64url"),
            ("/dev/null", "the head does not begin with saksi-head-v1:"),
            ("-", "the head does not begin with saksi-head-v1:"),
            ("/no/such/file", "cannot read the head \"/no/such/file\""),
        ] {
            let outcome = try await BuiltProgram.saksi("log", "compare", argument)
            #expect(outcome.status == 1 && outcome.output == "")
            #expect(outcome.error == "saksi: error: \(message)\n")
        }
        let both = try await BuiltProgram.saksi("log", "head", "--qr", "--json")
        #expect(both.status == 2)
        let folder = try TemporaryFolder()
        let stranger = try await BuiltProgram.saksi("log", "head", "--home", folder.path("none"))
        #expect(stranger.status == 1 && stranger.error.contains("has not joined a vault"))
    }

    /// What follows the first label like this.
    private static func word(_ output: String, _ label: String) throws -> String {
        let line = try #require(output.split(separator: "\n").first { $0.hasPrefix(label) })
        return line.dropFirst(label.count).trimmingCharacters(in: .whitespaces)
    }
}
