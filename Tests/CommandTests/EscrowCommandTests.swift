// SPDX-License-Identifier: Apache-2.0

import Foundation
import QRText
import Testing

/// Custodians, with the real programs.
@Suite struct EscrowCommandTests {
    @Test("a case outlives its owner's device by two of three papers, and by no fewer")
    func recovers() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        try await vault.serve { _ in
            let story = try await Story.tell(on: vault)
            let (id, lawyer, admin) = (story.caseID, story.lawyer, story.admin)
            let forReader = try await admin.result("invite", "--role", "reader")
            let (deputy, _) = try await vault.join("deputy", by: forReader)
            let new = try await deputy.fingerprint()

            // Three shares in files that only their owner reads, two of which open the case.
            let shares = story.path("shares")
            let split = ["--shares", "3", "--threshold", "2"]
            let made = try await lawyer.run(["case", "escrow", id, "-o", shares, "--qr"] + split)
            #expect(made.status == 0, "\(made.error)")
            #expect(made.output.contains("\nshares: 3, of which 2 open the case\n"))
            let names = try FileManager.default.contentsOfDirectory(atPath: shares).sorted()
            #expect(
                names == (1...3).flatMap { ["share-\($0)-qr.txt", "share-\($0).txt"] }
            )
            for name in names {
                let attributes = try FileManager.default.attributesOfItem(
                    atPath: "\(shares)/\(name)"
                )
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
            let text = try Data(contentsOf: URL(filePath: "\(shares)/share-1.txt"))
            let code = try String(contentsOfFile: "\(shares)/share-1-qr.txt", encoding: .utf8)
            #expect(code == (try QRText(text).lines(.dark)).joined(separator: "\n") + "\n")
            // They are not replaced: they may be the only ones.
            let again = try await lawyer.run(["case", "escrow", id, "-o", shares] + split)
            #expect(again.status == 1)
            #expect(
                again.error == """
                    saksi: error: "\(shares)/share-1.txt" exists already: shares are not replaced
                    saksi: hint: name another folder

                    """
            )

            // The owner's device is gone. Shares alone do nothing, nor does the decision alone.
            let first = ["--share", "\(shares)/share-1.txt"]
            let both = first + ["--share", "\(shares)/share-3.txt"]
            let early = try await deputy.run(["case", "recover", id] + both)
            #expect(early.status == 3, "\(early.error)")
            let asked = try await BuiltProgram(name: "setsid").run(
                ["--wait", "saksi", "admin", "recover-case", id, "--owner", new] + admin.options
            )
            #expect(asked.status == 1 && asked.error.hasSuffix("saksi: hint: use --yes\n"))
            let given = try await admin("admin", "recover-case", id, "--owner", new, "--yes")
            #expect(given.status == 0 && given.output.hasPrefix("entry: "), "\(given.error)")
            #expect(given.error.contains("this gives case \(id) to another owner"))
            #expect(try await deputy.result("case", "list") == "\(id)  own")
            #expect(try await deputy("list", id).status == 1)

            // One is not enough; a slip is named by its place.
            let few = try await deputy.run(["case", "recover", id] + first)
            #expect(few.status == 1)
            #expect(
                few.error.hasPrefix(
                    "saksi: error: 2 shares are needed, got 1: share 1 in \"\(shares)/share-1.txt\"\n"
                )
            )
            let slip = story.path("slip.txt")
            try Data(
                String(decoding: text, as: UTF8.self).replacing("\n2: ", with: "\n2: b").utf8
            ).write(to: URL(filePath: slip))
            let damaged = try await deputy.run(["case", "recover", id, "--share", slip] + both)
            #expect(damaged.status == 1)
            #expect(
                damaged.error == """
                    saksi: error: "\(slip)": row 2, word 1: there is no such word
                    saksi: hint: compare it with the paper; words and rows are counted from 1

                    """
            )

            // Typed one after the other on stdin, two open everything; the first owner is out.
            let typed = story.path("typed.txt")
            let third = try Data(contentsOf: URL(filePath: "\(shares)/share-3.txt"))
            try (text + Data("\n".utf8) + third).write(to: URL(filePath: typed))
            let old = try await lawyer.fingerprint()
            let unasked = try await BuiltProgram(name: "setsid").run(
                ["--wait", "saksi", "case", "recover", id] + both + deputy.options
            )
            #expect(unasked.status == 1 && unasked.error.hasSuffix("saksi: hint: use --yes\n"))
            #expect(unasked.error.contains("this seals the case's next key to "))
            let recovered = try await BuiltProgram(name: "sh").run(
                [
                    "-c", #"exec saksi "$@" < "$0""#, typed, "case", "recover", id,
                    "--share", "-", "--without", old, "--yes",
                ] + deputy.options
            )
            #expect(recovered.status == 0, "\(recovered.error)")
            #expect(recovered.output.hasPrefix("epoch: 2\nobjects: 4\n"), "\(recovered.output)")
            #expect(recovered.error.contains("compares your fingerprint"))
            #expect(try await deputy.result("case", "list") == "\(id)  own  The well of 2026")
            #expect(try await deputy.result("list", id).contains("testimony.txt"))
            #expect(try await lawyer("list", id).status == 3)
            let repeated = try await deputy.run(["case", "recover", id] + both)
            #expect(repeated.status == 0 && repeated.output == "")
        }
        let check = try await BuiltProgram.saksid("check", "--data", vault.data, "--deep")
        #expect(check.status == 0, "\(check.output)\(check.error)")
    }

    @Test("shares are printed where no folder is named, and numbers that cannot be are refused")
    func prints() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        try await vault.serve { _ in
            let (admin, _) = try await vault.join("admin", by: vault.invitation)
            let forReader = try await admin.result("invite", "--role", "reader")
            let (lawyer, _) = try await vault.join("lawyer", by: forReader)
            let id = try await lawyer.result("case", "open", "The well")
            let printed = try await lawyer.result(
                "case",
                "escrow",
                id,
                "--shares",
                "2",
                "--threshold",
                "2"
            )
            #expect(printed.components(separatedBy: "saksi/v1 share\n").count == 3)
            for (shares, threshold) in [("3", "1"), ("2", "3"), ("17", "2")] {
                let refused = try await lawyer(
                    "case",
                    "escrow",
                    id,
                    "--shares",
                    shares,
                    "--threshold",
                    threshold
                )
                #expect(refused.status == 2 && refused.output == "")
                #expect(
                    refused.error.contains(
                        "got --shares \(shares) --threshold \(threshold), want 2 or more of up to 16\n"
                    )
                )
            }
        }
    }
}
