// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess
import Testing

extension SharedVaultTests {
    @Suite struct DeliveryCommandTests {
        @Test(
            "export --to writes an archive that the recipient alone opens, which holds just the bundle",
            .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/unzip"), "no unzip")
        )
        func delivered() async throws {
            let story = try #require(Story.shared)
            let key = try await keys("recipient", in: story)
            let bundle = story.path("delivered")
            let exported = try JSON(
                try await story.lawyer.result(
                    "export",
                    story.caseID,
                    "-o",
                    bundle,
                    "--for",
                    "court",
                    "--to",
                    key.recipient,
                    "--json"
                )
            )
            let deliveries = try #require(exported.members["deliveries"] as? [[String: Any]])
            let delivery = try #require(deliveries.first)
            #expect(deliveries.count == 1)
            let sealed = try #require(delivery["file"] as? String)
            #expect(sealed == bundle + ".zip.age")
            let digest = try await run("sha256sum", sealed)
            #expect(digest.hasPrefix(try #require(delivery["sha256"] as? String) + " "))

            let archive = story.path("opened.zip")
            _ = try await BuiltProgram.saksi(
                "age",
                "decrypt",
                "-i",
                key.file,
                "-o",
                archive,
                sealed
            )
            let folder = story.path("unzipped")
            _ = try await run("unzip", "-q", archive, "-d", folder)
            _ = try await run("diff", "-r", bundle, folder + "/delivered")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["delivered"])
            let verified = try await BuiltProgram.saksi("verify", folder + "/delivered")
            #expect(verified.status == 0, "\(verified.output)")

            // Again, to recipients in a file, by another key: the archive is the same, the rest is not.
            let file = story.path("recipients.txt")
            let other = try await keys("other", in: story)
            try Data("# the court\n\(key.recipient)\n\n\(other.recipient)\n".utf8)
                .write(to: URL(filePath: file))
            let exists = try await BuiltProgram.saksi("export", "deliver", bundle, "--to", file)
            #expect(exists.status == 1 && exists.error.contains("exists already"))
            try FileManager.default.removeItem(atPath: sealed)
            let again = try await BuiltProgram.saksi(
                "export",
                "deliver",
                bundle + "/",
                "--to",
                file
            )
            #expect(again.status == 0 && again.output.contains("its SHA-256: "), "\(again.error)")
            let second = story.path("opened again.zip")
            _ = try await BuiltProgram.saksi(
                "age",
                "decrypt",
                "-i",
                other.file,
                "-o",
                second,
                sealed
            )
            _ = try await run("cmp", archive, second)
        }

        @Test(
            "nothing is exported to a recipient that is not understood, or where the file would lie"
        )
        func refused() async throws {
            let story = try #require(Story.shared)
            let bundle = story.path("undelivered")
            let export = ["export", story.caseID, "-o", bundle, "--for", "court", "--to"]
            for (recipient, status) in [("age1qqqq", 2), (story.path("nowhere"), 1)]
                as [(String, Int32)]
            {
                let outcome = try await story.lawyer.run(export + [recipient])
                #expect(outcome.status == status && outcome.output == "", "\(outcome.error)")
            }
            let key = try await keys("third", in: story)
            try Data().write(to: URL(filePath: bundle + ".zip.age"))
            let outcome = try await story.lawyer.run(export + [key.recipient])
            #expect(outcome.status == 1 && outcome.error.contains("exists already"))
            #expect(!FileManager.default.fileExists(atPath: bundle))
            let empty = try await BuiltProgram.saksi("export", "deliver", bundle)
            #expect(empty.status == 2 && empty.error.contains("--to is missing"))
            let link = story.path("linked")
            try FileManager.default.createDirectory(atPath: link, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: link + "/passwd",
                withDestinationPath: "/etc/passwd"
            )
            let odd = try await BuiltProgram.saksi("export", "deliver", link, "--to", key.recipient)
            #expect(odd.status == 1 && odd.error.contains("it is a symbolic link"), "\(odd.error)")
            #expect(!FileManager.default.fileExists(atPath: link + ".zip.age"))
        }

        private func keys(_ name: String, in story: Story) async throws -> (
            file: String, recipient: String
        ) {
            let file = story.path(name + ".key")
            let made = try await BuiltProgram.saksi("age", "keygen", "-o", file)
            #expect(made.status == 0, "\(made.error)")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let line = try #require(text.split(separator: "\n").first { $0.contains("age1pq1") })
            let start = try #require(line.range(of: "age1pq1")?.lowerBound)
            return (file, String(line[start...]))
        }

        private func run(_ program: String, _ arguments: String...) async throws -> String {
            let outcome = try await BuiltProgram(name: program).run(arguments)
            try #require(outcome.status == 0, "\(program): \(outcome.output)\(outcome.error)")
            return outcome.output
        }
    }
}
