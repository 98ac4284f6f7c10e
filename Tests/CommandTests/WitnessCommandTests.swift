// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct WitnessCommandTests {
    @Test("init prints the key of a witness once, and add-log the name of a log")
    func makes() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let data = folder.path("witness")
        let make = ["witness", "init", "--data", data, "--name", "witness.example.org"]
        let made = try await BuiltProgram.saksid.run(make)
        #expect(made.status == 0 && made.error == "")
        #expect(made.output.hasPrefix("witness.example.org+") && made.output.hasSuffix("\n"))
        let again = try await BuiltProgram.saksid.run(make)
        #expect(again.status == 1)
        #expect(again.error == "saksid: error: a witness already lies in \"\(data)\"\n")
        let add = ["witness", "add-log", "--data", data, "--vkey", vault.vkey]
        let added = try await BuiltProgram.saksid.run(add)
        #expect(added.status == 0 && added.output.count == 65)
        #expect(try await BuiltProgram.saksid.run(add).output == added.output)
    }

    @Test("2: a wrong command line is refused, and a listener that others can reach")
    func usage() async throws {
        let folder = try TemporaryFolder()
        let data = folder.path("witness")
        _ = try await BuiltProgram.saksid("witness", "init", "--data", data, "--name", "w.example")
        let wrong = [
            ["init"], ["init", "--data", data], ["add-log", "--data", data], ["serve"],
            ["serve", "--data", data, "--listen", "here"],
            ["serve", "--data", data, "--listen", "0.0.0.0:0"],
        ]
        for arguments in wrong {
            let outcome = try await BuiltProgram.saksid.run(["witness"] + arguments)
            #expect(outcome.status == 2, "\(arguments): \(outcome.error)")
            #expect(outcome.output == "" && outcome.error.hasPrefix("saksid: error: "))
        }
    }

    @Test(
        "a vault is cosigned as it grows, and does not start once it was put back to an older copy",
        .timeLimit(.minutes(10))
    )
    func rollback() async throws {
        let folder = try TemporaryFolder()
        let vault = try await LocalVault(in: folder.url)
        let older = LocalVaultCopy(of: vault, at: folder.path("older"))
        try older.make()
        let data = folder.path("witness")
        let vkey = try await BuiltProgram.saksid(
            "witness",
            "init",
            "--data",
            data,
            "--name",
            "w.example"
        ).output.dropLast()
        _ = try await BuiltProgram.saksid(
            "witness",
            "add-log",
            "--data",
            data,
            "--vkey",
            vault.vkey
        )
        let address = "127.0.0.1:\(try freePort())"
        let policy = "witness w \(vkey) http://\(address)\nquorum w\n"
        let policyPath = try folder.write(policy.utf8, "policy")
        let configuration = try folder.write(
            "witness-policy = \(policyPath)\nwitness-interval = 10ms\n".utf8,
            "configuration"
        )
        let serve = ["--config", configuration, "--listen", "127.0.0.1:\(vault.port)"]
        let witness = try await BuiltProgram.saksid.serve(
            ["witness", "serve", "--data", data, "--listen", address]
        ) { _ in
            let second = try await BuiltProgram.saksid(
                "witness",
                "serve",
                "--data",
                data,
                "--listen",
                "127.0.0.1:0"
            )
            #expect(second.error == "saksid: error: \"\(data)\" is in use by another process\n")
            let daemon = try await BuiltProgram.saksid.serve(
                ["serve", "--data", vault.data] + serve
            ) { _ in
                #expect(try await vault.join("admin", by: vault.invitation).1.status == 0)
                let end = ContinuousClock.now + .seconds(120)
                while !FileManager.default.fileExists(atPath: "\(vault.data)/cosigned/0/2") {
                    try #require(ContinuousClock.now < end, "size 2 was not cosigned")
                    await Task.yield()
                }
            }
            #expect(daemon.status == 0 && daemon.error == "")
            let back = try await BuiltProgram.saksid.run(["serve", "--data", older.path] + serve)
            #expect(back.status == 1 && back.output == "")
            #expect(
                back.error == """
                    saksid: error: witness "w.example" has cosigned 2 entries, the lock knows 1: the \
                    vault was restored from an older copy, and signing on would fork its log

                    """
            )
        }
        #expect(witness.status == 0 && witness.error == "")
    }
}
