// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess
import Testing

extension SharedVaultTests {
    @Suite struct TestimonyCommandTests {
        private static let record = """
            form: saksi/v1 testimony
            record: {language: km, date-received: 2026-01-05}
            persons:
              - pseudonym: W01
                names: "គំរូ"
            event: {title: Land taken, initial-date: 2026-01, initial-date-type: unknown-day}
            account:
              given-by: W01
              language: km
              text: |
                ខ្ញុំបានឃើញ។

                Tôi đã thấy.

            """

        @Test("new makes a form that is written once, and check says by line what is missing")
        func new() async throws {
            let folder = try TemporaryFolder()
            for (kind, missing) in [("", "record/language"), ("--consent", "explained/by")] {
                let file = folder.path("form\(kind)")
                let arguments = ["testimony", "new", file] + (kind.isEmpty ? [] : [kind])
                let made = try await BuiltProgram.saksi.run(arguments)
                #expect(made.status == 0 && made.output == "", "\(made.error)")
                let form = try String(contentsOfFile: file, encoding: .utf8)
                #expect(form.contains("form: saksi/v1 "))
                #expect(try mode(of: file) == 0o600)
                #expect(try await BuiltProgram.saksi.run(arguments).status == 1)
                #expect(try String(contentsOfFile: file, encoding: .utf8) == form)

                let checked = try await BuiltProgram.saksi("testimony", "check", file)
                #expect(checked.status == 1 && checked.output == "")
                #expect(checked.error.contains("\(file): line "))
                #expect(checked.error.contains(", \(missing): must be filled in\n"))
            }
        }

        @Test("edit opens the editor with every question, and says what the record is then")
        func edit() async throws {
            let folder = try TemporaryFolder()
            let file = try folder.write(Self.record.utf8, "record.yaml")
            // A terminal of its own: without one nobody is asked.
            let edited = try await BuiltProgram(name: "script").run(
                ["-qefc", "saksi testimony edit \(file)", "/dev/null"],
                environment: ["EDITOR": "sed -i s/taken/lost/", "VISUAL": nil]
            )
            #expect(edited.status == 0, "\(edited.output)")
            #expect(edited.output.contains("record.yaml: a testimony, 12 facts"))
            let text = try String(contentsOfFile: file, encoding: .utf8)
            #expect(text.contains("title: Land lost\n"))
            #expect(text.contains("    counting-unit:\n"))
            let shown = try await BuiltProgram.saksi("testimony", "show", file)
            #expect(shown.output.contains("  title: Land lost\n"))
            #expect(!shown.output.contains("#") && !shown.output.contains("counting-unit"))
        }

        @Test("a later version names the one before, of which nothing changes, and both are kept")
        func versions() async throws {
            let story = try #require(Story.shared)
            let lawyer = story.lawyer
            let id = try await lawyer.result("case", "open", "a testimony in two versions")
            let first = story.path("first.yaml")
            let second = story.path("second.yaml")
            let text = "# who W01 is, nobody needs to know\n" + Self.record
            try Data(text.utf8).write(to: URL(filePath: first))
            _ = try await lawyer.result("submit", id, "--testimony", first, "--consent", "court")
            let listed = try JSON.list(try await lawyer.result("list", id, "--json"))
            let items = try #require(listed.first?["items"] as? [[String: Any]])
            let commitment = try #require(items.first?["commitment"] as? String)

            let begun = try await BuiltProgram.saksi(
                "testimony",
                "edit",
                first,
                "--replaces",
                commitment,
                "-o",
                second
            )
            #expect(
                begun.output
                    == "\(second): a testimony, 13 facts, in the place of \(commitment)\n",
                "\(begun.error)"
            )
            #expect(try String(contentsOfFile: first, encoding: .utf8) == text)
            let changed = try String(contentsOfFile: second, encoding: .utf8)
                .replacingOccurrences(of: "Tôi đã thấy.", with: "Tôi đã nghe.")
            try Data(changed.utf8).write(to: URL(filePath: second))
            let difference = try await BuiltProgram.saksi(
                "testimony",
                "show",
                second,
                "--since",
                first
            )
            #expect(
                difference.output == """
                    account/text/0002
                      before: Tôi đã thấy.
                      now:    Tôi đã nghe.

                    """
            )

            _ = try await lawyer.result("submit", id, "--testimony", second, "--consent", "court")
            let both = try await lawyer.result("list", id)
            #expect(both.contains("  1/1  ") && both.contains("  2/1  "))
            #expect(both.hasSuffix("\n       a later version of 1/1"), "\(both)")
            let kept = story.path("kept.yaml")
            _ = try await lawyer.result("open", id, "1/1", "-o", kept, "--purpose", "comparison")
            // Its one spelling: what else stood in the file stays on the device.
            let spelled = try await BuiltProgram.saksi("testimony", "show", first)
            #expect(try String(contentsOfFile: kept, encoding: .utf8) == spelled.output)
            #expect(!spelled.output.contains("nobody needs to know"))

            let bundle = story.path("versions")
            _ = try await lawyer.result("export", id, "-o", bundle, "--for", "court", "--no-pdf")
            let item = try String(
                contentsOfFile: bundle + "/data/items/E0002/item.json",
                encoding: .utf8
            )
            #expect(item.contains(#""field/replaces":"\#(commitment)""#))
            let register = try String(
                contentsOfFile: bundle + "/register/commitments-sha256.txt",
                encoding: .utf8
            )
            #expect(register.contains("\(commitment)  leaves/S0001-item-0001-file.json\n"))
        }

        @Test("what is submitted as a record and is none, or is of another kind, is refused")
        func refusals() async throws {
            let story = try #require(Story.shared)
            let file = story.path("broken.yaml")
            let broken = Self.record.replacing("language: km, ", with: "")
            try Data(broken.utf8).write(to: URL(filePath: file))
            let submitted = try await story.lawyer(
                "submit",
                story.caseID,
                "--testimony",
                file,
                "--consent",
                "court"
            )
            #expect(submitted.status == 1)
            #expect(submitted.error.contains("record/language: must be filled in"))
            let form = story.path("unfinished.yaml")
            _ = try await BuiltProgram.saksi("testimony", "new", form)
            let unfinished = try await story.lawyer.run([
                "submit", story.caseID, "--testimony", form, "--consent", "court",
            ])
            #expect(unfinished.status == 1 && unfinished.error.contains("must be filled in"))
            try Data(Self.record.utf8).write(to: URL(filePath: file))
            let consent = try await story.lawyer(
                "submit",
                story.caseID,
                file,
                "--consent-record",
                file
            )
            #expect(consent.status == 1)
            #expect(consent.error.contains("is not a record of consent"))
        }

        private func mode(of file: String) throws -> Int? {
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            return (attributes[.posixPermissions] as? NSNumber)?.intValue
        }
    }
}
