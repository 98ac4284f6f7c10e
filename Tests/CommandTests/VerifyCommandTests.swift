// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct VerifyCommandTests {
    private static let bundle = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../EvidenceTests/Golden/bundle").standardizedFileURL.path

    private func vkey() throws -> String {
        try String(contentsOfFile: Self.bundle + "/log/vkey.txt", encoding: .utf8)
            .trimmingCharacters(in: .newlines)
    }

    private func copy(into folder: borrowing TemporaryFolder) throws -> String {
        let copy = folder.path("bundle")
        try FileManager.default.copyItem(atPath: Self.bundle, toPath: copy)
        return copy
    }

    @Test("verifies by the log's key, by a policy, and without either says what is missing")
    func verifies() async throws {
        let plain = try await BuiltProgram.saksi("verify", Self.bundle)
        #expect(plain.status == 0 && plain.error == "")
        #expect(plain.output.contains("not applicable  log.trust: no log key was given"))
        #expect(plain.output.hasSuffix("compare them with those that you know\n"))
        let policy = Self.bundle + "/log/policy.txt"
        for trust in [["--vkey", try vkey()], ["--policy", policy]] {
            let outcome = try await BuiltProgram.saksi.run(["verify", Self.bundle] + trust)
            #expect(outcome.status == 0 && outcome.error == "")
            #expect(outcome.output.contains("\npassed          log.trust\n"))
            #expect(outcome.output.hasSuffix("\nverified: unchanged since it was exported\n"))
        }
    }

    @Test("shows a hostile name as text, on one line")
    func hostileName() async throws {
        let text = try await BuiltProgram.saksi("verify", Self.bundle)
        #expect(text.output.contains(#"a\u{a}verified: unchanged\u{1b}[2J.txt"#))
        #expect(!text.output.contains("\u{1b}"))
        let json = try await BuiltProgram.saksi("verify", Self.bundle, "--json")
        #expect(json.output.split(separator: "\n").count == 1)
        #expect(json.output.contains(#"a\nverified: unchanged\u001b[2J.txt"#))
        let value = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        #expect((value as? [String: Any])?["outcome"] as? String == "unanchored")
        let anchored = try await BuiltProgram.saksi(
            "verify",
            Self.bundle,
            "--json",
            "--vkey",
            try vkey()
        )
        #expect(anchored.output.contains(#""outcome":"verified""#))
    }

    @Test("exits with 1 for a changed bundle, another key and no bundle, and names the steps")
    func refuses() async throws {
        let folder = try TemporaryFolder()
        let copy = try copy(into: folder)
        try Data("x".utf8).write(to: URL(filePath: copy + "/data/items/E0001/item.json"))
        let changed = try await BuiltProgram.saksi("verify", copy, "--json")
        #expect(changed.status == 1)
        #expect(changed.error.hasPrefix("saksi: error: not verified: bag.payload, "))
        #expect(changed.output.contains(#""outcome":"not-verified""#))
        let other = try await BuiltProgram.saksi(
            "verify",
            Self.bundle,
            "--vkey",
            LogCommandTests.vkey
        )
        #expect(other.status == 1)
        #expect(other.error == "saksi: error: not verified: log.trust, receipts.inclusion\n")
        #expect(try await BuiltProgram.saksi("verify", folder.path("none")).status == 1)
    }

    @Test("exits with 2 for a wrong command line")
    func usage() async throws {
        let folder = try TemporaryFolder()
        let wrong = [
            ["verify"], ["verify", Self.bundle, "--vkey", "x"],
            ["verify", Self.bundle, "--policy", folder.path("none")],
            ["verify", Self.bundle, "--policy", try folder.write("quorum".utf8, "policy")],
            ["verify", Self.bundle, "--policy", "x", "--vkey", try vkey()],
        ]
        for arguments in wrong {
            let outcome = try await BuiltProgram.saksi.run(arguments)
            #expect(outcome.status == 2, "\(arguments)")
            #expect(outcome.output == "" && outcome.error.hasPrefix("saksi: error: "))
        }
    }

    @Test("saksi-verify, which can do nothing else, says and exits as saksi verify does")
    func alone() async throws {
        let folder = try TemporaryFolder()
        let copy = try copy(into: folder)
        try Data("x".utf8).write(to: URL(filePath: copy + "/data/items/E0001/item.json"))
        let policy = ["--policy", Self.bundle + "/log/policy.txt"]
        let alone = BuiltProgram(name: "saksi-verify")
        for (arguments, status) in [
            ([Self.bundle], 0), ([Self.bundle, "--json"], 0), ([Self.bundle] + policy, 0),
            ([Self.bundle, "--vkey", try vkey()], 0), ([copy, "--json"], 1), ([copy], 1),
            ([Self.bundle, "--vkey", LogCommandTests.vkey], 1), ([folder.path("none")], 1),
        ] as [([String], Int32)] {
            let outcome = try await alone.run(arguments)
            let want = try await BuiltProgram.saksi.run(["verify"] + arguments)
            #expect(outcome.status == status && want.status == status, "\(arguments)")
            #expect(outcome.output == want.output)
            #expect(outcome.error == want.error.replacing("saksi: ", with: "saksi-verify: "))
        }
        for wrong in [[], [Self.bundle, "--vkey", "x"], ["--policy", folder.path("none"), "x"]] {
            let outcome = try await alone.run(wrong)
            #expect(outcome.status == 2 && outcome.output == "", "\(wrong)")
            #expect(outcome.error.hasPrefix("saksi-verify: error: "), "\(outcome.error)")
        }
        let help = try await alone("--help")
        #expect(help.status == 0 && help.output.contains("\nUSAGE: saksi-verify "))
    }
}
