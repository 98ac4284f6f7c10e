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

/// Takes connections on loopback, and never answers.
private final class SilentAuthority: Sendable {
    private let listener: Int32
    let url: String

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw POSIXError(.EMFILE) }
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, length) == 0 && listen(listener, 1) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRINUSE) }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/"
    }

    deinit { close(listener) }

    /// Waits until somebody has connected, or two minutes: then nobody will.
    func waitUntilAsked() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [listener] in
                var asked = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
                _ = unsafe poll(&asked, 1, 120_000)
                continuation.resume()
            }
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

        @Test("an export that is ended while an authority is asked says that it is logged")
        func interrupted() async throws {
            let story = try #require(Story.shared)
            let silent = try SilentAuthority()
            try await ServedAuthority.serve("ec", in: story.path("cut-tsa")) { authority in
                let bundle = story.path("cut")
                let cut = try await story.lawyer(
                    "export",
                    story.caseID,
                    "-o",
                    bundle,
                    "--for",
                    "court",
                    "--tsa",
                    "\(silent.url)=\(authority.root)"
                ) { exporting in
                    await silent.waitUntilAsked()
                    exporting.send(SIGINT)
                }
                #expect(cut.status == 128 + SIGINT && cut.output == "")
                let told = "no bundle was made, but the vault's log holds its export: entry "
                #expect(cut.error.hasPrefix("saksi: warning: \(told)"), "\(cut.error)")
                #expect(cut.error.hasSuffix("\nsaksi: error: the command was interrupted\n"))
                #expect(!cut.error.contains("cannot be reached"), "\(cut.error)")
                #expect(!FileManager.default.fileExists(atPath: bundle))
                #expect(!FileManager.default.fileExists(atPath: bundle + ".partial"))
            }
        }

        @Test("each part says when it was stamped or, through the same proxy, how it will be")
        func parts() async throws {
            let story = try #require(Story.shared)
            try await ServedAuthority.serve("ec", in: story.path("parts-tsa")) { authority in
                let export = ["export", story.caseID, "--for", "court", "--part-size", "10K"]
                let tsa = ["--tsa", authority.option]
                let stamped = try await story.lawyer.run(
                    export + tsa + ["-o", story.path("stamped-parts")]
                )
                #expect(stamped.status == 0 && stamped.error == "", "\(stamped.error)")
                let labels = stamped.output.split(separator: "\n").map { $0.prefix { $0 != ":" } }
                    .filter { ["part", "stamped"].contains($0) }
                #expect(labels == ["part", "stamped", "part", "stamped"])

                let proxy = "socks5://127.0.0.1:\(try freePort())"
                let folder = story.path("unstamped-parts")
                let bare = try await story.lawyer.run(
                    export + tsa + ["-o", folder, "--tsa-proxy", proxy]
                )
                #expect(bare.status == 0, "\(bare.error)")
                for part in ["part-0001", "part-0002"] {
                    let hint =
                        "`saksi timestamp renew \(folder)/\(part) --tsa URL=FILE --tsa-proxy \(proxy)`"
                    #expect(bare.error.contains(hint), "\(bare.error)")
                }
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

    @Test("timestamp renew asks through the proxy of the environment, and never around it")
    func proxied() async throws {
        let folder = try TemporaryFolder()
        let bundle = folder.path("bundle")
        try FileManager.default.copyItem(atPath: Self.golden, toPath: bundle)
        try await ServedAuthority.serve("ec", in: folder.path("tsa")) { authority in
            let renew = ["timestamp", "renew", bundle, "--tsa", authority.option]
            let absent = "socks5://127.0.0.1:\(try freePort())"
            let none = try await BuiltProgram.saksi.run(
                renew,
                environment: ["SAKSI_PROXY": absent]
            )
            #expect(none.status == 1 && none.error.contains("it cannot be reached"))
            let wrong = try await BuiltProgram.saksi.run(
                renew,
                environment: ["SAKSI_PROXY": "tor"]
            )
            #expect(wrong.status == 2 && wrong.error.contains("the proxy is not understood"))
            let direct = try await BuiltProgram.saksi.run(renew, environment: ["SAKSI_PROXY": ""])
            #expect(direct.status == 0, "\(direct.error)")
        }
    }

    @Test("roots that are encrypted are refused, and nobody is asked for a passphrase")
    func encrypted() async throws {
        let folder = try TemporaryFolder()
        let text = """
            -----BEGIN CERTIFICATE-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF

            AAECAwQFBgcICQoLDA0ODw==
            -----END CERTIFICATE-----

            """
        let roots = try folder.write(text.utf8, "roots.pem")
        let renew = ["timestamp", "renew", Self.golden, "--tsa", "http://127.0.0.1=\(roots)"]
        let refused = try await BuiltProgram.saksi.run(renew)
        #expect(refused.status == 1)
        #expect(refused.error.hasPrefix("saksi: error: \"\(roots)\": not certificates"))
        #expect(!refused.error.contains("pass phrase"), "\(refused.error)")
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
