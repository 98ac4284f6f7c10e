// SPDX-License-Identifier: Apache-2.0

import Bulk
import Synchronization
import Vault

/// The small parts of the index that are kept in memory, shared by its copies.
final class IndexMemory: Sendable {
    /// The statements of the table `recent`, by the first 16 bytes of their ids.
    private let recent = Mutex<[StatementKey: UInt64]>([:])
    /// What is happening to content right now.
    private let contents = Mutex(Contents())
    /// Whether there may be content to delete.
    private let hasDropped = Mutex(false)
    /// Objects of records that are about to become entries, with the number of their claims.
    private let claimed = Mutex<[ObjectID: (record: Hash, count: Int)]>([:])

    private struct Contents {
        /// Content that is being deleted.
        var collecting: Set<Hash> = []
        /// Content that may not be deleted, with the number of its pins.
        var pinned: [Hash: Int] = [:]
        /// Uploads that have begun and not ended.
        var uploading: [Uploader: (count: Int, isCounted: Bool)] = [:]
    }

    private struct Uploader: Hashable {
        let hash: Hash
        let member: Fingerprint
    }

    /// How many statements `recent` holds.
    var recentCount: Int { recent.withLock { $0.count } }

    /// The leaf of a recent statement.
    func leaf(_ id: Hash) -> UInt64? { recent.withLock { $0[StatementKey(id)] } }

    /// The leaves of those statements that are recent, in the order of their ids.
    func leaves(_ ids: [Hash]) -> [UInt64?] {
        recent.withLock { recent in ids.map { recent[StatementKey($0)] } }
    }

    /// Adds statements.
    func add(_ statements: [(StatementKey, UInt64)]) {
        recent.withLock { recent in
            for (key, leaf) in statements { recent[key] = leaf }
        }
    }

    /// Forgets statements up to a leaf; all of them without one.
    func forget(upTo last: UInt64 = .max) {
        recent.withLock { recent in recent = recent.filter { $0.value > last } }
    }

    /// Takes note that an entry did away with content.
    func noteDropped() { hasDropped.withLock { $0 = true } }

    /// Whether an entry did away with content since this was last asked.
    func takeDropped() -> Bool {
        hasDropped.withLock { hasDropped in
            defer { hasDropped = false }
            return hasDropped
        }
    }

    // MARK: Content that must stay

    /// Claims content for deletion: of this, whatever is not pinned.
    func beginCollecting(_ hashes: [Hash]) -> Set<Hash> {
        contents.withLock { contents in
            let claimed = Set(hashes).filter { contents.pinned[$0] == nil }
                .subtracting(contents.collecting)
            contents.collecting.formUnion(claimed)
            return claimed
        }
    }

    /// Ends the claim.
    func endCollecting(_ hashes: Set<Hash>) { contents.withLock { $0.collecting.subtract(hashes) } }

    /// Pins content; gives what is being deleted already.
    fileprivate func pin(_ hashes: [Hash]) -> Set<Hash> {
        contents.withLock { contents in
            for hash in hashes { contents.pinned[hash, default: 0] += 1 }
            return contents.collecting.intersection(hashes)
        }
    }

    fileprivate func unpin(_ hashes: [Hash]) {
        contents.withLock { contents in
            for hash in hashes {
                let count = contents.pinned[hash] ?? 1
                contents.pinned[hash] = count == 1 ? nil : count - 1
            }
        }
    }

    // MARK: Objects that are about to be known

    /// Claims objects for a record.
    fileprivate func claim(_ objects: [ObjectID], for record: Hash) throws(TakenObject) {
        let taken: ObjectID? = claimed.withLock { claimed in
            if let taken = objects.first(where: {
                claimed[$0, default: (record, 0)].record != record
            }) {
                return taken
            }
            for object in objects { claimed[object, default: (record, 0)].count += 1 }
            return nil
        }
        if let taken { throw TakenObject(id: taken) }
    }

    fileprivate func unclaim(_ objects: [ObjectID]) {
        claimed.withLock { claimed in
            for object in objects {
                guard let (record, count) = claimed[object] else { continue }
                claimed[object] = count == 1 ? nil : (record, count - 1)
            }
        }
    }

    // MARK: Uploads in flight
    //
    // The first two are called inside write transactions, which are one after the other.

    /// Begins an upload that is counted; `wasCounted` before it began.
    func beginUpload(_ upload: Upload, wasCounted: Bool) {
        let key = Uploader(hash: upload.hash, member: upload.member)
        contents.withLock { contents in
            let others = contents.uploading[key] ?? (0, wasCounted)
            contents.uploading[key] = (others.count + 1, others.isCounted)
        }
    }

    /// Ends an upload; gives whether it must not be counted any more: neither it nor another of the
    /// same content by the same member has brought the bytes, or may yet.
    func endUpload(_ upload: Upload, isStored: Bool) -> Bool {
        let key = Uploader(hash: upload.hash, member: upload.member)
        return contents.withLock { contents in
            guard let (count, wasCounted) = contents.uploading[key] else { return false }
            let isCounted = wasCounted || isStored
            contents.uploading[key] = count == 1 ? nil : (count - 1, isCounted)
            return count == 1 && !isCounted
        }
    }

    /// Whether a member is uploading content now.
    func isUploading(_ hash: Hash, by member: Fingerprint) -> Bool {
        contents.withLock { $0.uploading[Uploader(hash: hash, member: member)] != nil }
    }
}

/// Keeps content from being collected for as long as the value lives.
///
/// A statement holds one from before its content is looked for until the index knows it as named, so no
/// clock and no waiting time can take evidence away from a statement that becomes an entry.
final class ContentPin: Sendable {
    /// What is being deleted already: it is as good as gone.
    let collecting: Set<Hash>
    private let hashes: [Hash]
    private let memory: IndexMemory

    init(_ hashes: [Hash], in memory: IndexMemory) {
        self.hashes = hashes
        self.memory = memory
        collecting = memory.pin(hashes)
    }

    deinit { memory.unpin(hashes) }
}

/// Keeps the ids of a record's objects from being taken by another record for as long as the value lives.
///
/// A `submit` holds one from before the index is asked for them until the index has its record: of two
/// that come at once, the later is turned away.
final class ObjectClaim: Sendable {
    private let objects: [ObjectID]
    private let memory: IndexMemory

    init(_ objects: [ObjectID], for record: Hash, in memory: IndexMemory) throws(TakenObject) {
        try memory.claim(objects, for: record)
        self.objects = objects
        self.memory = memory
    }

    deinit { memory.unclaim(objects) }
}

/// An object's id that another record has claimed.
struct TakenObject: Error {
    let id: ObjectID
}

/// The first 16 bytes of a statement's id.
///
/// Making two statements that share them takes 2⁶⁴ hashes, and gains their one author a second
/// statement that is answered with the receipt of the first.
struct StatementKey: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    init(_ id: Hash) {
        (high, low) = unsafe id.withBytes { bytes in
            (
                unsafe bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        }
    }
}
