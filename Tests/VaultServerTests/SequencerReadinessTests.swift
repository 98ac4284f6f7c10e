// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import VaultServer

@Suite("Sequencer readiness")
struct SequencerReadinessTests {
    @Test("says that it is not ready once it stops")
    func stopped() async throws {
        try await withVault { vault in
            let open = try await vault.open()
            #expect(await open.sequencer.isReady)
            await open.close()
            #expect(await !open.sequencer.isReady)
        }
    }

    @Test("turns a statement away that has no room in memory")
    func memory() async throws {
        try await withVault { vault in
            let open = try await vault.open(poolMemory: 100)
            await #expect {
                try await open.sequencer.submit(vault.statement(2))
            } throws: { error in
                if case SubmissionError.busy = error { true } else { false }
            }
            await open.close()
        }
    }

    @Test("says that it is not ready while a committed round cannot be written")
    func stuck() async throws {
        try await withVault { vault in
            // Start-up writes once; then come staging, the swap and the first tile.
            let engine = try FaultyEngine(
                await freeEngine(in: vault.folder),
                in: vault.folder,
                failing: (4, .before, .dies)
            )
            let open = try await vault.open(engine.faulty)
            await #expect(throws: SubmissionError.self) {
                try await open.sequencer.submit(vault.statement(2))
            }
            #expect(await !open.sequencer.isReady)
            await open.close()
        }
    }

    @Test(
        "says that it is not ready while nothing can be staged, and that it is once that works again"
    )
    func unwritable() async throws {
        try await withVault { vault in
            // Start-up writes once; then comes staging.
            let engine = try FaultyEngine(
                await freeEngine(in: vault.folder),
                in: vault.folder,
                failing: (2, .before, .dies)
            )
            let open = try await vault.open(engine.faulty, retryAfter: .zero)
            #expect(await open.isReady)
            await #expect(throws: SubmissionError.self) {
                try await open.sequencer.submit(vault.statement(2))
            }
            #expect(await !open.isReady)
            engine.revive()
            #expect(await open.isReady)
            _ = try await open.sequencer.submit(vault.statement(2))
            await open.close()
        }
    }

    @Test("says that it is not ready while the disk is full", .enabled(if: mayMount))
    func full() async throws {
        try await withSmallDisk { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            try await vault.submit(1...1)
            let open = try await vault.open(retryAfter: .zero)
            #expect(await open.isReady)
            let ballast = folder + "/ballast"
            fill(ballast)
            await #expect(throws: SubmissionError.self) {
                try await open.sequencer.submit(vault.statement(2))
            }
            #expect(await !open.isReady)
            try FileManager.default.removeItem(atPath: ballast)
            #expect(await open.isReady)
            _ = try await open.sequencer.submit(vault.statement(2))
            #expect(await open.isReady)
            await open.close()
        }
    }

    /// Writes a file for as long as there is room.
    private func fill(_ path: String) {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { return }
        for size in [65_536, 4096] {
            while (try? file.write(contentsOf: Data(repeating: 0, count: size))) != nil {}
        }
        try? file.close()
    }

    /// A vault with the genesis and an administrator.
    private func withVault(_ body: (SequencerVault) async throws -> Void) async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            try await vault.submit(1...1)
            try await body(vault)
        }
    }
}
