// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension SharedVaultTests {
    @Suite struct RefusalTests {
        private func story() throws -> Story { try #require(Story.shared) }

        @Test("1: a device joins once")
        func joinsOnce() async throws {
            let story = try story()
            let invitation = try await story.admin.result("invite", "--role", "reader")
            let again = try await story.lawyer("join", invitation)
            expect(
                again,
                1,
                "this device has joined vault.example.org already",
                hint: "use another --home for another identity"
            )
            let stranger = try await story.vault.person("nobody")("whoami")
            expect(
                stranger,
                1,
                "this device has not joined a vault",
                hint: "run `saksi join` with the invitation you were given"
            )
        }

        @Test("3: an invitation works once")
        func usedInvitation() async throws {
            let story = try story()
            let (_, outcome) = try await story.vault.join("late", by: story.vault.invitation)
            #expect(outcome.status == 3 && outcome.output == "")
            let lines = outcome.error.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(
                lines.last == "saksi: error: the vault refused: the invitation was used already"
            )
        }

        @Test("2: file names that cannot be told apart are refused")
        func ambiguousNames() async throws {
            let script = #"exec saksi submit case $'\xe9.pdf' --testimony $'\xe8.pdf'"#
            let outcome = try await BuiltProgram(name: "bash")("-c", script)
            expect(
                outcome,
                2,
                "two file names that are not UTF-8 differ only in what is not",
                hint: "rename one of them"
            )
        }

        @Test("1: what is not an invitation is refused before anything is made")
        func brokenInvitation() async throws {
            let story = try story()
            let whole = story.vault.invitation
            for text in ["saksi-invite-v1:", String(whole.dropLast(5)), "hello", ""] {
                let (person, outcome) = try await story.vault.join("broken", by: text)
                #expect(outcome.status == 1 && outcome.output == "")
                #expect(outcome.error.hasPrefix("saksi: error: "), "\(outcome.error)")
                #expect(!FileManager.default.fileExists(atPath: person.home))
            }
        }

        @Test("1: a wrong passphrase opens nothing")
        func wrongPassphrase() async throws {
            let story = try story()
            let file = story.path("wrong")
            try Data("sigil-naviz-didih-zibof-nifup-zapan\n".utf8).write(to: URL(filePath: file))
            let wrong = Person(home: story.lawyer.home, passphraseFile: file)
            for arguments in [["whoami"], ["list", story.caseID], ["outbox"]] {
                let outcome = try await BuiltProgram.saksi.run(
                    arguments + ["--home", wrong.home, "--passphrase-file", file]
                )
                expect(outcome, 1, "the passphrase does not open this device's identity")
            }
            let unreadable = Person(home: story.lawyer.home, passphraseFile: story.path("none"))
            #expect(try await unreadable("whoami").status == 1)
        }

        @Test("2: a wrong command line is refused with a pointer to the help")
        func usage() async throws {
            let story = try story()
            let wrong = [
                ["submit"], ["list"], ["open", story.caseID], ["nothing"],
                ["invite", "--role", "king"],
                ["export", story.caseID, "-o", story.path("x"), "--for", "nobody"],
                ["invite", "--role", "reader", "--expires", "5"],
                ["case", "grant", story.caseID, "x"],
                ["case", "trust", story.caseID], ["key", "request", "--vault", "x"],
                ["key", "replace", story.path("x")], ["key", "backup"], ["key", "restore"],
                ["whoami", "--home", ""],
                ["whoami", "--proxy", "http://127.0.0.1:1"] + story.lawyer.options,
                ["open", story.caseID, "1/1", "-o", story.path("x"), "--purpose", "Not A Word"],
            ]
            for arguments in wrong {
                let outcome = try await BuiltProgram.saksi.run(arguments)
                #expect(outcome.status == 2, "\(arguments): \(outcome.error)")
                #expect(outcome.output == "" && outcome.error.hasPrefix("saksi: error: "))
            }
            let unknown = try await BuiltProgram.saksi("nothing")
            #expect(unknown.error.hasSuffix("\nsaksi: hint: see 'saksi --help'\n"))
        }

        @Test("3: a submitter reaches no case but the one of the invitation")
        func otherCase() async throws {
            let story = try story()
            let other = try await story.lawyer.result("case", "open", "another")
            let outcome = try await story.activist("submit", other, story.files[0])
            expect(
                outcome,
                3,
                "case \(other) is closed to this device, or there is no such case: "
                    + "nothing was submitted",
                hint: "ask the case's owner to let you in"
            )
            #expect(try await story.activist.result("outbox") == "")
            for arguments in [["list", other], ["list", story.caseID], ["case", "open", "mine"]] {
                let outcome = try await BuiltProgram.saksi.run(
                    arguments + story.activist.options
                )
                #expect(outcome.status == 3 && outcome.output == "", "\(arguments)")
                #expect(outcome.error.hasPrefix("saksi: error: the vault refused: "))
            }
            let invite = try await story.activist("invite", "--role", "submitter", "--case", other)
            #expect(invite.status == 3 && invite.output == "")
        }

        @Test("3: neither an administrator nor a reader without a grant lists, opens or exports")
        func noGrant() async throws {
            let story = try story()
            let invitation = try await story.admin.result("invite", "--role", "reader")
            let (reader, _) = try await story.vault.join("reader", by: invitation)
            let output = story.path("not-to-be")
            let acts = [
                ["list", story.caseID],
                ["open", story.caseID, "1/1", "-o", output, "--purpose", "review"],
                ["export", story.caseID, "-o", output, "--for", "court"],
                ["case", "grant", story.caseID, try await reader.fingerprint()],
            ]
            for person in [reader, story.admin] {
                _ = try await person.result("export-key", "init")
                for act in acts {
                    let outcome = try await BuiltProgram.saksi.run(act + person.options)
                    expect(outcome, 3, "the vault refused: there is nothing here for you")
                    #expect(!FileManager.default.fileExists(atPath: output))
                }
                #expect(try await person.result("case", "list") == "")
            }
            let open = try await story.admin("case", "open", "an administrator's")
            expect(open, 3, "the vault refused: only readers open cases")
        }

        @Test(
            "1: keys are made, enrolled and restored only from what is whole, and on an empty device"
        )
        func keys() async throws {
            let story = try story()
            let someone = try await story.lawyer.fingerprint()
            let request = ["key", "request", "--for", someone, "--vault"]
            let output = ["-o", story.path("request")]
            let named = try await BuiltProgram.saksi.run(
                request + ["No Name"] + output + story.lawyer.options
            )
            expect(named, 1, "no vault has the name \"No Name\"")
            let joined = try await BuiltProgram.saksi.run(
                request + [LocalVault.origin] + output + story.lawyer.options
            )
            expect(
                joined,
                1,
                "this device has joined a vault already",
                hint: "use another --home for other keys"
            )
            #expect(!FileManager.default.fileExists(atPath: story.path("request")))
            let garbage = try await story.lawyer("key", "restore", story.files[0])
            expect(garbage, 1, "this is no backup of keys")
            let welcome = try await story.vault.person("nobody")("join", "saksi-welcome-v1:AAAA")
            #expect(
                welcome.status == 1 && welcome.error.hasPrefix("saksi: error: the welcome's line 1")
            )
            let add = try await story.lawyer(
                "key",
                "add-device",
                story.files[0],
                "--fingerprint",
                someone
            )
            #expect(add.status == 1 && add.error.hasPrefix("saksi: error: "))
            let other = try await story.activist("case", "trust", story.caseID, someone)
            #expect(other.status == 0, "\(other.error)")
        }

        @Test("1: nothing is exported for a class without consent")
        func noConsent() async throws {
            let story = try story()
            let output = story.path("media")
            let outcome = try await story.lawyer(
                "export",
                story.caseID,
                "-o",
                output,
                "--for",
                "media"
            )
            expect(
                outcome,
                1,
                "no submission of this case has consent for media",
                hint: "`saksi list` shows the consent of each"
            )
            #expect(!FileManager.default.fileExists(atPath: output))
        }

        @Test("1: no output is overwritten, unless --force says so")
        func outputExists() async throws {
            let story = try story()
            let (file, folder) = (story.path("precious"), story.path("folder"))
            try Data("mine".utf8).write(to: URL(filePath: file))
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            let open = ["open", story.caseID, "1/1", "-o", file, "--purpose", "review"]
            let acts = [
                open, ["export", story.caseID, "-o", folder, "--for", "court"],
                ["export", story.caseID, "-o", file, "--for", "court"],
            ]
            for act in acts {
                let outcome = try await BuiltProgram.saksi.run(act + story.lawyer.options)
                #expect(outcome.status == 1 && outcome.output == "", "\(act)")
                #expect(outcome.error.hasPrefix("saksi: error: "))
                #expect(outcome.error.contains("\"\(act.contains(file) ? file : folder)\""))
                #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            let receipt = try await story.activist(
                "submit",
                story.caseID,
                story.files[1],
                "--receipt",
                file
            )
            #expect(receipt.status == 1 && receipt.output == "")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
            // Another test may have a submission to another case on its way.
            let outbox = try await story.activist.result("outbox")
            #expect(!outbox.contains(story.caseID), "\(outbox)")
            let forced = try await BuiltProgram.saksi.run(open + ["--force"] + story.lawyer.options)
            #expect(forced.status == 0)
            #expect(
                FileManager.default.contentsEqual(atPath: file, andPath: story.files[0])
            )
        }

        @Test("1: an unknown case, item, file or unfinished submission is named")
        func unknown() async throws {
            let story = try story()
            let cases = "`saksi case list` shows the cases of this device"
            expect(
                try await story.lawyer("list", "no such"),
                1,
                "no case is called \"no such\"",
                hint: cases
            )
            func open(_ item: String) async throws -> BuiltProgram.Outcome {
                let output = story.path("nothing")
                return try await story.lawyer(
                    "open",
                    story.caseID,
                    item,
                    "-o",
                    output,
                    "--purpose",
                    "x"
                )
            }
            for item in ["7/1", "1/9", "0/1", "1/0"] {
                expect(try await open(item), 1, "there is no item \(item) in this case")
            }
            for item in ["1", "1/", "one", "-1/2/3"] {
                let outcome = try await open(item)
                #expect(outcome.status == 1 || outcome.status == 2)
                #expect(outcome.error.hasPrefix("saksi: error: "))
            }
            let missing = try await story.activist("submit", story.caseID, story.path("no file"))
            #expect(missing.status == 1 && missing.error.contains("\"\(story.path("no file"))\""))
            let discard = try await story.activist("outbox", "discard", "0123456789abcdef")
            #expect(discard.status == 1 && discard.error.hasPrefix("saksi: error: "))
            #expect(!FileManager.default.fileExists(atPath: story.path("nothing")))
        }

        /// Expects an exit status and its words: the error first, then the hint, nothing on stdout.
        private func expect(
            _ outcome: BuiltProgram.Outcome,
            _ status: Int32,
            _ message: String,
            hint: String? = nil,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            let words =
                "saksi: error: \(message)\n" + (hint.map { "saksi: hint: \($0)\n" } ?? "")
            #expect(outcome.status == status, sourceLocation: sourceLocation)
            #expect(outcome.error == words, sourceLocation: sourceLocation)
            #expect(outcome.output == "", sourceLocation: sourceLocation)
        }
    }
}
