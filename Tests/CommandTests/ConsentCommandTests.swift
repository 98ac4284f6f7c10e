// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension SharedVaultTests {
    @Suite struct ConsentCommandTests {
        /// Two people, of whom one allows less.
        private static let record = """
            form: saksi/v1 consent
            date: 2026-01-05
            language: vi
            manner: oral
            explained: {by: I01, intended-uses: yes, right-to-withdraw: yes, limits: yes}
            persons:
              - pseudonym: W01
                given-through: self
                allows:
                  - class: court
                    anonymise: [name]
                  - class: un
                  - class: media
                remarks: Không nêu tên chị tôi.
              - pseudonym: V01
                given-through: parent
                allows:
                  - class: court
                  - class: un

            """

        /// A case of the lawyer's, to which the activist submitted by the record of consent.
        private func submitted(_ name: String, _ story: Story) async throws -> String {
            let id = try await story.lawyer.result("case", "open", name)
            let activist = try await story.activist.fingerprint()
            _ = try await story.lawyer.result("case", "grant", id, activist, "--submit")
            let file = story.path("\(name).yaml")
            try Data(Self.record.utf8).write(to: URL(filePath: file))
            let checked = try await BuiltProgram.saksi("testimony", "check", file)
            #expect(checked.output == "\(file): a consent of 2 persons for court un\n")
            _ = try await story.activist.result(
                "submit",
                id,
                story.files[0],
                "--consent-record",
                file,
                "--owner",
                try await story.lawyer.fingerprint()
            )
            return id
        }

        @Test("is shown, narrowed and withdrawn by who submitted, never widened")
        func narrowed() async throws {
            let story = try #require(Story.shared)
            let id = try await submitted("consent-narrowed", story)
            let shown = try await story.lawyer.result("consent", "show", id)
            #expect(shown.hasPrefix("submission 1  consent: court un\n  entry "))
            #expect(shown.hasSuffix("Z  submit: court un"))

            let foreign = try await story.lawyer("consent", "narrow", id, "1", "--to", "un")
            #expect(foreign.status != 0 && foreign.output == "", "\(foreign.output)")
            let widened = try await story.activist("consent", "narrow", id, "1", "--to", "media")
            #expect(widened.status == 1)
            #expect(widened.error.contains("the consent does not hold media: it holds court, un"))
            #expect(widened.error.contains("to widen it, ask the people and submit anew"))
            let entry = try await story.activist.result("consent", "narrow", id, "1", "--to", "un")
            #expect(entry.hasPrefix("entry: "))
            let refused = try await story.lawyer(
                "export",
                id,
                "-o",
                story.path("narrowed"),
                "--for",
                "court",
                "--submission",
                "1"
            )
            #expect(refused.status == 1)
            #expect(
                refused.error.contains(
                    "submission 1 may not be given to court: its consent holds un"
                )
            )

            _ = try await story.activist.result("consent", "withdraw", id, "1")
            let standings = try JSON.list(
                try await story.lawyer.result("consent", "show", id, "--json")
            )
            #expect(standings.first?["classes"] as? [String] == [])
            let history = try #require(standings.first?["history"] as? [[String: Any]])
            #expect(history.map { $0["act"] as? String } == ["submit", "consent", "consent"])
            #expect(history.map { $0["classes"] as? [String] } == [["court", "un"], ["un"], []])
            let last = try await story.lawyer("export", id, "-o", "none", "--for", "un")
            #expect(last.status == 1)
            #expect(last.error.contains("no submission of this case has consent for un"))
        }

        @Test("what people asked for is sealed with the evidence, and no bundle shows it unasked")
        func sealed() async throws {
            let story = try #require(Story.shared)
            let id = try await submitted("consent-sealed", story)
            let bundle = story.path("sealed-consent")
            _ = try await story.lawyer.result(
                "export",
                id,
                "-o",
                bundle,
                "--for",
                "un",
                "--no-pdf"
            )
            let listed = try await story.lawyer.result("list", id)
            #expect(listed.contains("\n  W01 asks, for court: hide name\n"), "\(listed)")
            let leaves = try FileManager.default.contentsOfDirectory(
                atPath: bundle + "/register/leaves"
            )
            #expect(leaves.filter { $0.contains("consent") } == ["S0001-consent.json"])
            _ = try await story.lawyer.result(
                "export",
                "unseal",
                bundle,
                "--leaf",
                "1/consent/persons/1/remarks",
                "-o",
                bundle + "/addenda/consent"
            )
            let verified = try await BuiltProgram.saksi(
                "verify",
                bundle,
                "--vkey",
                story.vault.vkey
            )
            #expect(verified.status == 0, "\(verified.output)")
            #expect(verified.output.contains("unsealed: S0001/consent/persons/0001/remarks"))
        }

        @Test("an export in spite of it takes administrators, once, and its bundle shows them")
        func overridden() async throws {
            let story = try #require(Story.shared)
            let (lawyer, activist) = (story.lawyer, story.activist)
            let id = try await submitted("consent-overridden", story)
            func export(to name: String) async throws -> BuiltProgram.Outcome {
                try await lawyer(
                    "export",
                    id,
                    "-o",
                    story.path(name),
                    "--for",
                    "media",
                    "--no-pdf",
                    "--withhold",
                    "1/1/name",
                    "--code",
                    "B.1"
                )
            }
            #expect(try await export(to: "too-early").status == 1)
            let part = try await lawyer.run([
                "consent", "override", id, "1/1", "--for", "media", "--authority", "x", "--yes",
            ])
            #expect(part.status == 1 && part.error.contains("whole submissions only"))
            let proposed = try await lawyer.result(
                "consent",
                "override",
                id,
                "1",
                "--for",
                "media",
                "--authority",
                "court-order",
                "--yes"
            )
            #expect(proposed.contains("\nsigned:   0 of 1\n"), "\(proposed)")
            #expect(try await export(to: "too-early").status == 1)
            let line = try #require(proposed.split(separator: "\n").first)
            _ = try await story.admin.result("admin", "approve", String(line.suffix(64)))
            let shown = try await lawyer.result("consent", "show", id)
            #expect(shown.contains("\n  once, in spite of it: media\n"), "\(shown)")
            #expect(shown.hasSuffix("export.override: media  (court-order)"))

            let exported = try await export(to: "overridden")
            #expect(exported.status == 0, "\(exported.error)")
            let bundle = story.path("overridden")
            let verified = try await BuiltProgram.saksi(
                "verify",
                bundle,
                "--vkey",
                story.vault.vkey
            )
            #expect(verified.status == 0, "\(verified.output)")
            #expect(verified.output.contains("consent overridden: "), "\(verified.output)")
            let again = try await export(to: "twice")
            #expect(again.status == 1 && again.error.contains("has consent for media"))

            // What that export withheld may be shown, until the submitter says anything anew.
            func unseal(to name: String) async throws -> BuiltProgram.Outcome {
                try await lawyer(
                    "export",
                    "unseal",
                    bundle,
                    "--leaf",
                    "1/1/name",
                    "-o",
                    "\(bundle)/addenda/\(name)"
                )
            }
            let unsealed = try await unseal(to: "order")
            #expect(unsealed.status == 0, "\(unsealed.error)")
            let supplemented = try await BuiltProgram.saksi("verify", bundle)
            #expect(supplemented.output.contains("unsealed: S0001/item/0001/name"))
            _ = try await activist.result("consent", "narrow", id, "1", "--to", "court", "un")
            let late = try await unseal(to: "late")
            #expect(late.status == 1 && late.error.contains("no longer has consent for media"))
        }
    }
}
