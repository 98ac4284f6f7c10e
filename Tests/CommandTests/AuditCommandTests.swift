// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension SharedVaultTests {
    /// One after the other: each goes on where this device audited last.
    @Suite(.serialized) struct AuditCommandTests {
        @Test("audit verify replays the log, then what is new, and finds nothing in an honest one")
        func verify() async throws {
            let story = try #require(Story.shared)
            let first = try JSON(
                try await story.admin.result("audit", "verify", "--full", "--json")
            )
            #expect(first["vault"] == LocalVault.origin)
            let count = try #require(first.members["entries"] as? Int)
            #expect(first.members["from"] as? Int == 0)
            #expect(first.members["violationCount"] as? Int == 0)
            let text = try await story.admin.result("audit", "verify")
            #expect(text.contains("\nnot allowed:  0"))
            let second = try JSON(try await story.admin.result("audit", "verify", "--json"))
            #expect(try #require(second.members["from"] as? Int) >= count)
        }

        @Test("audit lists acts by case, person, act and time, in three forms")
        func list() async throws {
            let story = try #require(Story.shared)
            let activist = try await story.activist.fingerprint()
            let text = try await story.admin.result("audit", "--act", "submit", "--actor", activist)
            #expect(text.contains("  submit\n  by "))
            #expect(text.contains("\n  case: \(story.caseID)\n"))
            #expect(!text.contains("NOT ALLOWED"))
            let json = try JSON(
                try await story.admin.result("audit", "--case", story.caseID, "--json")
            )
            let entries = try #require(json.members["entries"] as? [[String: Any]])
            let acts = entries.compactMap { $0["act"] as? String }
            #expect(acts.prefix(4) == ["case.open", "invite", "enrol", "submit"])
            for entry in entries { #expect(entry["case"] as? String == story.caseID) }
            let receipt = try #require(entries.first?["receipt"] as? String)
            try Data(receipt.utf8).write(to: URL(filePath: story.path("first.tlog-proof")))
            let leaf = try #require(receipt.split(separator: "\n").first { $0.hasPrefix("extra ") })
            let bytes = try #require(Data(base64Encoded: String(leaf.dropFirst(6))))
            try bytes.write(to: URL(filePath: story.path("first.entry")))
            let proved = try await BuiltProgram.saksi(
                "log",
                "verify-proof",
                "--vkey",
                story.vault.vkey,
                "--leaf",
                story.path("first.entry"),
                story.path("first.tlog-proof")
            )
            #expect(proved.status == 0, "\(proved.error)")
            let later = try await story.admin.result("audit", "--since", "2999-01-01")
            #expect(later == "")
        }

        @Test("audit --csv is a table that no spreadsheet runs")
        func table() async throws {
            let story = try #require(Story.shared)
            let outcome = try await story.admin("audit", "--case", story.caseID, "--csv")
            #expect(outcome.status == 0)
            let table = outcome.output
            #expect(table.hasPrefix("index,accepted,time,act,key,person,role,case,lines,"))
            #expect(table.hasSuffix("\r\n"))
            for cell in table.split(whereSeparator: { ",\"".contains($0) || $0.isNewline }) {
                #expect(!"=+-@".contains(cell.first ?? " "), "\(cell)")
            }
        }

        @Test("audit report writes one page, the same for the same log, and replaces none")
        func report() async throws {
            let story = try #require(Story.shared)
            let page = story.path("audit.html")
            _ = try await story.admin.result("audit", "report", "-o", page)
            let html = try String(contentsOf: URL(filePath: page), encoding: .utf8)
            #expect(html.hasPrefix("<!DOCTYPE html>\n") && html.hasSuffix("</html>\n"))
            #expect(html.contains("<svg") && html.contains(story.caseID))
            let again = try await story.admin("audit", "report", "-o", page)
            #expect(again.status == 1)
        }

        @Test("audit watch --once is silent while nothing is wrong, and says what is unusual")
        func watch() async throws {
            let story = try #require(Story.shared)
            let quiet = try await story.admin("audit", "watch", "--once")
            #expect(quiet.status == 0 && quiet.output == "" && quiet.error == "")
            _ = try await story.lawyer.result("list", story.caseID)
            let loud = try await story.admin("audit", "watch", "--once", "--releases", "0")
            #expect(loud.status == 1)
            #expect(loud.output.hasPrefix("access: more than 0 submissions were released to "))
            _ = try await story.lawyer.result("list", story.caseID)
            let json = try await story.admin(
                "audit",
                "watch",
                "--once",
                "--releases",
                "0",
                "--json"
            )
            #expect(try JSON(json.output)["kind"] == "access")
        }

        @Test("3: who may not read the whole log is told so")
        func refused() async throws {
            let story = try #require(Story.shared)
            for arguments in [["verify"], ["list"], ["watch", "--once"]] {
                let outcome = try await BuiltProgram.saksi.run(
                    ["audit"] + arguments + story.lawyer.options
                )
                #expect(outcome.status == 3 && outcome.output == "", "\(arguments)")
                #expect(
                    outcome.error.hasPrefix(
                        "saksi: error: only administrators and auditors read the whole log: "
                            + "you are a reader\n"
                    )
                )
            }
        }
    }
}
