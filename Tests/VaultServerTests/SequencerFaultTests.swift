// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

@Suite("Sequencer faults")
struct SequencerFaultTests {
    /// One way in which a write goes wrong.
    struct Case: Sendable, CustomTestStringConvertible {
        let fault: FaultyEngine.Fault
        let aftermath: FaultyEngine.Aftermath

        var testDescription: String { "\(fault), \(aftermath)" }

        static let all = FaultyEngine.Fault.allCases.flatMap { fault in
            [.recovers, .dies, .losesPower].map { Case(fault: fault, aftermath: $0) }
        }
    }

    @Test("whatever write fails, no receipt is lost and no size has two roots", arguments: Case.all)
    func everyWrite(_ fault: Case) async throws {
        try await everyWrite(fault, entries: 2)
    }

    @Test("nor when the round fills a tile")
    func everyWriteAcrossTiles() async throws {
        try await everyWrite(Case(fault: .halfway, aftermath: .losesPower), entries: 255)
    }

    /// Fails each write of a session in turn, every time on a fresh copy of the same vault.
    private func everyWrite(_ fault: Case, entries: Int) async throws {
        try await withFolder(inMemory: true) { folder in
            let template = folder + "/template"
            try FileManager.default.createDirectory(
                atPath: template,
                withIntermediateDirectories: true
            )
            let vault = try SequencerVault(in: template)
            try await vault.create()
            try await vault.submit(1...1)
            if entries > 2 { try await vault.submitTogether(2...entries - 1) }
            var number = 1
            while true {
                let copy = folder + "/\(number)"
                try FileManager.default.copyItem(atPath: template, toPath: copy)
                let failed = try await session(
                    in: copy,
                    entries: entries,
                    failing: (number, fault.fault, fault.aftermath)
                )
                guard failed else { break }
                try FileManager.default.removeItem(atPath: copy)
                number += 1
            }
            // Three rounds, and at least one settling for all of them.
            #expect(number > 22)
        }
    }

    @Test(
        "whatever write of the first round fails, the vault is made or not, and can be",
        arguments: Case.all
    )
    func creation(_ fault: Case) async throws {
        for number in 1...6 {
            try await withFolder(inMemory: true) { folder in
                let vault = try SequencerVault(in: folder)
                do {
                    let engine = try FaultyEngine(
                        await freeEngine(in: folder),
                        in: folder,
                        failing: (number, fault.fault, fault.aftermath)
                    )
                    try? await vault.create(engine.faulty)
                }
                do {
                    await #expect(throws: Never.self) { try await makeIfNone(vault) }
                    let open = try await vault.open()
                    vault.expectOneEntry(open)
                    await open.close()
                }
                #expect(try await vault.check().findings == [])
            }
        }
    }

    @Test(
        "killed at any write, the vault opens again and has every entry that was acknowledged",
        arguments: FaultyEngine.Fault.allCases
    )
    func killed(_ fault: FaultyEngine.Fault) async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            try await vault.submit(1...1)
            #expect(FileManager.default.createFile(atPath: folder + "/receipts", contents: nil))
            var indices: [Int: UInt64] = [:]
            for write in 1...24 {
                await #expect(processExitsWith: .signal(SIGKILL)) {
                    [folder = folder as String, write = write as Int, fault = fault.rawValue as Int]
                    in
                    try await submitUntilKilled(
                        folder,
                        write: write,
                        fault: try #require(FaultyEngine.Fault(rawValue: fault))
                    )
                }
                let receipts = try String(contentsOfFile: folder + "/receipts", encoding: .utf8)
                let open = try await vault.open()
                for number in receipts.split(separator: "\n").compactMap({ Int($0) }) {
                    let again = try await open.sequencer.submit(vault.statement(number))
                    try vault.verify(again)
                    #expect(indices[number, default: again.index] == again.index)
                    indices[number] = again.index
                }
                await open.close()
            }
            #expect(indices.count > 20)
            #expect(Set(indices.values).count == indices.count)
            #expect(try await vault.check().findings == [])
        }
    }

    private func makeIfNone(_ vault: SequencerVault) async throws {
        do throws(OpeningError) {
            let engine: StorageEngine
            do throws(StorageError) {
                engine = try await freeEngine(in: vault.folder)
            } catch {
                throw .storage(error)
            }
            _ = try await OpenVault.open(
                engine,
                index: vault.indexPath,
                signers: LogSigners(vault.signer),
                logger: SequencerVault.logger,
                now: vault.clock.now
            )
        } catch {
            guard case .noVault = error else { throw error }
            try await vault.create()
        }
    }

    /// Submits three statements, one a round, while a write fails; then starts again and looks.
    ///
    /// - Returns: Whether there was such a write.
    private func session(
        in folder: String,
        entries: Int,
        failing: (number: Int, fault: FaultyEngine.Fault, aftermath: FaultyEngine.Aftermath)
    ) async throws -> Bool {
        let vault = try SequencerVault(in: folder)
        var roots: [UInt64: Set<Hash>] = [:]
        var receipts: [Int: TlogProof] = [:]
        var writes = 0
        func note(_ receipt: TlogProof) throws {
            let head = try vault.verify(receipt)
            roots[head.size, default: []].insert(head.root)
        }
        do {
            let engine = try FaultyEngine(
                await freeEngine(in: folder),
                in: folder,
                failing: failing
            )
            if let open = try? await vault.open(engine.faulty) {
                for number in entries..<entries + 3 {
                    // A client tries again until it has its receipt or gives up.
                    for _ in 1...3 where receipts[number] == nil {
                        receipts[number] = try? await open.sequencer.submit(vault.statement(number))
                    }
                    if failing.aftermath == .recovers { #expect(receipts[number] != nil) }
                }
                await open.close()
            }
            writes = engine.writes
        }
        for receipt in receipts.values { try note(receipt) }
        do {
            let open = try await vault.open()
            for (number, receipt) in receipts {
                let again = try await open.sequencer.submit(vault.statement(number))
                #expect(again.index == receipt.index, "write \(failing.number)")
                try note(again)
            }
            try note(try await open.sequencer.submit(vault.statement(1000)))
            await open.close()
        }
        #expect(roots.values.allSatisfy { $0.count == 1 }, "write \(failing.number)")
        #expect(try await vault.check().findings == [], "write \(failing.number)")
        return writes >= failing.number
    }
}

extension SequencerVault {
    func expectOneEntry(_ open: OpenVault) {
        #expect((try? Checkpoint(parsing: open.log.checkpoint.text))?.size == 1)
    }
}

/// Runs in a process of its own: submits statements and notes each that has its receipt.
private func submitUntilKilled(
    _ folder: String,
    write: Int,
    fault: FaultyEngine.Fault
) async throws {
    let vault = try SequencerVault(in: folder)
    let engine = try FaultyEngine(
        await freeEngine(in: folder),
        in: folder,
        failing: (write, fault, .isKilled)
    )
    let receipts = folder + "/receipts"
    let open = try await vault.open(engine.faulty)
    for number in 0... {
        let statement = write * 1000 + number
        _ = try await open.sequencer.submit(vault.statement(statement))
        let file = try #require(FileHandle(forWritingAtPath: receipts))
        try file.seekToEnd()
        try file.write(contentsOf: Data("\(statement)\n".utf8))
        try file.close()
    }
}
