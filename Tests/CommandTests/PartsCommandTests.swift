// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension SharedVaultTests {
    @Suite struct PartsCommandTests {
        @Test(
            "export --part-size makes bundles that verify alone and together, each logged and sealed"
        )
        func parts() async throws {
            let story = try #require(Story.shared)
            let key = try await BuiltProgram.saksi("age", "keygen", "-o", story.path("parts.key"))
            let recipient = try #require(
                (key.output + key.error).split(whereSeparator: \.isWhitespace)
                    .first { $0.hasPrefix("age1pq1") }
            )
            let folder = story.path("parts")
            let exported = try JSON(
                try await story.lawyer.result(
                    "export",
                    story.caseID,
                    "-o",
                    folder,
                    "--for",
                    "court",
                    "--part-size",
                    "10K",
                    "--to",
                    String(recipient),
                    "--json"
                )
            )
            let parts = try #require(exported.members["parts"] as? [[String: Any]])
            #expect(
                parts.compactMap { $0["bundle"] as? String }
                    == [1, 2].map { "\(folder)/part-000\($0)" }
            )
            #expect(exported["seal"] == parts[0]["seal"] as? String)
            let indices = parts.compactMap { $0["index"] as? Int }
            #expect(
                indices.count == 2 && indices[0] > indices[1],
                "the first one is sealed last"
            )
            #expect(exported.members["files"] as? Int == 3)
            let deliveries = try #require(exported.members["deliveries"] as? [[String: Any]])
            #expect(
                deliveries.compactMap { $0["file"] as? String }
                    == [1, 2].map { "\(folder)-part-000\($0).zip.age" }
            )

            for path in [folder, folder + "/part-0001", folder + "/part-0002"] {
                let verified = try await BuiltProgram.saksi(
                    "verify",
                    path,
                    "--vkey",
                    story.vault.vkey
                )
                #expect(verified.status == 0, "\(verified.output)")
            }
            let list = try await BuiltProgram(name: "env").run([
                "-C", folder + "/part-0001", "sha256sum", "--strict", "-c", "parts-sha256.txt",
            ])
            #expect(list.status == 0 && list.output == "../part-0002/SEAL.txt: OK\n")
            let info = try String(
                contentsOfFile: folder + "/part-0002/bag-info.txt",
                encoding: .utf8
            )
            #expect(info.contains("\nBag-Count: 2 of 2\n"))
            let custody = try String(
                contentsOfFile: folder + "/part-0001/data/custody/log.jsonl",
                encoding: .utf8
            )
            #expect(custody.contains("\"act\":\"export\""), "the other part's export is in the log")

            try FileManager.default.removeItem(atPath: folder + "/part-0002")
            let missing = try await BuiltProgram.saksi("verify", folder)
            #expect(missing.status == 1)
            #expect(missing.error == "saksi: error: not verified: parts.folder\n")
        }

        @Test("what fits into one part is one bundle, and a size that is none is refused")
        func fits() async throws {
            let story = try #require(Story.shared)
            let bundle = story.path("fits")
            let export = ["export", story.caseID, "-o", bundle, "--for", "court", "--part-size"]
            for size in ["0", "10X", "-1", "99999999999T"] {
                let refused = try await story.lawyer.run(export + [size])
                #expect(refused.status == 2 && refused.output == "", "\(size)")
            }
            let done = try await story.lawyer.run(export + ["1M"])
            #expect(done.status == 0, "\(done.error)")
            #expect(FileManager.default.fileExists(atPath: bundle + "/bagit.txt"))
            let verified = try await BuiltProgram.saksi("verify", bundle)
            #expect(verified.status == 0 && verified.output.contains("not applicable  parts: "))
        }
    }
}
