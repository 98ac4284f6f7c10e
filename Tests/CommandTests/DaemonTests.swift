// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct DaemonTests {
    @Test("init makes private keys, and refuses where a vault lies already")
    func initialises() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        for name in ["log.key", "tls.key"] {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: "\(vault.data)/keys/\(name)"
            )
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        let key = try Data(contentsOf: URL(filePath: "\(vault.data)/keys/log.key"))
        let again = try await BuiltProgram.saksid(
            "init",
            "--data",
            vault.data,
            "--origin",
            LocalVault.origin
        )
        #expect(again.status == 1 && again.output == "")
        #expect(
            again.error == """
                saksid: error: a vault that nobody has joined already lies here; if its invite was \
                lost, remove "\(vault.data)" and run init again

                """
        )
        #expect(try Data(contentsOf: URL(filePath: "\(vault.data)/keys/log.key")) == key)
    }

    @Test("1: where its invite cannot be printed, init leaves nothing and can be repeated")
    func lostInvite() async throws {
        let folder = try TemporaryFolder()
        let script =
            "exec saksid init --data \(folder.path("vault")) --origin example.org > /dev/full"
        let lost = try await BuiltProgram(name: "bash")("-c", script)
        #expect(lost.status == 1)
        #expect(
            lost.error == """
                saksid: error: the invite could not be printed (No space left on device), so the \
                new vault was removed again; run init again where its output is kept

                """
        )
        #expect(!FileManager.default.fileExists(atPath: folder.path("vault")))
        _ = try await LocalVault(in: folder.url)
    }

    @Test(
        "1: init that cannot write its files leaves no keys",
        .disabled(
            if: ProcessInfo.processInfo.environment["TSAN_OPTIONS"] != nil,
            "the thread sanitizer's runtime maps a file larger than the limit, and dies of it"
        )
    )
    func limitedFiles() async throws {
        let folder = try TemporaryFolder()
        // Files of 8 KiB at most: the keys fit, the lock does not.
        let script = """
            trap '' XFSZ; ulimit -f 8
            exec saksid init --data \(folder.path("vault")) --origin example.org
            """
        let failed = try await BuiltProgram(name: "bash")("-c", script)
        #expect(failed.status == 1 && failed.output == "")
        #expect(!FileManager.default.fileExists(atPath: folder.path("vault")))
        _ = try await LocalVault(in: folder.url)
    }

    @Test("2: a wrong command line or configuration is refused", .timeLimit(.minutes(10)))
    func usage() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let plain = try folder.write("tls = false\n".utf8, "plain")
        let unknown = try folder.write("colour = red\n".utf8, "unknown")
        let serve = ["serve", "--data", vault.data]
        let wrong = [
            ["serve"], ["init", "--data", folder.path("x")], ["nothing"],
            serve + ["--listen", "here"], serve + ["--config", folder.path("none")],
            serve + ["--config", unknown],
            serve + ["--config", plain, "--listen", "0.0.0.0:0"],
            serve + ["--config", plain, "--listen", "[::]:0"],
            serve + ["--config", plain, "--listen", "localhost:0"],
        ]
        for arguments in wrong {
            let outcome = try await BuiltProgram.saksid.run(arguments)
            #expect(outcome.status == 2, "\(arguments): \(outcome.error)")
            #expect(outcome.output == "" && outcome.error.hasPrefix("saksid: error: "))
        }
        let open = try await BuiltProgram.saksid.run(wrong[6])
        #expect(
            open.error == """
                saksid: error: configuration: listen: got "0.0.0.0:0" without TLS, want a Unix \
                socket or a numeric loopback address

                """
        )
    }

    @Test("serves plain HTTP on loopback, and ends with 0 on SIGTERM and SIGINT")
    func stops() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let plain = try folder.write("tls = false\n".utf8, "plain")
        let serve = ["serve", "--data", vault.data, "--config", plain]
        for signal in [SIGTERM, SIGINT] {
            let daemon = try await BuiltProgram.saksid.serve(
                serve + ["--listen", "127.0.0.1:0"]
            ) { $0.send(signal) }
            #expect(daemon.status == 0 && daemon.error == "")
            let port = daemon.output.split(separator: ":").last.flatMap { UInt16($0) }
            #expect(port.map { $0 > 0 } == true)
        }
    }

    @Test("1: one process at a time has a vault", .timeLimit(.minutes(10)))
    func oneAtATime() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        try await vault.serve { _ in
            for arguments in [["serve", "--listen", "127.0.0.1:0"], ["check"]] {
                let second = try await BuiltProgram.saksid.run(arguments + ["--data", vault.data])
                #expect(second.status == 1)
                #expect(
                    second.error
                        == "saksid: error: \"\(vault.data)\" is in use by another process\n"
                )
            }
        }
        let none = try await BuiltProgram.saksid("serve", "--data", folder.path("none"))
        #expect(none.status == 1)
        #expect(none.error == "saksid: error: no vault lies in \"\(folder.path("none"))\"\n")
    }

    @Test("1: an address that is taken ends it with a clear error", .timeLimit(.minutes(10)))
    func takenAddress() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let other = LocalVaultCopy(of: vault, at: folder.path("copy"))
        try other.make()
        try await vault.serve { _ in
            let taken = "127.0.0.1:\(vault.port)"
            let second = try await BuiltProgram.saksid(
                "serve",
                "--data",
                other.path,
                "--listen",
                taken
            )
            #expect(second.status == 1 && second.output == "")
            #expect(
                second.error
                    == "saksid: error: cannot listen on \(taken): Address already in use\n"
            )
            let metrics = try folder.write("metrics-listen = \(taken)\n".utf8, "metrics")
            let third = try await BuiltProgram.saksid(
                "serve",
                "--data",
                other.path,
                "--listen",
                "127.0.0.1:0",
                "--config",
                metrics
            )
            #expect(third.status == 1)
            #expect(third.error.contains("cannot listen on \(taken): Address already in use\n"))
        }
    }

    @Test("1: keys that others may read, or that are not the vault's, are refused")
    func wrongKeys() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        try FileManager.default.createDirectory(
            atPath: folder.path("other"),
            withIntermediateDirectories: true
        )
        let other = try await LocalVault(in: folder.url.appending(path: "other"))
        let serve = ["serve", "--data", vault.data, "--listen", "127.0.0.1:0"]
        for name in ["tls.key", "tls.crt"] {
            try Data(contentsOf: URL(filePath: "\(other.data)/keys/\(name)"))
                .write(to: URL(filePath: "\(vault.data)/keys/\(name)"))
        }
        let swapped = try await BuiltProgram.saksid.run(serve)
        #expect(swapped.status == 1)
        #expect(
            swapped.error.hasPrefix(
                "saksid: error: the policy in force does not name the TLS key: got "
            )
        )
        let key = "\(vault.data)/keys/log.key"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
        let exposed = try await BuiltProgram.saksid.run(serve)
        #expect(exposed.status == 1)
        #expect(exposed.error == "saksid: error: \"\(key)\": got mode 0644, want 0600\n")
    }
}

/// A vault's folder, copied while no daemon serves it.
struct LocalVaultCopy {
    let path: String
    private let original: String

    init(of vault: LocalVault, at path: String) {
        original = vault.data
        self.path = path
    }

    func make() throws { try FileManager.default.copyItem(atPath: original, toPath: path) }

    /// Puts the copy where the original was.
    func restore() throws {
        try FileManager.default.removeItem(atPath: original)
        try FileManager.default.moveItem(atPath: path, toPath: original)
    }
}
