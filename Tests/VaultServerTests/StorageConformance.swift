// SPDX-License-Identifier: Apache-2.0

import Bulk
import NIOCore
import Testing

@testable import VaultServer

/// What every engine must do; each engine's suite runs all of it on a fresh, empty engine.
struct StorageConformance {
    let engine: StorageEngine

    private static let bytes = Array("one object".utf8)
    private static let key = StorageKey.content(.records, Hash(hashing: bytes))

    /// The checks, by what they claim.
    static let checks: [(claim: String, run: @Sendable (StorageConformance) async throws -> Void)] =
        [
            ("gives back what was stored", { try await $0.roundTrip() }),
            ("takes the same bytes twice", { try await $0.sameTwice() }),
            ("raises an alarm on other bytes", { try await $0.conflict() }),
            ("reads ranges, and refuses those past the end", { try await $0.ranges() }),
            ("lists what is there", { try await $0.listing() }),
            ("deletes, also twice", { try await $0.deletion() }),
            ("stores large objects of odd sizes", { try await $0.large() }),
            ("replaces the public checkpoint", { try await $0.publishing() }),
            ("swaps only what is expected", { try await $0.swapping() }),
            ("lets one of two racing writers win", { try await $0.race() }),
        ]

    private func roundTrip() async throws {
        #expect(try await engine.store.size(of: Self.key) == nil)
        await #expect(throws: StorageError.self) { try await engine.store.bytes(of: Self.key) }
        try await engine.store.create(Self.key, Self.bytes)
        #expect(try await engine.store.bytes(of: Self.key) == Self.bytes)
        #expect(try await engine.store.size(of: Self.key) == UInt64(Self.bytes.count))
    }

    private func sameTwice() async throws {
        let buffer = [ByteBuffer(bytes: Self.bytes)]
        try await engine.store.create(Self.key, buffer, durability: .deferred)
        try await engine.store.create(Self.key, buffer, durability: .immediate)
        try await engine.store.synchronize()
        #expect(try await engine.store.bytes(of: Self.key) == Self.bytes)
    }

    private func conflict() async throws {
        try await engine.store.create(Self.key, Self.bytes)
        do {
            try await engine.store.create(Self.key, Self.bytes + [0])
            Issue.record("other bytes were taken")
        } catch {
            #expect(error.code == .conflict)
        }
        #expect(try await engine.store.bytes(of: Self.key) == Self.bytes)
    }

    private func ranges() async throws {
        try await engine.store.create(Self.key, Self.bytes)
        #expect(try await engine.store.read(Self.key, 4..<10) == ByteBuffer(string: "object"))
        #expect(try await engine.store.read(Self.key, 3..<3).readableBytes == 0)
        do {
            _ = try await engine.store.read(Self.key, 4..<11)
            Issue.record("a range past the end was read")
        } catch {
            #expect(error.code == .outOfRange)
        }
    }

    private func listing() async throws {
        let byte = try #require(Hash(hashing: Self.bytes).bytes.first)
        let prefix = StoragePrefix.content(.records, firstByte: byte)
        #expect(try await engine.store.list(prefix).isEmpty)
        try await engine.store.create(Self.key, Self.bytes)
        let found = try await engine.store.list(prefix)
        #expect(found.map(\.key) == [Self.key])
        #expect(found.map(\.size) == [UInt64(Self.bytes.count)])
        #expect(try await engine.store.list(.staging).isEmpty)
    }

    private func deletion() async throws {
        try await engine.store.create(Self.key, Self.bytes)
        try await engine.store.delete(Self.key)
        try await engine.store.delete(Self.key)
        #expect(try await engine.store.size(of: Self.key) == nil)
    }

    private func large() async throws {
        for size in [0, 1, (1 << 20) - 1, 1 << 20, (4 << 20) - 1, 4 << 20, (9 << 20) + 5] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 8) }
            let key = StorageKey.content(.segments, Hash(hashing: bytes))
            let cut = size / 3
            let chunks = [ByteBuffer(bytes: bytes[..<cut]), ByteBuffer(bytes: bytes[cut...])]
            try await engine.store.create(key, chunks, durability: .immediate)
            #expect(try await engine.store.bytes(of: key) == bytes)
        }
    }

    private func publishing() async throws {
        for text in ["first", "second, longer", "3"] {
            try await engine.store.publish(checkpoint: Array(text.utf8))
            #expect(try await engine.store.bytes(of: .checkpoint) == Array(text.utf8))
        }
    }

    private func swapping() async throws {
        #expect(try await engine.lock.read() == nil)
        #expect(try await engine.lock.compareAndSwap(old: [1], new: [2]) == false)
        #expect(try await engine.lock.compareAndSwap(old: nil, new: [1]))
        #expect(try await engine.lock.compareAndSwap(old: nil, new: [2]) == false)
        for value in UInt8(1)..<9 {
            #expect(try await engine.lock.read() == [value])
            #expect(try await engine.lock.compareAndSwap(old: [value], new: [value + 1]))
        }
    }

    private func race() async throws {
        #expect(try await engine.lock.compareAndSwap(old: nil, new: [0]))
        let lock = engine.lock
        let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for writer in UInt8(1)...16 {
                group.addTask { try await lock.compareAndSwap(old: [0], new: [writer]) }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 1)
    }
}
