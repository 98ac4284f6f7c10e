// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension SharedVaultTests {
    @Suite struct WithholdCommandTests {
        @Test("what an export withholds is named with its reason, and unsealed later verifies")
        func withheld() async throws {
            let story = try #require(Story.shared)
            let bundle = story.path("withheld")
            _ = try await story.lawyer.result(
                "export",
                story.caseID,
                "-o",
                bundle,
                "--for",
                "court",
                "--no-pdf",
                "--withhold",
                "1/2",
                "1/3/name=A.1",
                "--code",
                "B.1"
            )
            let verified = try await BuiltProgram.saksi(
                "verify",
                bundle,
                "--vkey",
                story.vault.vkey
            )
            #expect(verified.status == 0, "\(verified.output)")
            #expect(verified.output.contains("W0001: withheld: S0001 item 2 item: B.1"))
            #expect(verified.output.contains("W0002: withheld: S0001 item 3 name: A.1"))
            let supplement = bundle + "/addenda/order-1"
            let nothing = try await story.lawyer(
                "export",
                "unseal",
                bundle,
                "--leaf",
                "1/1/name",
                "-o",
                supplement
            )
            #expect(nothing.status == 1 && nothing.error.contains("names nothing"))
            _ = try await story.lawyer.result(
                "export",
                "unseal",
                bundle,
                "--leaf",
                "1/2",
                "1/3/name",
                "-o",
                supplement
            )
            let again = try await BuiltProgram.saksi("verify", bundle, "--vkey", story.vault.vkey)
            #expect(again.status == 0, "\(again.output)")
            #expect(again.output.contains("\npassed          addenda\n"))
            #expect(again.output.contains("unsealed: S0001/item/0003/name"))

            let leaf = try #require(
                FileManager.default.contentsOfDirectory(atPath: supplement + "/withheld").first
            )
            let path = URL(filePath: "\(supplement)/withheld/\(leaf)")
            let forged = try Data(contentsOf: path) + [0x20]
            try forged.write(to: path)
            let lie = try await BuiltProgram.saksi("verify", bundle, "--vkey", story.vault.vkey)
            #expect(
                lie.status == 1 && lie.output.contains("\nFAILED          addenda"),
                "\(lie.output)"
            )
        }
    }
}
