// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
public import NIOCore

/// The engine that keeps a vault in a folder of a local file system.
///
/// A new object is written to a temporary name, synced, and then linked to its own name, which fails
/// when that name is taken; then the folder is synced. So an object is wholly there or not at all. One
/// process holds the folder at a time.
public struct DirectoryStore: ObjectStore {
    let root: String
    let sync: Sync
    /// Keeps the folder locked for as long as any copy of the store lives.
    private let folder: FolderLock
    /// Uploads wait here for their fsync.
    private let contentThreads = BlockingPool(threads: 4)
    /// The log has threads of its own, so that a round never waits behind uploads.
    private let logThreads = BlockingPool(threads: 2)
    let slabs = Slabs()
    let durable = DurableFolders()

    /// Opens an existing folder, takes its lock and removes what a crash left half-written.
    ///
    /// - Throws: ``StorageError``; `noFolder` when it does not exist, `inUse` when another process
    ///   (or another store of this one) holds it.
    public init(at path: String) throws(StorageError) {
        try self.init(at: path, sync: Sync())
    }

    init(at path: String, sync: Sync) throws(StorageError) {
        root = path
        self.sync = sync
        folder = try FolderLock(path)
        try removeLeftovers()
        // What a process wrote that was killed is there to be read, and from here on durable, too.
        sync.everything(on: folder, root)
    }

    /// The engine: this store, and the register in the folder's file `lock`.
    public func engine() throws(StorageError) -> StorageEngine {
        StorageEngine(
            store: self,
            lock: DirectoryRegister(at: "\(root)/lock", sync: sync, threads: logThreads)
        )
    }

    /// Stores bytes under a new key; see ``ObjectStore``.
    public func create(
        _ key: StorageKey,
        _ chunks: [ByteBuffer],
        durability: Durability
    ) async throws(StorageError) {
        try await threads(for: key).run { () throws(StorageError) in
            try write(chunks, as: key, durability)
        }
    }

    /// Replaces the public checkpoint by renaming over it, so that a reader sees one or the other.
    public func publish(checkpoint: [UInt8]) async throws(StorageError) {
        try await logThreads.run { () throws(StorageError) in
            let temporary = try writeTemporary([ByteBuffer(bytes: checkpoint)], durable: false)
            guard unsafe rename(temporary, path(.checkpoint)) == 0 else {
                let error = StorageError.system("rename", path(.checkpoint))
                unsafe unlink(temporary)
                throw error
            }
        }
    }

    /// Reads an object, or a range of its bytes; see ``ObjectStore``.
    public func read(
        _ key: StorageKey,
        _ range: Range<UInt64>?
    ) async throws(StorageError) -> ByteBuffer {
        try await threads(for: key).run { () throws(StorageError) in
            let file = try OpenFile(path(key), O_RDONLY)
            let size = try file.size()
            let range = range ?? 0..<size
            guard range.upperBound <= size else {
                throw StorageError(.outOfRange, path: key.path, detail: "\(size) bytes")
            }
            let buffer = try read(file, range)
            guard buffer.readableBytes == range.count else {
                throw StorageError(.outOfRange, path: key.path, detail: "shrank while being read")
            }
            return buffer
        }
    }

    /// The size of an object in bytes; see ``ObjectStore``.
    public func size(of key: StorageKey) async throws(StorageError) -> UInt64? {
        try await threads(for: key).run { () throws(StorageError) in
            do throws(StorageError) {
                return try OpenFile(path(key), O_RDONLY).size()
            } catch  where error.code == .missing {
                return nil
            }
        }
    }

    /// Removes an object.
    ///
    /// The folder is not synced: after a power cut it may be back.
    public func delete(_ key: StorageKey) async throws(StorageError) {
        try await threads(for: key).run { () throws(StorageError) in
            guard unsafe unlink(path(key)) != 0 else { return }
            let error = StorageError.system("unlink", path(key))
            guard error.code == .missing else { throw error }
        }
    }

    /// What is stored under a prefix; see ``ObjectStore``.
    public func list(_ prefix: StoragePrefix) async throws(StorageError) -> [StoredObject] {
        try await contentThreads.run { () throws(StorageError) in
            var found: [StoredObject] = []
            try walk(prefix.path) { path in
                guard let key = StorageKey(path: path),
                    let file = try? FileManager.default.attributesOfItem(atPath: "\(root)/\(path)"),
                    let size = file[.size] as? UInt64,
                    let modified = file[.modificationDate] as? Date
                else { return }
                let seconds = Int64(modified.timeIntervalSince1970)
                found.append(StoredObject(key: key, size: size, modified: seconds))
            }
            return found
        }
    }

    /// Returns when everything created so far is durable, by one sync of the file system.
    public func synchronize() async throws(StorageError) {
        try await contentThreads.run { () throws(StorageError) in
            sync.everything(on: folder, root)
        }
    }

    func path(_ key: StorageKey) -> String { "\(root)/\(key.path)" }

    private func threads(for key: StorageKey) -> BlockingPool {
        if case .content = key { contentThreads } else { logThreads }
    }
}
