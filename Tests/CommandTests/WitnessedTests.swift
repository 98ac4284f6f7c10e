// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct WitnessedTests {
    @Test(
        "the policy's witnesses cosign, devices say so, a receipt shows it, and heads are compared",
        .timeLimit(.minutes(10))
    )
    func policy() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let data = folder.path("witness")
        let made = try await BuiltProgram.saksid(
            "witness",
            "init",
            "--data",
            data,
            "--name",
            "w.example"
        )
        let vkey = made.output.dropLast()
        let known = try await BuiltProgram.saksid(
            "witness",
            "add-log",
            "--data",
            data,
            "--vkey",
            vault.vkey
        )
        #expect(known.status == 0)
        let address = "127.0.0.1:\(try freePort())"
        let witnessing = ["witness", "serve", "--data", data, "--listen", address]
        try await vault.serve { _ in
            let (admin, _) = try await vault.join("admin", by: vault.invitation)
            let invitation = try await admin.result("invite", "--role", "reader")
            let (reader, _) = try await vault.join("reader", by: invitation)
            let id = try await reader.result("case", "open", "The well")
            let file = try folder.write("what was seen".utf8, "note.txt")
            let receipt = folder.path("receipt")
            _ = try await reader.result("submit", id, file, "--receipt", receipt)
            let before = try Data(contentsOf: URL(filePath: receipt))
            let card = try JSON(
                try await reader.result("status", "--receipt", receipt, "--json")
            )
            #expect(card.members["upgraded"] as? Bool == false)
            let policy = ["--witness", "\(vkey) http://\(address)", "--witness-quorum", "1"]
            let changed = try await BuiltProgram.saksi.run(
                ["admin", "policy"] + policy + admin.options
            )
            #expect(changed.status == 0, "\(changed.error)")

            // Nobody answers there yet, so nothing is witnessed.
            let early = try await reader("status")
            #expect(early.output.hasPrefix("log witnessed: no, cosigned by 0, 1 needed\n"))
            #expect(try Data(contentsOf: URL(filePath: receipt)) == before)

            let end = ContinuousClock.now + .seconds(300)
            let witness = try await BuiltProgram.saksid.serve(witnessing) { _ in
                while true {
                    let text = try await reader.result("status", "--receipt", receipt, "--json")
                    if try JSON(text).members["upgraded"] as? Bool == true { break }
                    try #require(ContinuousClock.now < end, "no receipt was witnessed: \(text)")
                }
                let after = try String(contentsOfFile: receipt, encoding: .utf8)
                #expect(after.contains("\u{2014} w.example "))
                let again = try await reader.result("status", "--receipt", receipt)
                #expect(again.contains("yes, cosigned by 1, 1 needed: w.example"))
                #expect(try String(contentsOfFile: receipt, encoding: .utf8) == after)
                let compared = try await reader("log", "compare", "--witness", "http://\(address)")
                #expect(compared.status == 0, "\(compared.error)")
            }
            #expect(witness.status == 0 && witness.error == "")
            let shown = try await reader.result("whoami")
            #expect(shown.contains("yes, cosigned by 1, 1 needed: w.example"), "\(shown)")
        }
        let check = try await BuiltProgram.saksid("check", "--data", vault.data, "--deep")
        #expect(check.status == 0, "\(check.output)")
    }
}
