// SPDX-License-Identifier: Apache-2.0

import Bulk
public import NIOCore

/// When bytes must be safe from a power cut.
public enum Durability: Hashable, Sendable {
    /// Before the call returns.
    case immediate
    /// Before the next ``ObjectStore/synchronize()`` returns. Only for what can be written again from
    /// something that is durable already.
    case deferred
}

/// One thing found by a listing.
public struct StoredObject: Hashable, Sendable {
    /// Its key.
    public let key: StorageKey
    /// Its size in bytes.
    public let size: UInt64
    /// When it was written, in seconds since 1970 UTC.
    public let modified: Int64
}

/// Everything the vault asks of a place to keep bytes.
///
/// Objects are created once and never change, but for the public checkpoint. An object is either
/// wholly there or not at all, at every moment and after any crash. One conformance suite runs
/// against every engine.
public protocol ObjectStore: Sendable {
    /// Stores bytes under a key that is new.
    ///
    /// The same bytes again are fine, and count as written.
    ///
    /// - Throws: ``StorageError`` with `conflict` when other bytes are there; `full`, `readOnly`,
    ///   `denied` or `failed` when nothing was stored.
    func create(
        _ key: StorageKey,
        _ chunks: [ByteBuffer],
        durability: Durability
    ) async throws(StorageError)

    /// Replaces the public checkpoint.
    ///
    /// It need not survive a power cut: start-up publishes again what the lock says.
    func publish(checkpoint: [UInt8]) async throws(StorageError)

    /// Reads an object, or a range of its bytes.
    ///
    /// - Throws: ``StorageError`` with `missing`, or `outOfRange` when the object ends before the
    ///   range does.
    func read(_ key: StorageKey, _ range: Range<UInt64>?) async throws(StorageError) -> ByteBuffer

    /// The size of an object in bytes, or `nil` where there is none.
    func size(of key: StorageKey) async throws(StorageError) -> UInt64?

    /// What is stored under a prefix, in no order; strange files are passed over.
    func list(_ prefix: StoragePrefix) async throws(StorageError) -> [StoredObject]

    /// Removes an object; one that is not there is fine.
    func delete(_ key: StorageKey) async throws(StorageError)

    /// Returns when everything created so far is durable.
    func synchronize() async throws(StorageError)
}

/// One value that changes only by compare-and-swap: the vault's lock.
///
/// Safety rests on this operation alone, never on a lease or a clock.
public protocol Register: Sendable {
    /// The value, or `nil` when there never was one.
    func read() async throws(StorageError) -> [UInt8]?

    /// Replaces a value if it is exactly the expected one.
    ///
    /// - Parameters:
    ///   - old: The value that must be there; `nil` for none.
    ///   - new: The value to be there, durable when the call returns `true`.
    /// - Returns: Whether the value was replaced; `false` means that another value is there.
    /// - Throws: ``StorageError``; the outcome is then unknown and must be found out by reading.
    func compareAndSwap(old: [UInt8]?, new: [UInt8]) async throws(StorageError) -> Bool
}

/// Where a vault lives: its objects and its lock.
public struct StorageEngine: Sendable {
    /// The objects.
    public let store: any ObjectStore
    /// The register that holds the commit point.
    public let lock: any Register

    /// Puts an engine together.
    public init(store: any ObjectStore, lock: any Register) {
        self.store = store
        self.lock = lock
    }
}

extension ObjectStore {
    /// Stores bytes under a new key, durable at once.
    public func create(_ key: StorageKey, _ bytes: [UInt8]) async throws(StorageError) {
        try await create(key, [ByteBuffer(bytes: bytes)], durability: .immediate)
    }

    /// Reads uploaded content, and checks that it still hashes to its name.
    ///
    /// - Throws: ``StorageError``; `damaged` where it does not.
    func content(_ kind: ContentKind, _ hash: Hash) async throws(StorageError) -> [UInt8] {
        let key = StorageKey.content(kind, hash)
        let bytes = try await bytes(of: key)
        let got = Hash(hashing: bytes)
        guard got == hash else { throw .damaged(key, "SHA-256 \(got)") }
        return bytes
    }

    /// Reads a whole object.
    public func bytes(of key: StorageKey) async throws(StorageError) -> [UInt8] {
        let buffer = try await read(key, nil)
        return unsafe buffer.withUnsafeReadableBytes { unsafe Array($0) }
    }
}
