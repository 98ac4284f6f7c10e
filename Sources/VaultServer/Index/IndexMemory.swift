// SPDX-License-Identifier: Apache-2.0

import Bulk
import Synchronization

/// The two small parts of the index that are kept in memory, shared by its copies.
final class IndexMemory: Sendable {
    /// The statements of the table `recent`, by the first 16 bytes of their ids.
    private let recent = Mutex<[StatementKey: UInt64]>([:])
    /// Content that is being deleted right now.
    private let collecting = Mutex<Set<Hash>>([])

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

    // These are called inside write transactions, which are one after the other, and at last when
    // the deletion is done.

    /// Whether content is being deleted.
    func isCollecting(_ hash: Hash) -> Bool { collecting.withLock { $0.contains(hash) } }

    /// Claims content for deletion.
    func beginCollecting(_ hash: Hash) { _ = collecting.withLock { $0.insert(hash) } }

    /// Ends the claim.
    func endCollecting(_ hash: Hash) { _ = collecting.withLock { $0.remove(hash) } }
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
