// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

@Suite("Sequencer")
struct SequencerTests {
    @Test("a receipt proves its entry to someone who has only the log's key")
    func receipt() async throws {
        try await withVault { vault, open in
            for number in 1...3 {
                let receipt = try await open.sequencer.submit(vault.statement(number))
                #expect(receipt.index == UInt64(number))
                #expect(try vault.verify(receipt).size == UInt64(number) + 1)
            }
        }
    }

    @Test("a statement that is sent again gets the entry that it has")
    func repeated() async throws {
        try await withVault { vault, open in
            let first = try await open.sequencer.submit(vault.statement(1))
            _ = try await open.sequencer.submit(vault.statement(2))
            let again = try await open.sequencer.submit(vault.statement(1))
            #expect(again.index == first.index)
            #expect(again.extra == first.extra)
            #expect(try vault.verify(again).size == 3)
        }
    }

    @Test("a statement that is sent twice at once becomes one entry")
    func twiceInOneRound() async throws {
        try await withVault(flushCount: 8) { vault, open in
            let note = try vault.statement(1)
            let sequencer = open.sequencer
            let indices = try await withThrowingTaskGroup(of: UInt64.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await sequencer.submit(note).index }
                }
                return try await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
            }
            #expect(indices == [1])
        }
    }

    @Test("many statements at once are one entry each, across tiles, and survive a restart")
    func many() async throws {
        try await withVault(flushCount: 32) { vault, open in
            let count = 600
            let sequencer = open.sequencer
            _ = try await sequencer.submit(vault.statement(1))
            let receipts = try await withThrowingTaskGroup(of: TlogProof.self) { group in
                for number in 1...count {
                    let note = try vault.statement(number)
                    group.addTask { try await sequencer.submit(note) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for receipt in receipts { try vault.verify(receipt) }
            #expect(Set(receipts.map(\.index)) == Set(1...UInt64(count)))
            // Partial tiles that are gone are the beginning of the full ones.
            let tile = try TilePath(level: 0, index: 0, width: 17)
            #expect(try await open.log.tile(tile).count == 17 * Hash.size)
            #expect(try await open.log.bundle(EntryBundlePath(index: 1, width: 3)).count > 0)
            for index in [0, 255, 256, 600] as [UInt64] {
                try vault.verify(try await open.log.receipt(for: index))
            }
        }
    }

    @Test("a full pool turns statements away and says for how long")
    func busy() async throws {
        try await withVault(flushCount: 1000, poolLimit: 4) { vault, open in
            let sequencer = open.sequencer
            _ = try await sequencer.submit(vault.statement(1))
            let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 2...101 {
                    let note = try vault.statement(number)
                    group.addTask {
                        do throws(SubmissionError) {
                            _ = try await sequencer.submit(note)
                            return true
                        } catch {
                            guard case .busy(.seconds(1)) = error else { throw error }
                            return false
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.contains(true))
            #expect(outcomes.contains(false))
            let size = try Checkpoint(parsing: open.log.checkpoint.text).size
            #expect(size == 2 + UInt64(outcomes.count { $0 }))
        }
    }

    @Test("a clock that runs backwards does not take the accepted time back")
    func clockBackwards() async throws {
        try await withVault { vault, open in
            vault.clock.set(1_800_000_030)
            _ = try await open.sequencer.submit(vault.statement(1))
            vault.clock.set(1_700_000_000)
            _ = try await open.sequencer.submit(vault.statement(2))
            await open.close()
            let times = [
                try await open.log.entry(at: 1).accepted, try await open.log.entry(at: 2).accepted,
            ]
            #expect(times == [UTCTime(seconds: 1_800_000_000), UTCTime(seconds: 1_800_000_000)])
        }
    }

    @Test("after a restart the accepted time goes on from the newest entry")
    func clockAfterRestart() async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            vault.clock.set(1_800_000_000)
            try await vault.create()
            vault.clock.set(0)
            let open = try await vault.open()
            _ = try await open.sequencer.submit(vault.statement(1))
            #expect(try await open.log.entry(at: 1).accepted.seconds == 1_800_000_000)
            await open.close()
        }
    }

    @Test("a vault is not made twice, and not opened where there is none")
    func createOnce() async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            await #expect { try await vault.open() } throws: { error in
                if case OpeningError.noVault = error { true } else { false }
            }
            try await vault.create()
            await #expect { try await vault.create() } throws: { error in
                if case OpeningError.exists = error { true } else { false }
            }
        }
    }

    @Test("a second writer ends the first, and the log has one root for each size")
    func fenced() async throws {
        try await withVault { vault, open in
            let lock = open.sequencer.writer.engine.lock
            let bytes = try #require(try await lock.read())
            let found = try LockBody(parsing: bytes)
            let other = LockBody(
                after: found,
                note: found.note,
                token: .init(repeating: 1, count: 16)
            )
            #expect(try await lock.compareAndSwap(old: bytes, new: other.bytes))
            await #expect { try await open.sequencer.submit(vault.statement(1)) } throws: { error in
                if case SubmissionError.stopped = error { true } else { false }
            }
            await #expect(throws: SequencerFailure.fenced) { try await open.sequencer.run() }
        }
    }

    @Test("a stopped sequencer takes in nothing, and has finished what it took in")
    func stopped() async throws {
        try await withVault { vault, open in
            let sequencer = open.sequencer
            async let running: Void = sequencer.run()
            _ = try await sequencer.submit(vault.statement(1))
            await open.close()
            try await running
            await #expect { try await sequencer.submit(vault.statement(2)) } throws: { error in
                if case SubmissionError.stopped = error { true } else { false }
            }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: vault.folder + "/staging") == []
            )
        }
    }

    /// Lends a new, open vault; afterwards it must be in order.
    private func withVault(
        flushCount: Int = 1,
        poolLimit: Int = 4096,
        _ body: (SequencerVault, OpenVault) async throws -> Void
    ) async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            do {
                let open = try await vault.open(flushCount: flushCount, poolLimit: poolLimit)
                try await body(vault, open)
                await open.close()
            }
            #expect(try await vault.check().findings == [])
        }
    }
}
