// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

@Suite("Start")
struct SequencerStartTests {
    @Test("a round that was committed and not written is written from staging")
    func rollForward() async throws {
        try await withInterruptedRound { vault, _ in
            do {
                let open = try await vault.open()
                let again = try await open.sequencer.submit(vault.statement(3))
                #expect(again.index == 3)
                await open.close()
            }
            #expect(try await vault.check().findings == [])
        }
    }

    @Test(
        "a half-written staging object of a committed round is refused, and said",
        arguments: [0, 40, 400]
    )
    func halfWrittenStaging(size: Int) async throws {
        try await withInterruptedRound { vault, staging in
            try Data(contentsOf: staging).prefix(size).write(to: staging)
            await #expect { try await vault.open() } throws: { error in
                if case OpeningError.damagedTree = error { true } else { false }
            }
            // Nothing was deleted: whoever has the rest of the object can still put it there.
            #expect(FileManager.default.fileExists(atPath: staging.path))
            #expect(try await !vault.check().isClean)
        }
    }

    @Test("a half-written staging object of a round that never was does no harm")
    func orphan() async throws {
        try await withEntries { vault in
            let root = Hash(hashing: [9])
            let orphan = URL(filePath: "\(vault.folder)/staging/4-\(root.hex)")
            try Data("saksi/v1 staging\nprev".utf8).write(to: orphan)
            try await vault.submit(9...9)
            #expect(!FileManager.default.fileExists(atPath: orphan.path))
        }
    }

    @Test("a lock from an older copy is refused: the world has seen more")
    func rolledBack() async throws {
        try await withEntries { vault in
            let lock = URL(filePath: vault.folder + "/lock")
            let old = try Data(contentsOf: lock)
            try await vault.submit(9...9)
            try old.write(to: lock)
            await #expect { try await vault.open() } throws: { error in
                guard case OpeningError.rolledBack(published: 4, lock: 3) = error else {
                    return false
                }
                return "\(error)".contains("restored from an older copy")
            }
        }
    }

    @Test("a published checkpoint with another root for the lock's size is refused")
    func forked() async throws {
        try await withEntries { vault in
            let text = try Checkpoint(
                origin: "vault.example/log",
                size: 3,
                root: Hash(hashing: [1])
            ).text
            let note = try SignedNote(text: text, signatures: [vault.signer.signature(over: text)])
            try Data(note.bytes).write(to: URL(filePath: vault.folder + "/checkpoint"))
            await #expect { try await vault.open() } throws: { error in
                if case OpeningError.forked(size: 3) = error { true } else { false }
            }
        }
    }

    @Test("a checkpoint that lands late is put right at the next start, and never served")
    func delayedCheckpoint() async throws {
        try await withEntries { vault in
            let file = URL(filePath: vault.folder + "/checkpoint")
            let old = try Data(contentsOf: file)
            do {
                let open = try await vault.open()
                _ = try await open.sequencer.submit(vault.statement(9))
                try old.write(to: file)
                #expect(try Checkpoint(parsing: open.log.checkpoint.text).size == 4)
                await open.close()
            }
            let open = try await vault.open()
            #expect(try Data(contentsOf: file) == Data(open.log.checkpoint.bytes))
            #expect(try Checkpoint(parsing: open.log.checkpoint.text).size == 4)
            await open.close()
        }
    }

    @Test("a torn or missing checkpoint is written again", arguments: [true, false])
    func tornCheckpoint(isMissing: Bool) async throws {
        try await withEntries { vault in
            let file = URL(filePath: vault.folder + "/checkpoint")
            let old = try Data(contentsOf: file)
            if isMissing {
                try FileManager.default.removeItem(at: file)
            } else {
                try old.prefix(30).write(to: file)
            }
            await (try vault.open()).close()
            #expect(try Data(contentsOf: file) == old)
        }
    }

    @Test("another vault's key opens nothing")
    func foreignKey() async throws {
        try await withEntries { vault in
            let signer = try NoteSigner(
                name: "vault.example/log",
                seed: .init(repeating: 8, count: 32)
            )
            await #expect {
                try await OpenVault.open(
                    await freeEngine(in: vault.folder),
                    index: vault.indexPath,
                    signers: LogSigners(signer),
                    logger: SequencerVault.logger,
                    now: vault.clock.now
                )
            } throws: { error in
                if case OpeningError.foreignLock = error { true } else { false }
            }
        }
    }

    @Test("a damaged tile at the right edge is refused")
    func damagedTile() async throws {
        try await withEntries { vault in
            let tile = URL(filePath: vault.folder + "/tile/0/000.p/3")
            var bytes = try Data(contentsOf: tile)
            bytes[40] ^= 1
            try bytes.write(to: tile)
            await #expect { try await vault.open() } throws: { error in
                if case OpeningError.damagedTree = error { true } else { false }
            }
        }
    }

    @Test("a missing, truncated or foreign index is made again", arguments: 0..<5)
    func index(damage: Int) async throws {
        try await withEntries { vault in
            let index = URL(filePath: vault.indexPath)
            switch damage {
            case 0: try VaultIndex.remove(vault.indexPath)
            case 1: try Data(contentsOf: index).prefix(20_000).write(to: index)
            case 2: try Data().write(to: index)
            case 3: try Data("not a database, but long enough".utf8).write(to: index)
            default:
                // The index of a log that went another way.
                try await VaultIndex(at: vault.indexPath).add([], size: 3, root: Hash(hashing: []))
            }
            do {
                let open = try await vault.open()
                #expect(try await open.sequencer.submit(vault.statement(1)).index == 1)
                #expect(try await open.index.progress().size == 3)
                await open.close()
            }
            #expect(try await vault.check().findings == [])
        }
    }

    /// A vault with the genesis and two entries.
    private func withEntries(_ body: (SequencerVault) async throws -> Void) async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            try await vault.submit(1...2)
            try await body(vault)
        }
    }

    /// A vault whose process died right after the commit of statement 3.
    private func withInterruptedRound(
        _ body: (SequencerVault, _ staging: URL) async throws -> Void
    ) async throws {
        try await withEntries { vault in
            do {
                let engine = try FaultyEngine(
                    await freeEngine(in: vault.folder),
                    in: vault.folder,
                    // Start-up writes once; then come staging, the swap and the first tile.
                    failing: (4, .before, .dies)
                )
                let open = try await vault.open(engine.faulty)
                _ = try? await open.sequencer.submit(vault.statement(3))
                await open.close()
            }
            let staging = URL(filePath: vault.folder + "/staging")
            let files = try FileManager.default.contentsOfDirectory(atPath: staging.path)
            let file = try #require(files.first)
            #expect(files.count == 1)
            try await body(vault, staging.appending(path: file))
        }
    }
}
