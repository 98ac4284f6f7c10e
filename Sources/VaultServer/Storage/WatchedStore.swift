// SPDX-License-Identifier: Apache-2.0

import Bulk
import NIOCore
import Synchronization

/// A store that remembers whether its last write was possible.
///
/// While it was not, whoever watches over the daemon sends nothing that could find out: so the store
/// tries again itself when it is asked, now and then.
final class WatchedStore: ObjectStore {
    private let store: any ObjectStore
    private let interval: Duration
    private let lastWriteFailed = Atomic<Bool>(false)
    /// When a write may be tried again, and whether one is being tried now.
    private let trial = Mutex((after: ContinuousClock.now, isRunning: false))

    /// - Parameters:
    ///   - store: Where everything is kept.
    ///   - interval: How long after a trial the next one may follow: anybody may ask.
    init(_ store: any ObjectStore, trialInterval interval: Duration) {
        self.store = store
        self.interval = interval
    }

    /// Whether writes are possible, as far as the last one tells.
    func isWritable() async -> Bool {
        guard lastWriteFailed.load(ordering: .relaxed) else { return true }
        let mayTry = trial.withLock { trial in
            guard !trial.isRunning, ContinuousClock.now >= trial.after else { return false }
            trial.isRunning = true
            return true
        }
        guard mayTry else { return false }
        await tryWriting()
        trial.withLock { $0 = (.now + interval, false) }
        return !lastWriteFailed.load(ordering: .relaxed)
    }

    /// Writes what a small round would, to where a start removes it, and removes it.
    private func tryWriting() async {
        let key = StorageKey.staging(size: 0, root: Hash(hashing: "a trial".utf8))
        try? await create(key, [UInt8](repeating: 0, count: Self.trialSize))
        try? await store.delete(key)
    }

    /// In bytes; more than the largest entry.
    private static let trialSize = 64 << 10

    private func watch<Value>(
        _ write: () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        do throws(StorageError) {
            let value = try await write()
            lastWriteFailed.store(false, ordering: .relaxed)
            return value
        } catch {
            // That other bytes are there says nothing of the next write.
            if error.code != .conflict { lastWriteFailed.store(true, ordering: .relaxed) }
            throw error
        }
    }

    func create(
        _ key: StorageKey,
        _ chunks: [ByteBuffer],
        durability: Durability
    ) async throws(StorageError) {
        try await watch { () async throws(StorageError) in
            try await store.create(key, chunks, durability: durability)
        }
    }

    func publish(checkpoint: [UInt8]) async throws(StorageError) {
        try await watch { () async throws(StorageError) in
            try await store.publish(checkpoint: checkpoint)
        }
    }

    func read(_ key: StorageKey, _ range: Range<UInt64>?) async throws(StorageError) -> ByteBuffer {
        try await store.read(key, range)
    }

    func size(of key: StorageKey) async throws(StorageError) -> UInt64? {
        try await store.size(of: key)
    }

    func list(_ prefix: StoragePrefix) async throws(StorageError) -> [StoredObject] {
        try await store.list(prefix)
    }

    func delete(_ key: StorageKey) async throws(StorageError) { try await store.delete(key) }

    func synchronize() async throws(StorageError) { try await store.synchronize() }
}
