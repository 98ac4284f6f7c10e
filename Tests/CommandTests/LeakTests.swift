// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension SharedVaultTests {
    @Suite struct LeakTests {
        private static let hasTools = [
            "/usr/bin/exiftool", "/usr/bin/weasyprint", "/usr/bin/pdftotext",
            "/usr/lib/python3/dist-packages/PIL",
        ].allSatisfy(FileManager.default.fileExists)

        /// Facts that are withheld, and named again to be shown in a folder apart.
        private static let withheld = [
            "1/1/paragraph/2", "1/2", "1/4", "2/1/name", "2/1/claimed/place",
        ]

        @Test(
            "nothing that an export withholds is in its bytes, where a leak of each kind is found",
            .enabled(if: hasTools, "WeasyPrint, ExifTool or poppler is missing (Scripts/bootstrap)")
        )
        func leaks() async throws {
            let story = try #require(Story.shared)
            let bundle = story.path("searched")
            try await export(to: bundle, story)
            let verified = try await BuiltProgram.saksi(
                "verify",
                bundle,
                "--vkey",
                story.vault.vkey
            )
            #expect(verified.status == 0, "\(verified.output)")

            // Who handled what is told by the fingerprints of keys alone.
            let custody = try String(
                contentsOfFile: bundle + "/data/custody/log.jsonl",
                encoding: .utf8
            )
            let lines = custody.split(separator: "\n")
            #expect(lines.count { $0.contains(#/"act":"access","actor":"[0-9a-f]{64}"/#) } >= 3)
            #expect(lines.allSatisfy { $0.contains(#/"actor":"[0-9a-f]{64}"/#) })

            // What is withheld, to the byte, as a court that orders it would get it.
            let supplement = story.path("unsealed")
            _ = try await story.lawyer.result(
                ["export", "unseal", bundle, "-o", supplement, "--leaf"] + Self.withheld + [
                    "1/1/file", "1/submission", "1/consent/persons/1/remarks",
                ]
            )
            let leaves = try FileManager.default.contentsOfDirectory(
                atPath: supplement + "/withheld"
            )
            #expect(leaves.count == 16)
            let values =
                leaves.map { "leaf:\(supplement)/withheld/\($0)" }
                + ["the-face.jpg", "minutes.docx"].map { "@" + story.path("samples/\($0)") } + [
                    "An owner of a camera", "whoever was deleted", "ពាក្យគំរូ", "The case of the face",
                    story.folder.path,
                ]

            let searched = try await python("Scripts/leaks", [bundle] + values)
            #expect(searched.status == 0, "\(searched.output)")
            #expect(searched.error == "")
            let known = try await python("Scripts/leaks", [supplement] + values.dropLast(2))
            #expect(known.status == 1)
            let seen = known.output.split(separator: "\n")
                .compactMap { Int($0.dropFirst("value ".count).prefix(while: \.isNumber)) }
            #expect(Set(seen) == Set(1...values.count - 2))
            let planted = try await python("Tests/Peers/planted-leaks", [bundle])
            #expect(planted.status == 0, "\(planted.error)")
        }

        /// A case with real files, of which some go out.
        private func export(to bundle: String, _ story: Story) async throws {
            let lawyer = story.lawyer
            let id = try await lawyer.result("case", "open", "The case of the face")
            let samples = story.path("samples")
            let made = try await python("Tests/Peers/leak_samples.py", [samples])
            #expect(made.status == 0, "\(made.error)")
            let consent = story.path("leaks-consent.yaml")
            try Data(Self.consent.utf8).write(to: URL(filePath: consent))
            _ = try await lawyer.result(
                ["submit", id, "--consent-record", consent, "--testimony"]
                    + ["statement.txt", "the-face.jpg", "order.pdf", "minutes.docx", "notes.docx"]
                    .map { "\(samples)/\($0)" }
            )
            _ = try await lawyer.result(
                "submit",
                id,
                samples + "/ảnh mẫu số hai.jpg",
                "--claimed-place",
                "ភូមិគំរូ, Phum Kumru",
                "--consent",
                "court"
            )
            // Who looked at it is in the custody log, by the fingerprint of the key alone.
            _ = try await lawyer.result(
                "open",
                id,
                "1/2",
                "-o",
                story.path("looked-at"),
                "--purpose",
                "legal-review"
            )
            _ = try await lawyer.result(
                ["export", id, "-o", bundle, "--for", "court", "--code", "B.2", "--withhold"]
                    + Self.withheld
            )
        }

        private func python(
            _ script: String,
            _ arguments: [String]
        ) async throws -> BuiltProgram.Outcome {
            let package = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../..").standardizedFileURL
            return try await BuiltProgram(name: "python3").run(
                [package.appending(path: script).path] + arguments
            )
        }

        private static let consent = """
            form: saksi/v1 consent
            date: 2026-01-05
            language: km
            manner: oral
            explained:
              by: I01
              intended-uses: yes
              right-to-withdraw: yes
              limits: yes
            persons:
              - pseudonym: W01
                given-through: self
                allows:
                  - class: court
                    anonymise: [name, family]
                remarks: Please keep my sister Chenda Example out of it.

            """
    }
}
