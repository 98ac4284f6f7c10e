// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog

@testable import VaultServer

@Suite("Witness faults") struct WitnessFaultTests {
    let log: GrowingLog
    let signer: CosignatureSigner
    let clock = TestClock()

    init() throws {
        log = try GrowingLog()
        signer = try CosignatureSigner(
            name: "witness.example",
            seed: [UInt8](repeating: 8, count: 32)
        )
    }

    private func witness(_ register: any Register) -> Witness {
        Witness(signer: signer, registers: [log.name: register], now: clock.now)
    }

    @Test(
        "whatever write fails, what was cosigned is the past of all that is cosigned later",
        arguments: SequencerFaultTests.Case.all
    )
    func everyWrite(_ fault: SequencerFaultTests.Case) async throws {
        for number in 1...5 {
            try await withFolder(inMemory: true) { folder in
                let cosigned = try await session(
                    in: folder,
                    failing: (number, fault.fault, fault.aftermath)
                )
                if fault.aftermath == .recovers { #expect(cosigned == [1, 2, 3, 4]) }
                try await expectNoFork(of: cosigned, in: folder)
            }
        }
    }

    /// Shows the witness four sizes, as a log does that loses answers and tries again.
    ///
    /// - Returns: The sizes that were cosigned.
    private func session(
        in folder: String,
        failing: (number: Int, fault: FaultyEngine.Fault, aftermath: FaultyEngine.Aftermath)
    ) async throws -> [Int] {
        let engine = try FaultyEngine(await freeEngine(in: folder), in: folder, failing: failing)
        try await trust(engine)
        let witness = witness(engine)
        var cosigned: [Int] = []
        var known = 0
        for size in 1...4 {
            for _ in 1...3 where cosigned.last != size {
                do {
                    _ = try await witness.add(log.request(from: known, to: size))
                    cosigned.append(size)
                    known = size
                } catch WitnessRefusal.otherSize(let other) {
                    known = Int(other)
                } catch is StorageError {
                }
            }
        }
        return cosigned
    }

    /// Makes the log known, as a person does who tries again.
    private func trust(_ register: any Register) async throws {
        var state = try WitnessState(origin: log.origin)
        state.trust(log.signer.verifierKey)
        for _ in 1...3 {
            if let swapped = try? await register.compareAndSwap(old: nil, new: state.bytes),
                swapped
            {
                return
            }
            if let value = try? await register.read(), value == state.bytes { return }
        }
    }

    private func expectNoFork(of cosigned: [Int], in folder: String) async throws {
        let register = try await freeEngine(in: folder).lock
        guard let last = cosigned.last else { return }
        let state = try await WitnessState(parsing: #require(register.read()))
        let latest = try #require(state.log.latest)
        #expect(latest.size >= UInt64(last))
        #expect(latest == (try log.checkpoint(Int(latest.size))))
        let witness = witness(register)
        for old in 0...4 {
            for size in 1...6 {
                await #expect(throws: WitnessRefusal.self, "\(old) to \(size)") {
                    try await witness.add(log.fork().request(from: old, to: size))
                }
            }
        }
        _ = try await witness.add(log.request(from: Int(latest.size), to: 6))
    }

    @Test("says nothing where the register has lost its value")
    func lostRegister() async throws {
        try await withFolder { folder in
            let path = folder + "/w"
            _ = try WitnessFolder(path).initialise(name: "witness.example")
            let name = try await WitnessFolder(path).addLog(vkey: log.vkey)
            let (witness, lock) = try await WitnessFolder(path).open(now: clock.now)
            defer { withExtendedLifetime(lock) {} }
            try FileManager.default.removeItem(atPath: "\(path)/logs/\(name)")
            let error = try await #require(throws: StorageError.self) {
                try await witness.add(log.request(from: 0, to: 1))
            }
            #expect(error.code == .damaged)
        }
    }

    @Test("does not start with a register that is damaged")
    func damagedRegister() async throws {
        try await withFolder { folder in
            let path = folder + "/w"
            _ = try WitnessFolder(path).initialise(name: "witness.example")
            let name = try await WitnessFolder(path).addLog(vkey: log.vkey)
            let file = URL(filePath: "\(path)/logs/\(name)")
            try Data(Data(contentsOf: file).dropLast()).write(to: file)
            await #expect(throws: StorageError.self) {
                try await WitnessFolder(path).open(now: clock.now)
            }
        }
    }
}

@Suite("Witness folder") struct WitnessFolderTests {
    @Test("makes a private key, once, and a vkey of type 04")
    func makes() throws {
        try withFolder { folder in
            let path = folder + "/w"
            let vkey = try WitnessFolder(path).initialise(name: "witness.example")
            #expect(try VerifierKey(parsing: vkey).algorithm == .cosignatureV1)
            let mode = try FileManager.default.attributesOfItem(atPath: path + "/witness.key")
            #expect(mode[.posixPermissions] as? Int == 0o600)
            #expect(throws: StartError.witnessExists(path)) {
                try WitnessFolder(path).initialise(name: "witness.example")
            }
        }
    }

    @Test("is held by one process at a time")
    func oneAtATime() async throws {
        try await withFolder { folder in
            let path = folder + "/w"
            _ = try WitnessFolder(path).initialise(name: "witness.example")
            let log = try GrowingLog()
            let (_, lock) = try await WitnessFolder(path).open(now: TestClock().now)
            let error = try await #require(throws: StorageError.self) {
                _ = try await WitnessFolder(path).addLog(vkey: log.vkey)
            }
            #expect(error.code == .inUse)
            withExtendedLifetime(lock) {}
        }
    }

    @Test("refuses names, keys and origins that nothing can have")
    func refuses() async throws {
        try await withFolder { folder in
            let path = folder + "/w"
            #expect(throws: StartError.badWitnessName("a b")) {
                try WitnessFolder(path).initialise(name: "a b")
            }
            await #expect(throws: StartError.noWitness(path)) {
                try await WitnessFolder(path).addLog(vkey: GrowingLog().vkey)
            }
            let own = try WitnessFolder(path).initialise(name: "witness.example")
            for vkey in [own, "log.example", try GrowingLog().vkey + "A"] {
                await #expect(throws: StartError.self) {
                    try await WitnessFolder(path).addLog(vkey: vkey)
                }
            }
            await #expect(throws: StartError.badOrigin("two\nlines")) {
                try await WitnessFolder(path).addLog(vkey: GrowingLog().vkey, origin: "two\nlines")
            }
        }
    }

    @Test("reads its own state only as it writes it")
    func state() throws {
        let log = try GrowingLog()
        var state = try WitnessState(origin: log.origin)
        state.trust(log.signer.verifierKey)
        #expect(try WitnessState(parsing: state.bytes).bytes == state.bytes)
        let checkpoint = try log.checkpoint(3)
        state.take(try log.note(3), checkpoint)
        let read = try WitnessState(parsing: state.bytes)
        #expect(read.bytes == state.bytes && read.log.latest == checkpoint)
        for cut in 0..<state.bytes.count {
            let bytes = Array(state.bytes.prefix(cut))
            guard let read = try? WitnessState(parsing: bytes) else { continue }
            #expect(read.bytes == bytes)
        }
        let other = try WitnessState(origin: "other.example").bytes + log.note(3).bytes
        #expect(throws: WitnessStateError.malformedNote) { try WitnessState(parsing: other) }
    }
}
