// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension SharedVaultTests {
    @Suite struct ExportCommandTests {
        @Test(
            "export takes the submissions that are named, and no folder appears for one that is not"
        )
        func chosen() async throws {
            let story = try #require(Story.shared)
            let lawyer = story.lawyer
            let id = try await lawyer.result("case", "open", "three submissions")
            for file in story.files {
                _ = try await lawyer.result("submit", id, file, "--consent", "court")
            }
            let bundle = story.path("chosen")
            let missing = try await lawyer(
                "export",
                id,
                "-o",
                bundle,
                "--for",
                "court",
                "--submission",
                "4"
            )
            #expect(missing.status == 1 && missing.output == "")
            #expect(missing.error.contains("there is no submission 4"))
            #expect(!FileManager.default.fileExists(atPath: bundle))

            let exported = try JSON(
                try await lawyer.result(
                    "export",
                    id,
                    "-o",
                    bundle,
                    "--for",
                    "court",
                    "--submission",
                    "3",
                    "--submission",
                    "1",
                    "--json"
                )
            )
            #expect(exported.members["submissions"] as? Int == 2)
            #expect(exported.members["withheld"] as? Int == 0)
            let verified = try await BuiltProgram.saksi(
                "verify",
                bundle,
                "--vkey",
                story.vault.vkey
            )
            #expect(verified.status == 0 && verified.error == "")
            let items = URL(filePath: bundle + "/data/items")
            for (exhibit, file) in [("E0001", story.files[0]), ("E0002", story.files[2])] {
                let original = items.appending(path: exhibit + "/original").path
                let names = try FileManager.default.contentsOfDirectory(atPath: original)
                let name = try #require(names.first)
                #expect(
                    FileManager.default.contentsEqual(atPath: "\(original)/\(name)", andPath: file)
                )
            }
            #expect(!FileManager.default.fileExists(atPath: items.appending(path: "E0003").path))
        }
    }
}
