// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// The log as a round finds it, and as it leaves it: all that an entry can change.
///
/// A value: a round works on a copy, and a round that fails leaves the original.
struct LogHead: Sendable {
    /// The fold over all entries.
    var state: VaultState
    /// The right edge of the tree.
    var edge: TreeEdge
    /// The entries of the bundle that is not full yet.
    var bundle: EntryBundle
}

/// One round in the making: pure, no I/O.
struct Round: Sendable {
    /// An entry and its place.
    struct Leaf: Sendable {
        let entry: IndexedEntry
        /// The entry as it is stored.
        let bytes: [UInt8]
        /// Of its candidate; what the entry names stays until the index has the entry.
        let holds: [any Sendable]

        var index: UInt64 { entry.index }
    }

    /// The log with the new entries.
    private(set) var head: LogHead
    /// The new entries.
    private(set) var leaves: [Leaf] = []
    /// Bundles that became full in this round.
    private var bundles: [StagedRound.Object] = []

    init(after head: LogHead) { self.head = head }

    /// Applies a statement to the state and appends it.
    ///
    /// - Parameters:
    ///   - candidate: A statement whose signatures and content were checked.
    ///   - time: The clock, already rounded; a clock that ran backwards is not followed.
    ///   - facts: What the log says of earlier entries; the new entry is added to it.
    /// - Throws: ``PolicyViolation``; nothing has changed then.
    mutating func append(
        _ candidate: Candidate,
        at time: UTCTime,
        facts: inout RoundFacts
    ) throws(PolicyViolation) {
        let index = head.edge.size
        let accepted = max(time, head.state.accepted)
        try head.state.apply(candidate.statement, accepted: accepted, at: index, facts: &facts)
        let signed = candidate.statement.signed
        let bytes = Entry(accepting: signed, at: accepted).bytes
        let indexed = IndexedEntry(
            index: index,
            signed: signed,
            content: candidate.content
        )
        leaves.append(Leaf(entry: indexed, bytes: bytes, holds: candidate.holds))
        head.edge.append(MerkleTree.leafHash(bytes))
        do { try head.bundle.append(bytes) } catch { preconditionFailure("\(error)") }
        if head.bundle.count == TilePath.fullWidth { closeBundle() }
    }

    private mutating func closeBundle() {
        guard let last = leaves.last else { return }
        bundles.append(Self.object(head.bundle, lastLeaf: last.index))
        head.bundle = EntryBundle()
    }

    /// The tiles and bundles of the round, which it must not grow after.
    mutating func stage(after previous: SignedNote?) -> StagedRound {
        var objects = head.edge.flush().map {
            StagedRound.Object(key: .tile($0.path), bytes: $0.bytes)
        }
        objects += bundles
        if head.bundle.count > 0, let last = leaves.last {
            objects.append(Self.object(head.bundle, lastLeaf: last.index))
        }
        return StagedRound(previous: previous, objects: objects)
    }

    private static func object(_ bundle: EntryBundle, lastLeaf: UInt64) -> StagedRound.Object {
        guard let path = EntryBundlePath(holding: lastLeaf, inTreeOf: lastLeaf + 1) else {
            preconditionFailure("leaf \(lastLeaf) is outside of its own tree")
        }
        return StagedRound.Object(key: .entries(path), bytes: bundle.bytes)
    }
}
