// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import Synchronization

@testable import VaultServer

/// An engine whose n-th write fails, for tests; reads never do until it is dead.
final class FaultyEngine: ObjectStore, Register {
    /// How a write fails.
    enum Fault: Int, CaseIterable, Sendable {
        /// Nothing was done.
        case before
        /// It was done, and the answer was lost.
        case after
        /// Half of it was done: a temporary file is left, or a slot of the lock is torn.
        case halfway
    }

    /// What happens after that.
    enum Aftermath: Sendable {
        /// The next write works again.
        case recovers
        /// The process is gone: nothing works any more.
        case dies
        /// The power is gone: what was not synced is torn, too.
        case losesPower
        /// The process really ends, by SIGKILL.
        case isKilled
    }

    private struct State {
        var writes = 0
        var isDead = false
        /// Written since the last sync.
        var unsynced: [StorageKey] = []
        /// Deleted since the last sync.
        var deleted: [(key: StorageKey, bytes: Data)] = []
    }

    private let engine: StorageEngine
    private let folder: String
    private let failing: (number: Int, fault: Fault, aftermath: Aftermath)?
    private let state = Mutex(State())

    init(
        _ engine: StorageEngine,
        in folder: String,
        failing: (number: Int, fault: Fault, aftermath: Aftermath)? = nil
    ) {
        self.engine = engine
        self.folder = folder
        self.failing = failing
    }

    var faulty: StorageEngine { StorageEngine(store: self, lock: self) }

    /// Lets a dead engine work again.
    func revive() { state.withLock { $0.isDead = false } }

    /// How many writes were tried.
    var writes: Int { state.withLock { $0.writes } }

    private static let lost = StorageError(.failed, path: "fault")

    private func write<Value: Sendable>(
        _ whole: () async throws(StorageError) -> Value,
        half: () async throws(StorageError) -> Void
    ) async throws(StorageError) -> Value {
        let number = try state.withLock { state throws(StorageError) in
            guard !state.isDead else { throw Self.lost }
            state.writes += 1
            return state.writes
        }
        guard let failing, failing.number == number else { return try await whole() }
        switch failing.fault {
        case .before: break
        case .after: _ = try await whole()
        case .halfway: try await half()
        }
        if failing.aftermath != .recovers { state.withLock { $0.isDead = true } }
        if failing.aftermath == .losesPower { tearUnsynced() }
        if failing.aftermath == .isKilled { kill(getpid(), SIGKILL) }
        throw Self.lost
    }

    private func tearUnsynced() {
        for (key, bytes) in state.withLock({ $0.deleted }) {
            try? bytes.write(to: URL(filePath: "\(folder)/\(key.path)"))
        }
        for key in state.withLock({ $0.unsynced }) {
            let file = URL(filePath: "\(folder)/\(key.path)")
            guard let bytes = try? Data(contentsOf: file) else { continue }
            try? bytes.prefix(bytes.count / 2).write(to: file)
        }
    }

    private func leaveTemporary(_ bytes: [UInt8]) {
        try? Data(bytes.prefix(bytes.count / 2)).write(to: URL(filePath: folder + "/tmp/half"))
    }

    func create(
        _ key: StorageKey,
        _ chunks: [ByteBuffer],
        durability: Durability
    ) async throws(StorageError) {
        let isNew = try await engine.store.size(of: key) == nil
        try await write { () throws(StorageError) in
            try await engine.store.create(key, chunks, durability: durability)
            if durability == .deferred, isNew { state.withLock { $0.unsynced.append(key) } }
        } half: { () throws(StorageError) in
            leaveTemporary(chunks.flatMap { Array(buffer: $0) })
        }
    }

    func publish(checkpoint: [UInt8]) async throws(StorageError) {
        try await write { () throws(StorageError) in
            try await engine.store.publish(checkpoint: checkpoint)
            state.withLock { $0.unsynced.append(.checkpoint) }
        } half: { () throws(StorageError) in
            leaveTemporary(checkpoint)
        }
    }

    func delete(_ key: StorageKey) async throws(StorageError) {
        try await write { () throws(StorageError) in
            let bytes = try? Data(contentsOf: URL(filePath: "\(folder)/\(key.path)"))
            try await engine.store.delete(key)
            if let bytes { state.withLock { $0.deleted.append((key, bytes)) } }
        } half: { () throws(StorageError) in
        }
    }

    func synchronize() async throws(StorageError) {
        try await write { () throws(StorageError) in
            try await engine.store.synchronize()
            state.withLock { state in
                state.unsynced.removeAll()
                state.deleted.removeAll()
            }
        } half: { () throws(StorageError) in
        }
    }

    func compareAndSwap(old: [UInt8]?, new: [UInt8]) async throws(StorageError) -> Bool {
        try await write { () throws(StorageError) in
            try await engine.lock.compareAndSwap(old: old, new: new)
        } half: { () throws(StorageError) in
            // The slot is written, but for its last byte.
            guard try await engine.lock.compareAndSwap(old: old, new: new) else { return }
            let file = URL(filePath: folder + "/lock")
            guard var bytes = try? Data(contentsOf: file),
                let place = bytes.range(of: Data(new))
            else { return }
            bytes[place.upperBound - 1] ^= 1
            try? bytes.write(to: file)
        }
    }

    func read(_ key: StorageKey, _ range: Range<UInt64>?) async throws(StorageError) -> ByteBuffer {
        try checkAlive()
        return try await engine.store.read(key, range)
    }

    func size(of key: StorageKey) async throws(StorageError) -> UInt64? {
        try checkAlive()
        return try await engine.store.size(of: key)
    }

    func list(_ prefix: StoragePrefix) async throws(StorageError) -> [StoredObject] {
        try checkAlive()
        return try await engine.store.list(prefix)
    }

    func read() async throws(StorageError) -> [UInt8]? {
        try checkAlive()
        return try await engine.lock.read()
    }

    private func checkAlive() throws(StorageError) {
        if state.withLock({ $0.isDead }) { throw Self.lost }
    }
}
