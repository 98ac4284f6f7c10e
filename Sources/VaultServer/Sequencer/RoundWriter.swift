// SPDX-License-Identifier: Apache-2.0

import Bulk
import NIOCore
import TransparencyLog

/// The writes of one round, in their order; start-up runs the same ones to roll forward.
struct RoundWriter: Sendable {
    let engine: StorageEngine

    /// What a compare-and-swap of the lock came to.
    enum Outcome: Sendable {
        /// The lock holds the new body: the round is committed.
        case committed
        /// The lock holds the old body, or could not be read: the same swap may be tried again.
        case undecided(StorageError)
        /// The lock holds what another writer put there.
        case fenced
    }

    /// Write 2: everything the round will store, durable.
    func stage(_ round: StagedRound, as head: Checkpoint) async throws(StorageError) {
        try await engine.store.create(.staging(size: head.size, root: head.root), round.bytes)
    }

    /// Write 3: the commit point.
    func swap(_ old: LockBody?, for new: LockBody) async -> Outcome {
        var failure = StorageError(.failed, path: "lock", detail: "not swapped")
        do throws(StorageError) {
            if try await engine.lock.compareAndSwap(old: old?.bytes, new: new.bytes) {
                return .committed
            }
        } catch {
            failure = error
        }
        // An error says nothing about what happened, and a refusal may come from our own first
        // attempt. Only the bytes tell.
        do throws(StorageError) {
            let present = try await engine.lock.read()
            if present == new.bytes { return .committed }
            return present == old?.bytes ? .undecided(failure) : .fenced
        } catch {
            return .undecided(error)
        }
    }

    /// Writes 4 and 5: the tiles, the bundles and the published checkpoint.
    ///
    /// None of them is synced. They are made again from the staging object, which is deleted only
    /// when they are durable.
    ///
    /// - Parameters:
    ///   - round: What to write.
    ///   - note: The signed checkpoint that it leads to.
    ///   - size: That checkpoint's size.
    ///   - repairing: At start-up: bytes under a tile's key that differ are what a power cut left of
    ///     an unsynced write, and are replaced.
    /// - Throws: ``StorageError``; it may be called again.
    func apply(
        _ round: StagedRound,
        note: SignedNote,
        size: UInt64,
        repairing: Bool = false
    ) async throws(StorageError) {
        for object in round.objects {
            try await create(object.key, object.bytes, repairing: repairing)
        }
        try await publish(note, size: size, repairing: repairing)
    }

    /// Write 5, with the copy that is kept.
    func publish(
        _ note: SignedNote,
        size: UInt64,
        repairing: Bool = false
    ) async throws(StorageError) {
        try await create(.publishedCheckpoint(size: size), note.bytes, repairing: repairing)
        try await engine.store.publish(checkpoint: note.bytes)
    }

    private func create(
        _ key: StorageKey,
        _ bytes: [UInt8],
        repairing: Bool
    ) async throws(StorageError) {
        let buffer = [ByteBuffer(bytes: bytes)]
        do throws(StorageError) {
            try await engine.store.create(key, buffer, durability: .deferred)
        } catch  where error.code == .conflict && repairing {
            try await engine.store.delete(key)
            try await engine.store.create(key, buffer, durability: .deferred)
        }
    }

    /// Makes committed rounds durable, then removes their staging objects and the partial tiles and
    /// bundles that full ones have taken the place of.
    func settle(_ rounds: [Settlement]) async throws(StorageError) {
        let store = engine.store
        try await store.synchronize()
        for round in rounds { try await store.delete(round.staging) }
        for prefix in rounds.flatMap(\.outgrown) {
            for object in try await store.list(prefix) { try await store.delete(object.key) }
        }
    }
}

/// What is left to do for a committed round.
struct Settlement: Sendable {
    /// Its staging object.
    let staging: StorageKey
    /// The partial forms of the tiles and bundles that it filled.
    let outgrown: [StoragePrefix]

    init(of round: StagedRound, size: UInt64, root: Hash) {
        staging = .staging(size: size, root: root)
        outgrown = round.objects.compactMap { object in
            switch object.key {
            case .tile(let path) where !path.isPartial: .partialTiles(of: path)
            case .entries(let path) where !path.isPartial: .partialEntries(of: path)
            default: nil
            }
        }
    }
}
