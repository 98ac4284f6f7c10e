// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import NIOCore
import Testing

@testable import VaultServer

@Suite("Storage")
struct StorageTests {
    @Test("the directory engine keeps the contract", arguments: StorageConformance.checks.indices)
    func directory(check: Int) async throws {
        try await withFolder { folder in
            let engine = try DirectoryStore(at: folder).engine()
            let claim = StorageConformance.checks[check].claim
            try await StorageConformance.checks[check].run(StorageConformance(engine: engine))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder + "/tmp") == [],
                "temporary files are left: \(claim)"
            )
        }
    }

    @Test("the wrapper that makes faults keeps it", arguments: StorageConformance.checks.indices)
    func faulty(check: Int) async throws {
        try await withFolder { folder in
            let engine = try FaultyEngine(DirectoryStore(at: folder).engine(), in: folder).faulty
            try await StorageConformance.checks[check].run(StorageConformance(engine: engine))
        }
    }

    @Test("a second daemon on one folder is refused, and let in once the first is gone")
    func secondDaemon() throws {
        try withFolder { folder in
            let first = try DirectoryStore(at: folder)
            let error = #expect(throws: StorageError.self) { try DirectoryStore(at: folder) }
            #expect(error?.code == .inUse)
            #expect(error?.description == "\"\(folder)\" is in use by another process")
            withExtendedLifetime(first) {}
        }
    }

    @Test("a folder that does not exist is not made")
    func noFolder() throws {
        try withFolder { folder in
            let error = #expect(throws: StorageError.self) {
                try DirectoryStore(at: folder + "/none")
            }
            #expect(error?.code == .noFolder)
        }
    }

    @Test("what a crash left half-written is removed at the next start")
    func leftovers() throws {
        try withFolder { folder in
            let files = FileManager.default
            _ = try DirectoryStore(at: folder)
            #expect(files.createFile(atPath: folder + "/tmp/1-1", contents: Data("half".utf8)))
            _ = try DirectoryStore(at: folder)
            #expect(try files.contentsOfDirectory(atPath: folder + "/tmp") == [])
        }
    }

    @Test("a swap that a crash tore leaves the value before it")
    func tornSwap() async throws {
        try await withFolder { folder in
            let lock = try DirectoryStore(at: folder).engine().lock
            #expect(try await lock.compareAndSwap(old: nil, new: Array("first".utf8)))
            #expect(
                try await lock.compareAndSwap(old: Array("first".utf8), new: Array("second".utf8))
            )
            // The second value went to the even slot, at the front; its last byte is changed.
            let file = URL(filePath: folder + "/lock")
            var bytes = try Data(contentsOf: file)
            let place = try #require(bytes.range(of: Data("second".utf8)))
            bytes[place.upperBound - 1] ^= 1
            try bytes.write(to: file)
            #expect(try await lock.read() == Array("first".utf8))
        }
    }

    @Test("a lock that is cut off is damaged, not empty", arguments: [0, 100, 40_000, 65_535])
    func cutOffLock(size: Int) async throws {
        try await withFolder { folder in
            let lock = try DirectoryStore(at: folder).engine().lock
            #expect(try await lock.compareAndSwap(old: nil, new: [1]))
            let file = URL(filePath: folder + "/lock")
            try Data(contentsOf: file).prefix(size).write(to: file)
            let error = await #expect(throws: StorageError.self) { try await lock.read() }
            #expect(error?.code == .damaged)
        }
    }

    @Test("every path comes from a key, and every key from its own path only")
    func paths() throws {
        let hash = Hash(hashing: [])
        let keys: [StorageKey] = [
            .checkpoint, .publishedCheckpoint(size: 0), .publishedCheckpoint(size: 1_234_567),
            .staging(size: 7, root: hash), .content(.segments, hash), .content(.keyrings, hash),
        ]
        for key in keys { #expect(StorageKey(path: key.path) == key) }
        let hostile = [
            "", "/", "..", "../lock", "checkpoint/", "/checkpoint", "checkpoints/1/1",
            "checkpoints/0/01", "segments/../lock", "segments/00/\(hash.hex)",
            "segments/e3/\(hash.hex.uppercased())", "segments/e3/\(hash.hex)\0",
            "staging/+7-\(hash.hex)",
            "tile/0/../000", "tile/0/x001/000/", "lock", "tmp/1",
        ]
        for path in hostile { #expect(StorageKey(path: path) == nil, "\(path)") }
    }

    @Test("a full disk is a plain error, and nothing half-written stays", .enabled(if: mayMount))
    func fullDisk() async throws {
        try await withSmallDisk { folder in
            let store = try DirectoryStore(at: folder)
            let bytes = [UInt8](repeating: 7, count: 3 << 20)
            for size in [3 << 20, 900_000] {
                let content = Array(bytes.prefix(size))
                let key = StorageKey.content(.segments, Hash(hashing: content))
                let error = await #expect(throws: StorageError.self) {
                    try await store.create(key, content)
                }
                #expect(error?.code == .full)
                #expect(try await store.size(of: key) == nil)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/tmp") == [])
        }
    }

    @Test("a read-only disk is a plain error", .enabled(if: mayMount))
    func readOnlyDisk() async throws {
        try await withSmallDisk { folder in
            let store = try DirectoryStore(at: folder)
            try run("mount", "-o", "remount,ro", folder)
            let error = await #expect(throws: StorageError.self) {
                try await store.create(.content(.records, Hash(hashing: [1])), [1])
            }
            #expect(error?.code == .readOnly)
        }
    }

    @Test("an fsync that fails ends the process")
    func failingSync() async {
        await #expect(processExitsWith: .exitCode(74)) {
            try withFolder { folder in
                let failing = Sync { _ in
                    errno = EIO
                    return -1
                }
                _ = try DirectoryStore(at: folder, sync: failing)
            }
        }
    }
}
