// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

@Suite("A new vault")
struct NewVaultTests {
    private struct Lost: Error {}

    private func make(
        _ configuration: VaultServer.ServerConfiguration,
        after head: FrozenHead? = nil,
        show: (NewVault.Made) throws -> Void = { _ in }
    ) async throws {
        // What an attempt before left running lets go of the folder a little later.
        if FileManager.default.fileExists(atPath: configuration.data) {
            _ = try await freeEngine(in: configuration.data)
        }
        try await NewVault(configuration).make(
            origin: "vault.example",
            address: "https://127.0.0.1:8443",
            inviteDays: 14,
            following: head?.card,
            show: show
        )
    }

    @Test("leaves nothing behind where its invite cannot be shown, and can be made then")
    func unseen() async throws {
        try await withFolder { folder in
            let configuration = VaultServer.ServerConfiguration(data: folder + "/vault")
            await #expect(throws: Lost.self) {
                try await make(configuration) { _ in throw Lost() }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
            try await make(configuration)
            #expect(
                try await VaultFolder(configuration).check(
                    deep: true,
                    rebuildIndex: false,
                    logger: ServedVault.quiet
                ).isClean
            )
        }
    }

    @Test("leaves nothing behind where it fails after its keys, and keeps what lay there before")
    func failed() async throws {
        try await withFolder { folder in
            var configuration = VaultServer.ServerConfiguration(data: folder)
            try Data("tls = true\n".utf8).write(to: URL(filePath: folder + "/vault.conf"))
            configuration.tlsCertificate = "/proc/none/tls.crt"
            await #expect(throws: (any Error).self) { try await make(configuration) }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
                    "tmp", "vault.conf",
                ]
            )
            configuration.tlsCertificate = "keys/tls.crt"
            try await make(configuration)
        }
    }

    @Test(
        "leaves nothing behind on a disk that is full, and can be made once it is not",
        .enabled(if: mayMount)
    )
    func full() async throws {
        try await withSmallDisk { folder in
            let configuration = VaultServer.ServerConfiguration(data: folder + "/vault")
            let ballast = URL(filePath: folder + "/ballast")
            // Room for the keys, and not for all of the rest.
            for size in stride(from: 700_000, to: 800_000, by: 8192) {
                try? Data(repeating: 0, count: size).write(to: ballast)
                do {
                    try await make(configuration)
                    Issue.record("made beside \(size) bytes")
                } catch {}
                let left = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(left.filter { $0 != "ballast" } == [], "\(size)")
            }
            try FileManager.default.removeItem(at: ballast)
            try await make(configuration)
        }
    }

    @Test("takes the place of a vault whose freeze names it, and of no other")
    func successor() async throws {
        try await withFolder { folder in
            let old = try frozen(for: "vault.example")
            let configuration = VaultServer.ServerConfiguration(data: folder + "/vault")
            try await make(configuration, after: old)
            let vault = try await VaultFolder(configuration).open(
                logger: ServedVault.quiet,
                now: TestClock().now
            )
            #expect(vault.state.foundation?.predecessor == old.predecessor)
            await vault.close()
            for want in [nil, "vault.example.org"] {
                let other = VaultServer.ServerConfiguration(data: folder + "/other")
                let head = try frozen(for: want)
                let error = StartError.otherSuccessor(
                    of: "old.example",
                    got: "vault.example",
                    want: want
                )
                await #expect(throws: error) { try await make(other, after: head) }
                #expect(!FileManager.default.fileExists(atPath: folder + "/other"))
            }
        }
    }

    /// Where a log of one entry ended, which is a freeze.
    private func frozen(for successor: String?) throws -> FrozenHead {
        let log = try NoteSigner(name: "old.example", seed: [UInt8](repeating: 3, count: 32))
        let admin = try TestPerson(seed: 1)
        let statement = Statement(
            vault: "old.example",
            time: .latest,
            actor: admin.record.fingerprint,
            nonce: [UInt8](repeating: 0, count: 32),
            act: .freeze(Freeze(expires: .latest, successor: successor))
        )
        let entry = Entry(
            accepting: try .sign(statement, with: [admin.signer]),
            at: UTCTime(seconds: 0)
        )
        let head = try Checkpoint(origin: "old.example", size: 1, root: entry.leafHash)
        let note = try SignedNote(
            text: head.text,
            signatures: [log.signature(over: head.text)]
        )
        let receipt = Receipt(entry: entry, index: 0, hashes: [], checkpoint: note)
        return try FrozenHead(logKey: log.verifierKey, receipt: receipt)
    }

    @Test("says what to remove where an earlier attempt was killed, and can be made after that")
    func killed() async throws {
        try await withFolder { folder in
            let configuration = VaultServer.ServerConfiguration(data: folder)
            let keys = ["log.key", "tls.key"].map { "\(folder)/keys/\($0)" }
            for key in keys { try SecretFile.create("half made", at: key) }
            await #expect(throws: StartError.keysWithoutVault(keys)) {
                try await make(configuration)
            }
            for key in keys { try FileManager.default.removeItem(atPath: key) }
            try await make(configuration)
            await #expect(throws: StartError.unjoinedVault([folder])) {
                try await make(configuration)
            }
        }
    }

    @Test("touches nothing where a vault lies that somebody has joined")
    func joined() async throws {
        try await ServedVault.lend { vault in
            let admin = try TestPerson(seed: 1)
            try await vault.serve { client in
                _ = try vault.verify(try await client.post(try vault.enrolment(of: admin)))
            }
            let key = vault.configuration.path(vault.configuration.logKey)
            await #expect(throws: StartError.vaultExists(key)) {
                try await make(vault.configuration)
            }
            #expect(try await vault.check().isClean)
        }
    }
}
