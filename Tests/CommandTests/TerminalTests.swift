// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension SharedVaultTests {
    /// What people see is what is there: a name cannot act on the terminal.
    @Suite struct TerminalTests {
        private static let hostile =
            "\u{1b}]0;owned\u{7}\u{1b}[2J\nsubmission 9\r\u{9b}31m\u{202e}gpj.exe"
        private static let shown =
            #"\u{1b}]0;owned\u{7}\u{1b}[2J\u{a}submission 9\u{d}\u{9b}31m\u{202e}gpj.exe"#

        private func story() throws -> Story { try #require(Story.shared) }

        @Test("hostile names of files and cases are shown as text, on one line")
        func hostileNames() async throws {
            let story = try story()
            let (lawyer, activist) = (story.lawyer, story.activist)
            let refused = try await lawyer("case", "open", Self.hostile)
            #expect(refused.status == 1 && refused.output == "")
            let id = try await lawyer.result("case", "open", "a well \u{202e}gpj.exe")
            let cases = try await lawyer("case", "list")
            expectHarmless(cases)
            #expect(cases.output.contains("\(id)  own  a well \\u{202e}gpj.exe\n"))
            expectHarmless(try await lawyer("case", "list", "--json"))
            _ = try await lawyer.result(
                "case",
                "grant",
                id,
                try await activist.fingerprint(),
                "--submit"
            )

            let file = story.path(Self.hostile)
            try Data("x".utf8).write(to: URL(filePath: file))
            let owner = try await lawyer.fingerprint()
            let missing = try await activist("submit", id, file + "\n", "--owner", owner)
            #expect(missing.status == 1)
            expectHarmless(missing, lines: 2)
            let submitted = try await activist(
                "submit",
                id,
                file,
                "--owner",
                owner,
                "--receipt",
                file + ".proof"
            )
            #expect(submitted.status == 0 && submitted.error == "", "\(submitted.error)")
            expectHarmless(submitted)
            #expect(submitted.output.contains("\(Self.shown).proof\n"))

            let text = try await lawyer("list", id)
            #expect(text.output.hasSuffix("\n  1/1  1 B  \(Self.shown)\n"))
            expectHarmless(text)
            let json = try await lawyer("list", id, "--json")
            expectHarmless(json)
            let items = try JSON.list(json.output).first?["items"] as? [[String: Any]]
            #expect(items?.first?["name"] as? String == Self.hostile)

            expectHarmless(
                try await lawyer("open", id, "1/1", "-o", file, "--purpose", "x"),
                lines: 1
            )
            expectHarmless(try await lawyer("list", Self.hostile + "!"), lines: 2)
            expectHarmless(try await lawyer("list", id, "--home", story.path(Self.hostile)))
            expectHarmless(try await BuiltProgram.saksi("verify", file), lines: 1)
            expectHarmless(try await BuiltProgram.saksi(Self.hostile), lines: 2)
        }

        @Test("a value that is not one of a list is told on one line")
        func lists() async throws {
            let outcome = try await BuiltProgram.saksi(
                "export",
                "case",
                "-o",
                "bundle",
                "--for",
                "nobody"
            )
            #expect(outcome.status == 2 && outcome.output == "")
            #expect(
                outcome.error == """
                    saksi: error: the value 'nobody' is invalid for '--for <class>'. Please provide \
                    one of the following: asylum, court, media, partner, prosecutor, public, un
                    saksi: hint: see 'saksi export case --help'

                    """
            )
        }

        @Test("fingerprints are taken in full, in groups and in words")
        func fingerprints() async throws {
            let story = try story()
            let invitation = try await story.admin.result("invite", "--role", "reader")
            let (reader, joined) = try await story.vault.join("words", by: invitation)
            let hex = try await reader.fingerprint()
            let line = joined.output.split(separator: "\n").first { $0.hasPrefix("in words:") }
            let words = String(try #require(line).dropFirst("in words:    ".count))
            for spelling in [hex, grouped(hex), words] {
                let id = try await story.lawyer.result("case", "open", "another")
                let outcome = try await story.lawyer("case", "grant", id, spelling)
                #expect(outcome.status == 0 && outcome.output == "" && outcome.error == "")
                #expect(try await reader.result("list", id) == "")
            }
            let short = try await story.lawyer("case", "grant", story.caseID, grouped(hex + "0"))
            #expect(short.status == 2 && short.output == "")
        }

        /// Expects nothing that a terminal obeys but line feeds; on stderr, as many lines as said.
        private func expectHarmless(
            _ outcome: BuiltProgram.Outcome,
            lines: Int? = nil,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            for text in [outcome.output, outcome.error] {
                let obeyed = text.unicodeScalars.filter {
                    $0 != "\n" && ($0.properties.generalCategory == .control)
                        || $0 == "\u{202e}"
                }
                #expect(obeyed.isEmpty, "\(text)", sourceLocation: sourceLocation)
            }
            guard let lines else { return }
            #expect(outcome.status > 0, sourceLocation: sourceLocation)
            let found = outcome.error.split(separator: "\n")
            #expect(found.count <= lines, "\(found)", sourceLocation: sourceLocation)
            #expect(
                found.first?.hasPrefix("saksi: error: ") == true,
                sourceLocation: sourceLocation
            )
        }
    }
}
