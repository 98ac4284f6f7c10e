// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Holding and erasing, with the real programs.
@Suite struct RetentionCommandTests {
    @Test("what is held is not erased; what is erased is gone, said to be so, and proofs stay")
    func retention() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        try await vault.serve { _ in
            let story = try await Story.tell(on: vault)
            let (id, lawyer, admin) = (story.caseID, story.lawyer, story.admin)
            _ = try await story.activist.result(
                "submit",
                id,
                story.files[1],
                "--consent",
                "court"
            )

            // The owner holds a submission; the owner's device says so and the vault keeps to it.
            let held = try await lawyer("hold", id, "1", "--yes")
            #expect(held.status == 0 && held.output.hasPrefix("entry: "), "\(held.error)")
            #expect(held.error.contains("this keeps the submission with the record "))
            #expect(try await lawyer.result("list", id).contains("\n  held: it cannot be erased\n"))
            let erase = ["erase", id, "1/2", "--authority", "court-order"]
            let refused = try await lawyer.run(erase + ["--yes"])
            #expect(refused.status == 3 && refused.error.contains("saksi hold --release"))

            // Letting go takes an administrator.
            let asked = try await BuiltProgram(name: "setsid").run(
                ["--wait", "saksi", "hold", id, "1", "--release"] + lawyer.options
            )
            #expect(asked.status == 1 && asked.error.hasSuffix("saksi: hint: use --yes\n"))
            let released = try await lawyer("hold", id, "1", "--release", "--yes")
            #expect(released.output.hasPrefix("proposal: "), "\(released.error)")
            try await approve(as: admin)

            // One item of it is erased, then all of the other, as its record names it.
            let proposed = try await lawyer.run(erase + ["--yes"])
            #expect(proposed.output.hasPrefix("proposal: "), "\(proposed.error)")
            for effect in ["destroys 1 of the files", "given: court-order", "backups"] {
                #expect(proposed.error.contains(effect), "\(proposed.error)")
            }
            try await approve(as: admin)
            let listed = try JSON.list(try await lawyer.result("list", id, "--json"))
            let record = try #require(listed.last?["record"] as? String)
            let erased = try await admin("erase", id, record, "--authority", "owner-wish", "--yes")
            #expect(erased.status == 0 && erased.output.hasPrefix("entry: "), "\(erased.error)")

            let list = try await lawyer.result("list", id)
            #expect(list.contains("letter.txt  erased (court-order)"), "\(list)")
            #expect(list.contains("\n  cannot be opened: it was erased (owner-wish)"), "\(list)")
            let opened = try await lawyer(
                "open",
                id,
                "1/2",
                "-o",
                story.path("opened"),
                "--purpose",
                "x"
            )
            #expect(opened.status == 1 && opened.error.contains("item 1/2 was erased"))
            let bundle = story.path("bundle")
            let exported = try await lawyer.result("export", id, "-o", bundle, "--for", "court")
            #expect(exported.contains("submission 1, object "), "\(exported)")
            #expect(exported.contains("submission 2\n"), "\(exported)")
            let verified = try await BuiltProgram.saksi("verify", bundle)
            #expect(verified.status == 0, "\(verified.output)\(verified.error)")
            let audit = try await admin("audit", "verify", "--full")
            #expect(audit.status == 0, "\(audit.output)\(audit.error)")
        }
        let check = try await BuiltProgram.saksid("check", "--data", vault.data, "--deep")
        #expect(check.status == 0, "\(check.output)\(check.error)")
    }

    private func approve(as admin: Person) async throws {
        let waiting = try JSON.list(try await admin.result("admin", "pending", "--json"))
        let id = try #require(waiting.first?["id"] as? String)
        _ = try await admin.result("admin", "approve", id)
    }
}
