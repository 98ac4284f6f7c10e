// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.exist("tlog/tessera-testdata-log"), Vectors.reason))
struct LogCommandTests {
    static let log = "tlog/tessera-testdata-log"
    static let vkey =
        "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

    private func path(_ name: String) -> String { Vectors.root.appending(path: name).path }

    /// A copy of the log, to be damaged.
    private func copy(into folder: borrowing TemporaryFolder) throws -> String {
        for name in ["checkpoint", "tile/0/000.p/15", "tile/entries/000.p/15"] {
            try folder.write(Vectors.bytes("\(Self.log)/\(name)"), "log/\(name)")
        }
        return folder.path("log")
    }

    @Test("verify-tiles: verifies a sound log and says what it covered")
    func verifiesTiles() async throws {
        let outcome = try await BuiltProgram.saksi(
            "log",
            "verify-tiles",
            "--vkey",
            Self.vkey,
            path(Self.log)
        )
        #expect(outcome.status == 0)
        #expect(outcome.error == "")
        #expect(
            outcome.output.hasPrefix(
                """
                example.com/log/testdata, 15 entries, root \
                aca6c38a90af86e5f5199ee0e4105ef2c03a05b27b8daff59e4e36eefdfcddcb
                signed by example.com/log/testdata+33d7b496
                level 0: 1 tiles recomputed
                entries: 15 of 15 re-hashed

                """
            )
        )
    }

    @Test(
        "verify-tiles: refuses a log with one damaged file, and names it",
        arguments: ["checkpoint", "tile/0/000.p/15", "tile/entries/000.p/15"]
    )
    func refusesDamagedLogs(name: String) async throws {
        let folder = try TemporaryFolder()
        let log = try copy(into: folder)
        var bytes = try Vectors.bytes("\(Self.log)/\(name)")
        bytes[40] ^= 1
        try folder.write(bytes, "log/\(name)")
        let outcome = try await BuiltProgram.saksi(
            "log",
            "verify-tiles",
            "--vkey",
            Self.vkey,
            log
        )
        #expect(outcome.status == 1)
        #expect(outcome.output == "")
        #expect(outcome.error.hasPrefix("saksi: error: "))
        #expect(
            name == "checkpoint" || outcome.error.contains(name) || outcome.error.contains("tile/0")
        )
    }

    @Test("verify-tiles: takes another origin only where --origin names it")
    func checksOrigin() async throws {
        let other = try await BuiltProgram.saksi(
            "log",
            "verify-tiles",
            "--vkey",
            Self.vkey,
            "--origin",
            "example.com/other",
            path(Self.log)
        )
        #expect(other.status == 1)
        #expect(
            other.error == """
                saksi: error: the checkpoint is another log's: got "example.com/log/testdata", \
                want "example.com/other"

                """
        )
    }

    @Test("verify-note: lists who signed, and refuses an unknown key")
    func verifiesNotes() async throws {
        let note = path("\(Self.log)/checkpoint")
        let outcome = try await BuiltProgram.saksi("log", "verify-note", "--vkey", Self.vkey, note)
        #expect(outcome.status == 0)
        #expect(outcome.output == "signed by example.com/log/testdata+33d7b496\n")
        let unknown = try await BuiltProgram.saksi(
            "log",
            "verify-note",
            "--vkey",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            note
        )
        #expect(unknown.status == 1)
        #expect(unknown.error.contains("no signature is by a known key"))
    }

    @Test("verify-proof: verifies the only entry of a log, and refuses another")
    func verifiesProofs() async throws {
        let folder = try TemporaryFolder()
        let head = Array("c2sp.org/tlog-proof@v1\nindex 0\n\n".utf8)
        let proof = try folder.write(
            head + Vectors.bytes("\(Self.log)/checkpoint.1"),
            "one.tlog-proof"
        )
        let leaf = try folder.write("one".utf8, "leaf")
        let other = try folder.write("One".utf8, "other")
        let arguments = ["log", "verify-proof", "--vkey", Self.vkey]
        let good = try await BuiltProgram.saksi.run(arguments + ["--leaf", leaf, proof])
        #expect(good.status == 0)
        #expect(
            good.output == """
                entry 0 of 1 in example.com/log/testdata
                signed by example.com/log/testdata+33d7b496

                """
        )
        let bad = try await BuiltProgram.saksi.run(arguments + ["--leaf", other, proof])
        #expect(bad.status == 1)
        #expect(bad.error == "saksi: error: the proof does not lead to the root hash\n")
        let witness = [
            "--witness",
            "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN",
        ]
        let alone = try await BuiltProgram.saksi.run(arguments + witness + ["--leaf", leaf, proof])
        #expect(alone.status == 1)
        #expect(alone.error.contains("the witness quorum is not met: no known witness cosigned"))
        let none = ["--quorum", "0", "--leaf", leaf, proof]
        #expect(try await BuiltProgram.saksi.run(arguments + witness + none).status == 0)
    }

    @Test(
        "refuses a wrong command line with status 2",
        arguments: [
            ["verify-note", "x"], ["verify-note", "--vkey", "abc", "x"],
            ["verify-note", "--vkey", vkey], ["verify-tiles", "--vkey", vkey],
            ["verify-proof", "--vkey", vkey, "x"], ["verify-tiles", "x"],
            ["verify-proof", "--vkey", vkey, "--quorum", "1", "--leaf", "x", "x"],
            ["verify-proof", "--vkey", vkey, "--quorum", "-1", "--leaf", "x", "x"],
            ["verify-proof", "--vkey", vkey, "--witness", vkey, "--leaf", "x", "x"],
        ]
    )
    func refusesCommandLines(arguments: [String]) async throws {
        let outcome = try await BuiltProgram.saksi.run(["log"] + arguments)
        #expect(outcome.status == 2)
        #expect(outcome.error.hasPrefix("saksi: error: "))
        #expect(outcome.output == "")
    }

    @Test("names a file that cannot be read, with status 1")
    func namesUnreadableFiles() async throws {
        let folder = try TemporaryFolder()
        for arguments in [
            ["verify-note", "--vkey", Self.vkey, folder.path("gone")],
            ["verify-tiles", "--vkey", Self.vkey, folder.url.path],
            ["verify-proof", "--vkey", Self.vkey, "--leaf", folder.path("gone"), "x"],
        ] {
            let outcome = try await BuiltProgram.saksi.run(["log"] + arguments)
            #expect(outcome.status == 1)
            #expect(outcome.error.contains("no such file"), "\(outcome.error)")
        }
    }
}
