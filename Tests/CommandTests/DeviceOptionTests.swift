// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess
import Testing

extension SharedVaultTests {
    /// What the environment says, and what a terminal shows.
    @Suite struct DeviceOptionTests {
        private func story() throws -> Story { try #require(Story.shared) }

        @Test("the environment names the home, the passphrase file and the proxy; an option wins")
        func environment() async throws {
            let lawyer = try story().lawyer
            let device: [Environment.Key: String?] = [
                "SAKSI_HOME": lawyer.home, "SAKSI_PASSPHRASE_FILE": lawyer.passphraseFile,
            ]
            let whoami = try await saksi(["whoami", "--json"], device)
            #expect(whoami.status == 0 && whoami.error == "")
            #expect(try JSON(whoami.output)["fingerprint"] == (try await lawyer.fingerprint()))

            let nowhere: [Environment.Key: String?] = [
                "SAKSI_HOME": "/nowhere", "SAKSI_PASSPHRASE_FILE": "/nowhere",
            ]
            #expect(try await saksi(["whoami"], nowhere).status != 0)
            let named = try await saksi(["whoami", "--json"] + lawyer.options, nowhere)
            #expect(try JSON(named.output)["fingerprint"] == (try await lawyer.fingerprint()))
        }

        @Test("every connection goes through the proxy of the environment, unless it is empty")
        func proxy() async throws {
            let lawyer = try story().lawyer
            let arguments = ["case", "list"] + lawyer.options
            let proxy = "socks5://127.0.0.1:\(try freePort())"
            let absent = try await saksi(arguments, ["SAKSI_PROXY": proxy])
            #expect(absent.status == 4 && absent.output == "")
            let wrong = try await saksi(arguments, ["SAKSI_PROXY": "tor"])
            #expect(wrong.status == 2)
            #expect(wrong.error.contains("want socks5://HOST:PORT"))
            let none = try await saksi(arguments, ["SAKSI_PROXY": ""])
            #expect(none.status == 0 && none.error == "")
        }

        @Test(
            "progress is drawn on a terminal, and nowhere else",
            .enabled(if: BuiltProgram.hasTerminals, "no script(1) here makes a terminal")
        )
        func progress() async throws {
            let story = try story()
            let lawyer = story.lawyer
            let file = story.path("two-segments")
            try Data(pattern(count: 5 << 20)).write(to: URL(filePath: file))
            let id = try await lawyer.result("case", "open", "progress")
            let piped = try await lawyer("submit", id, file)
            #expect(piped.status == 0 && piped.error == "")

            let output = story.path("opened-on-a-terminal")
            let words =
                ["saksi", "open", id, "1/1", "-o", output, "--purpose", "x"] + lawyer.options
            let command = words.map { "'\($0)'" }.joined(separator: " ")
            let shown = try await BuiltProgram.terminal.run(["-qec", command, "/dev/null"])
            #expect(shown.status == 0)
            #expect(shown.output.contains("\ropening [########################] 100%  "))
            #expect(FileManager.default.contentsEqual(atPath: file, andPath: output))
            // On a terminal too, but for what goes to stderr.
            let quiet = "\(command) --force 2> '\(story.path("stderr"))'"
            let redirected = try await BuiltProgram.terminal.run(["-qec", quiet, "/dev/null"])
            #expect(redirected.status == 0 && redirected.output == "")
            #expect(try Data(contentsOf: URL(filePath: story.path("stderr"))).isEmpty)
        }

        private func saksi(
            _ arguments: [String],
            _ environment: [Environment.Key: String?]
        ) async throws -> BuiltProgram.Outcome {
            try await BuiltProgram.saksi.run(arguments, environment: environment)
        }
    }
}

extension BuiltProgram {
    /// Runs a command on a terminal of its own, whose output is the program's.
    fileprivate static let terminal = BuiltProgram(name: "script")
    fileprivate static let hasTerminals =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/script")
}
