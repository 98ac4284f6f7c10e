// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess
import Testing

extension SharedVaultTests {
    @Suite struct ReportCommandTests {
        /// The programs that a report needs.
        private static let hasTools =
            FileManager.default.fileExists(atPath: "/usr/bin/exiftool")
            && FileManager.default.fileExists(atPath: "/usr/bin/weasyprint")

        @Test(
            "export writes the report as a PDF that the same page gives again, to the byte",
            .enabled(if: hasTools, "WeasyPrint or ExifTool is missing (Scripts/bootstrap)")
        )
        func report() async throws {
            let story = try #require(Story.shared)
            let lawyer = story.lawyer
            let id = try await lawyer.result("case", "open", "a case with a report")
            let file = story.path("note.txt")
            try Data("សាក្សី\n".utf8).write(to: URL(filePath: file))
            _ = try await lawyer.result("submit", id, file, "--consent", "un")
            let bundle = story.path("reported")
            _ = try await lawyer.result("export", id, "-o", bundle, "--for", "un")
            let page = try bytes(bundle + "/data/report/custody-report.html")
            let text = String(decoding: page, as: UTF8.self)
            #expect(text.contains("Annex: origin and custody"))
            let pdf = try bytes(bundle + "/data/report/custody-report.pdf")
            #expect(pdf.starts(with: Array("%PDF-".utf8)))
            #expect(try await typeset(page, made: time(of: text)) == pdf)
            #expect(
                try String(decoding: bytes(bundle + "/data/loadfile/export.csv"), as: UTF8.self)
                    .contains("ANNEX")
            )
            let metadata = try bytes(bundle + "/data/items/E0001/metadata.txt")
            #expect(String(decoding: metadata, as: UTF8.self).hasPrefix("[ExifTool]"))
            let verified = try await BuiltProgram.saksi("verify", bundle)
            #expect(verified.status == 0, "\(verified.output)")
        }

        @Test("export makes neither a PDF nor reads metadata where it is told so")
        func without() async throws {
            let story = try #require(Story.shared)
            let lawyer = story.lawyer
            let id = try await lawyer.result("case", "open", "a case with a page")
            _ = try await lawyer.result("submit", id, story.files[0], "--consent", "court")
            let bundle = story.path("unreported")
            _ = try await lawyer.result(
                "export",
                id,
                "-o",
                bundle,
                "--for",
                "court",
                "--profile",
                "icc",
                "--no-pdf",
                "--no-metadata"
            )
            func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
            #expect(exists(bundle + "/data/report/custody-report.html"))
            #expect(exists(bundle + "/data/loadfile/export.dat"))
            #expect(!exists(bundle + "/data/report/custody-report.pdf"))
            #expect(!exists(bundle + "/data/items/E0001/metadata.txt"))
        }

        private func bytes(_ path: String) throws -> [UInt8] {
            try Array(Data(contentsOf: URL(filePath: path)))
        }

        /// The time of the export in seconds since 1970, as the page says.
        private func time(of page: String) throws -> Int {
            let mark = "name=\"dcterms.created\" content=\""
            let start = try #require(page.range(of: mark)?.upperBound)
            let date = try Date(String(page[start...].prefix(20)), strategy: .iso8601)
            return Int(date.timeIntervalSince1970)
        }

        private func typeset(_ page: [UInt8], made: Int) async throws -> [UInt8] {
            let script = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../Sources/saksi/Export/typeset.py")
            let result = try await Subprocess.run(
                .name("python3"),
                arguments: ["-I", "-c", String(contentsOf: script, encoding: .utf8)],
                environment: .custom([
                    "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC",
                    "SOURCE_DATE_EPOCH": "\(made)",
                ]),
                input: .array(page),
                output: .bytes(limit: 1 << 26),
                error: .discarded
            )
            return result.standardOutput
        }
    }
}
