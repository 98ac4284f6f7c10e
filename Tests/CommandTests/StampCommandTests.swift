// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess
import Testing

/// A time-stamping authority on loopback: `Tests/Peers/tsa.py`, with keys of its own.
private struct ServedAuthority {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Peers/tsa.py").standardizedFileURL.path

    let url: String
    let root: String

    /// What `--tsa` takes.
    var option: String { "\(url)=\(root)" }

    /// The same roots behind a port that nothing listens on.
    func unreachable() throws -> String { "http://127.0.0.1:\(try freePort())=\(root)" }

    /// Makes one in a folder, and serves it while something is done.
    static func serve(
        _ algorithm: String,
        in folder: String,
        _ body: (ServedAuthority) async throws -> Void
    ) async throws {
        let made = try await BuiltProgram(name: "python3")(script, "make", folder, algorithm)
        guard made.status == 0 else { throw Unexpected(made) }
        _ = try await Subprocess.run(
            .name("python3"),
            arguments: [script, "serve", folder],
            input: .none,
            output: .sequence,
            error: .discarded
        ) { execution in
            // It has nothing to lose.
            defer { Running(pid: execution.processIdentifier.value).send(SIGKILL) }
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            let url = try #require(try await lines.next())
                .trimmingCharacters(in: .whitespacesAndNewlines)
            try await body(ServedAuthority(url: url, root: folder + "/root.crt"))
        }
    }
}

/// Which of the steps of `saksi verify` have an outcome.
private func steps(_ outcome: String, of bundle: String, _ options: String...) async throws
    -> [String]
{
    let report = try await BuiltProgram.saksi.run(["verify", "--json", bundle] + options)
    let steps = try #require(JSON(report.output).members["steps"] as? [[String: Any]])
    return steps.filter { $0["outcome"] as? String == outcome }.compactMap { $0["id"] as? String }
}

extension SharedVaultTests {
    @Suite struct StampedExportTests {
        @Test("export --tsa has the seal stamped, and tells which authority did not answer")
        func stamped() async throws {
            let story = try #require(Story.shared)
            try await ServedAuthority.serve("ec", in: story.path("tsa")) { authority in
                let bundle = story.path("stamped")
                let exported = try await story.lawyer(
                    "export",
                    story.caseID,
                    "-o",
                    bundle,
                    "--for",
                    "court",
                    "--tsa",
                    try authority.unreachable(),
                    "--tsa",
                    authority.option
                )
                #expect(exported.status == 0)
                #expect(exported.error.contains("warning: not time-stamped by http://127.0.0.1:"))
                let passed = try await steps(
                    "passed",
                    of: bundle,
                    "--tsa-root",
                    authority.root
                )
                #expect(passed.contains("seal.time") && passed.contains("seal.closing"))
                try FileManager.default.removeItem(atPath: bundle + "/seal/SEAL.txt.tsa1.tsr")
                let failed = try await steps("failed", of: bundle)
                #expect(failed.contains("seal.closing"))
            }
        }
    }
}

@Suite struct RenewalCommandTests {
    private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../EvidenceTests/Golden/bundle").standardizedFileURL.path

    @Test("timestamp renew adds rounds that verify, and writes nothing where nobody stamps")
    func renewed() async throws {
        let folder = try TemporaryFolder()
        let bundle = folder.path("bundle")
        try FileManager.default.copyItem(atPath: Self.golden, toPath: bundle)
        let addenda = { try FileManager.default.contentsOfDirectory(atPath: bundle + "/addenda") }
        let before = try addenda()
        try await ServedAuthority.serve("rsa", in: folder.path("tsa")) { authority in
            let renew = ["timestamp", "renew", bundle, "--tsa"]
            let none = try await BuiltProgram.saksi.run(renew + [authority.unreachable()])
            #expect(none.status == 1)
            #expect(none.error.contains("no authority has stamped: nothing was written"))
            #expect(try addenda() == before)
            for round in 1...2 {
                let done = try await BuiltProgram.saksi.run(renew + [authority.option])
                #expect(done.status == 0 && done.error == "", "\(done.error)")
                #expect(done.output.hasPrefix("round:"))
                #expect(try addenda().contains("RENEWAL-\(round).txt"))
            }
            let passed = try await steps("passed", of: bundle, "--tsa-root", authority.root)
            #expect(passed.contains("seal.time"))
            try Data("x".utf8).write(to: URL(filePath: bundle + "/addenda/RENEWAL-1.txt"))
            #expect(try await steps("failed", of: bundle) == ["seal.time"])
        }
    }

    @Test("refuses an authority without roots, and none, before anything is asked")
    func refuses() async throws {
        let renew = ["timestamp", "renew", Self.golden]
        let none = try await BuiltProgram.saksi.run(renew)
        #expect(none.status == 2 && none.error.contains("give --tsa URL=FILE"))
        let plain = try await BuiltProgram.saksi.run(renew + ["--tsa", "http://127.0.0.1"])
        #expect(plain.status == 2 && plain.error.contains("want URL=FILE"))
        let missing = try await BuiltProgram.saksi.run(renew + ["--tsa", "http://127.0.0.1=/none"])
        #expect(missing.status == 1 && missing.error.contains("the roots cannot be read"))
    }
}
