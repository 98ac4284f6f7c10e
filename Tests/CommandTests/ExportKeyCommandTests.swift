// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension SharedVaultTests {
    @Suite struct ExportKeyCommandTests {
        @Test("a device has one export key, made on purpose, which show prints")
        func made() async throws {
            let story = try #require(Story.shared)
            let shown = try JSON(try await story.lawyer.result("export-key", "show", "--json"))
            let again = try await story.lawyer("export-key", "init")
            #expect(again.status == 1 && again.error.contains("has an export key already"))
            #expect(shown["name"].hasPrefix(shown["p256"] + " "))
            #expect(shown["pem"].hasPrefix("-----BEGIN PUBLIC KEY-----\n"))
            #expect(shown["allowedSigners"].hasPrefix("evidence-export namespaces="))
            let text = try await story.lawyer.result("export-key", "show")
            #expect(text.contains(shown["p256"]) && text.contains(shown["ed25519"]))
            let none = try await story.activist("export-key", "show")
            #expect(none.status == 1 && none.error.contains("saksi export-key init"))
        }

        @Test("verify takes the fingerprint of either algorithm, and no other")
        func verified() async throws {
            let story = try #require(Story.shared)
            let bundle = story.path("sealed")
            _ = try await story.lawyer.result(
                "export",
                story.caseID,
                "-o",
                bundle,
                "--for",
                "court"
            )
            let shown = try JSON(try await story.lawyer.result("export-key", "show", "--json"))
            for key in ["p256", "ed25519"] {
                let good = try await BuiltProgram.saksi(
                    "verify",
                    bundle,
                    "--export-key",
                    shown[key]
                )
                #expect(good.status == 0 && good.output.contains("passed          seal.key"))
                #expect(good.output.contains("verified: unchanged since it was exported"))
            }
            let other = try await BuiltProgram.saksi(
                "verify",
                bundle,
                "--export-key",
                String(repeating: "0", count: 64)
            )
            #expect(other.status == 1)
            #expect(other.error == "saksi: error: not verified: seal.key\n")
            let wrong = try await BuiltProgram.saksi("verify", bundle, "--export-key", "SHA256:x")
            #expect(wrong.status == 2)
        }
    }
}

@Suite struct ExportKeyPolicyTests {
    @Test("once the policy names export keys, the vault takes no export with another")
    func policy() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        try await vault.serve { _ in
            let story = try await Story.tell(on: vault)
            let own = try JSON(try await story.lawyer.result("export-key", "show", "--json"))[
                "name"
            ]
            let zeros = String(repeating: "0", count: 64)
            _ = try await story.admin.result(
                "admin",
                "policy",
                "--export-key",
                "\(zeros) \(zeros)"
            )
            let export = ["export", story.caseID, "-o", story.path("bundle"), "--for", "court"]
            let refused = try await story.lawyer.run(export)
            #expect(refused.status == 3, "\(refused.error)")
            #expect(refused.error.contains("does not name the export key of this device"))
            #expect(refused.error.contains(own))
            _ = try await story.admin.result("admin", "policy", "--export-key", own)
            let shown = try await story.admin.result("admin", "policy")
            #expect(shown.contains("export-key: \(own)"))
            let done = try await story.lawyer.run(export)
            #expect(done.status == 0, "\(done.error)")
        }
    }
}
