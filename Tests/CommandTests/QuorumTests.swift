// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct QuorumTests {
    @Test("two administrators set a quorum and revoke a reader, over a restart")
    func revocation() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        var people: [String: Person] = [:]
        var proposal = ""
        try await vault.serve { _ in
            // The vault has two administrators, and a reader with a case.
            let (admin, _) = try await vault.join("admin", by: vault.invitation)
            for (name, role) in [("chair", "admin"), ("lawyer", "reader")] {
                let invitation = try await admin.result("invite", "--role", role)
                people[name] = try await vault.join(name, by: invitation).0
            }
            people["admin"] = admin
            let lawyer = try #require(people["lawyer"])
            _ = try await lawyer.result("case", "open", "The well")

            // From now on two sign a revocation, and an invitation of a reader.
            let policy = try await admin(
                "admin",
                "policy",
                "--quorum",
                "revoke=2",
                "--quorum",
                "invite.reader=2"
            )
            #expect(policy.status == 0 && policy.output.hasPrefix("entry: "))
            #expect(policy.error.contains("from now on quorum revoke: 2\n"), "\(policy.error)")

            // One alone only proposes.
            let fingerprint = try await lawyer.fingerprint()
            let revoked = try await admin("revoke", fingerprint, "--reason", "left")
            #expect(revoked.status == 0 && revoked.error.contains("nothing has changed yet"))
            #expect(revoked.error.contains("no revocation recalls it"))
            let line = revoked.output.split(separator: "\n").first { $0.hasPrefix("proposal: ") }
            proposal = String(line?.suffix(64) ?? "")
            #expect(revoked.output.contains("\nsigned:   1 of 2\n"), "\(revoked.output)")
            _ = try await lawyer.result("case", "list")
        }
        let (admin, chair) = (try #require(people["admin"]), try #require(people["chair"]))
        let lawyer = try #require(people["lawyer"])
        try await vault.serve { _ in
            // The proposal has survived the restart, and says what it will do.
            let pending = try await chair.result("admin", "pending")
            #expect(pending.hasPrefix("\(proposal)  revoke  signed 1 of 2\n  ends every key of "))
            let shown = try await chair("admin", "show", proposal)
            #expect(shown.output.contains("\n  saksi/v1 revoke\n"), "\(shown.output)")
            let json = try JSON(try await chair.result("admin", "show", proposal, "--json"))
            #expect(json["id"] == proposal && json["act"] == "revoke")
            let reader = try await lawyer("admin", "approve", proposal)
            #expect(reader.status != 0)

            // The second signature sends it to the log; the reader is out.
            let approved = try await chair("admin", "approve", proposal)
            #expect(approved.status == 0 && approved.output.hasPrefix("entry: "))
            let refused = try await lawyer("case", "list")
            #expect(refused.status == 3 && refused.error.contains("revoked"), "\(refused.error)")
            #expect(try await admin.result("admin", "pending") == "")

            // An invitation that two have to sign is good once both did.
            let invited = try await chair("invite", "--role", "reader")
            #expect(invited.output.hasPrefix("saksi-invite-v1:"))
            let early = try await vault.join("colleague", by: invited.output)
            #expect(early.1.status == 3, "\(early.1.error)")
            let waiting = try await admin.result("admin", "pending", "--json")
            let id = try #require(try JSON.list(waiting).first?["id"] as? String)
            _ = try await admin.result("admin", "approve", id)
            let (_, joined) = try await vault.join("friend", by: invited.output)
            #expect(joined.status == 0, "\(joined.error)")
        }
    }

    @Test("a reader's new keys are countersigned, taken into use, and rights stay")
    func rotation() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        try await vault.serve { _ in
            let (admin, _) = try await vault.join("admin", by: vault.invitation)
            let invitation = try await admin.result("invite", "--role", "reader")
            let (lawyer, _) = try await vault.join("lawyer", by: invitation)
            let id = try await lawyer.result("case", "open", "The well")
            let before = try await lawyer.fingerprint()
            let begun = try await lawyer("key", "rotate")
            #expect(begun.status == 0 && begun.output.contains("signed:   0 of 1\n"))
            let waiting = try await admin.result("admin", "pending", "--json")
            let proposal = try #require(try JSON.list(waiting).first?["id"] as? String)
            _ = try await admin.result("admin", "approve", proposal)
            let old = try await lawyer("case", "list")
            #expect(old.status == 3 && old.error.contains("saksi key rotate"), "\(old.error)")
            let done = try await lawyer("key", "rotate")
            #expect(done.status == 0 && done.error == "", "\(done.error)")
            #expect(try await lawyer.fingerprint() != before)
            #expect(try await lawyer.result("case", "list") == "\(id)  own  The well")
        }
    }
}
