// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// A tree of one size, as far as its tiles were supplied: what proofs are made from.
///
/// Each tile is hashed through once, when it is supplied, so that a thousand proofs from the same
/// tiles cost little more than one. Tiles are taken as they come; a proof from wrong tiles does not
/// verify, so compare ``root()``, or the proof, with the signed root.
public struct TiledTree: Sendable {
    /// The number of leaves.
    public let size: UInt64
    /// For each tile, the nodes above its hashes: row 0 is the hashes, row 7 the two topmost nodes.
    private var rows: [Place: [[Hash]]] = [:]

    private struct Place: Hashable {
        var level: Int
        var index: UInt64
    }

    /// A node that stands for a full subtree of 2^height leaves.
    private struct Node {
        var height: Int
        var index: UInt64

        var place: Place { Place(level: height / 8, index: index >> UInt64(8 - height % 8)) }
        var column: Int { Int(index & (1 << UInt64(8 - height % 8) - 1)) }
    }

    /// A tree of which no tile is known yet.
    public init(size: UInt64) {
        self.size = size
    }

    /// Takes a tile.
    ///
    /// - Throws: ``TileError/notInTree(_:)`` for another tile than ``missingTiles(forInclusionOf:)``
    ///   and its like name.
    public mutating func supply(_ tile: Tile) throws(TileError) {
        let place = Place(level: tile.path.level, index: tile.path.index)
        guard path(of: place) == tile.path else { throw .notInTree(tile.path) }
        var row = tile.hashes
        var all = [row]
        for _ in 1..<8 {
            row = (0..<row.count / 2).map {
                MerkleTree.nodeHash(row[2 * $0], row[2 * $0 + 1])
            }
            all.append(row)
        }
        rows[place] = all
    }

    // MARK: What is missing

    /// The tiles still to be supplied before a leaf's inclusion can be proved.
    public func missingTiles(forInclusionOf index: UInt64) -> [TilePath] {
        missingTiles(over: index < size ? ProofPath.inclusion(of: index, in: size) : [])
    }

    /// The tiles still to be supplied before consistency with an older tree can be proved.
    public func missingTiles(forConsistencyFrom oldSize: UInt64) -> [TilePath] {
        guard oldSize > 0, oldSize <= size else { return [] }
        return missingTiles(over: ProofPath.consistency(of: 0..<oldSize, in: size))
    }

    /// The tiles still to be supplied before the root is known.
    public func missingTilesForRoot() -> [TilePath] { missingTiles(over: [0..<size]) }

    private func missingTiles(over ranges: [Range<UInt64>]) -> [TilePath] {
        var seen: Set<Place> = []
        return ranges.flatMap { Self.nodes(of: $0) }.map(\.place)
            .filter { rows[$0] == nil && seen.insert($0).inserted }
            .compactMap { path(of: $0) }
    }

    // MARK: Proofs

    /// Proves that a leaf is in the tree.
    ///
    /// - Throws: ``TileError/missing(_:)`` or, for an index at or above the size,
    ///   ``TileError/outOfRange``.
    public func inclusionProof(of index: UInt64) throws(TileError) -> InclusionProof {
        guard index < size else { throw .outOfRange }
        var hashes: [Hash] = []
        for range in ProofPath.inclusion(of: index, in: size) { hashes.append(try hash(of: range)) }
        return InclusionProof(index: index, treeSize: size, hashes: hashes)
    }

    /// Proves that the tree begins with an older one.
    ///
    /// - Throws: ``TileError/missing(_:)`` or, for an old size of 0 or above the size,
    ///   ``TileError/outOfRange``.
    public func consistencyProof(from oldSize: UInt64) throws(TileError) -> ConsistencyProof {
        guard oldSize > 0, oldSize <= size else { throw .outOfRange }
        let hashes = try consistencyHashes(of: 0..<oldSize)
        return ConsistencyProof(oldSize: oldSize, newSize: size, hashes: hashes)
    }

    /// Proves that a subtree is a part of the tree, for ``Subtree/verifyConsistency(hash:treeSize:root:proof:)``.
    ///
    /// - Throws: ``TileError/missing(_:)`` or, for a subtree without leaves or beyond the size,
    ///   ``TileError/outOfRange``.
    public func consistencyProof(of subtree: Subtree) throws(TileError) -> [Hash] {
        guard subtree.start < subtree.end, subtree.end <= size else { throw .outOfRange }
        return try consistencyHashes(of: subtree.start..<subtree.end)
    }

    /// The root hash.
    ///
    /// - Throws: ``TileError/missing(_:)``.
    public func root() throws(TileError) -> Hash { try hash(of: 0..<size) }

    private func consistencyHashes(of range: Range<UInt64>) throws(TileError) -> [Hash] {
        var hashes: [Hash] = []
        for range in ProofPath.consistency(of: range, in: size) {
            hashes.append(try hash(of: range))
        }
        return hashes
    }

    private func hash(of range: Range<UInt64>) throws(TileError) -> Hash {
        var result: Hash?
        for node in Self.nodes(of: range).reversed() {
            guard let row = rows[node.place]?[node.height % 8], node.column < row.count else {
                throw path(of: node.place).map { .missing($0) } ?? .outOfRange
            }
            result = result.map { MerkleTree.nodeHash(row[node.column], $0) } ?? row[node.column]
        }
        return result ?? MerkleTree.emptyRoot
    }

    /// The tile at a place, as wide as it is in this tree; `nil` where the tree has none there.
    private func path(of place: Place) -> TilePath? {
        guard place.level < 8 else { return nil }
        let count = size >> UInt64(8 * place.level)
        guard place.index <= count / UInt64(TilePath.fullWidth) else { return nil }
        let width = TileNumber.width(of: place.index, count: count)
        guard width > 0 else { return nil }
        return TilePath(uncheckedLevel: place.level, index: place.index, width: width)
    }

    /// The full subtrees that a subtree consists of, the largest first.
    private static func nodes(of range: Range<UInt64>) -> [Node] {
        var nodes: [Node] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let height = UInt64.bitWidth - 1 - (range.upperBound - start).leadingZeroBitCount
            nodes.append(Node(height: height, index: start >> UInt64(height)))
            start += 1 << UInt64(height)
        }
        return nodes
    }
}

/// Which ranges of leaves a proof is made of, deepest first (RFC 6962, section 2.1).
private enum ProofPath {
    static func inclusion(of index: UInt64, in size: UInt64) -> [Range<UInt64>] {
        var ranges: [Range<UInt64>] = []
        var tree = 0..<size
        while tree.upperBound - tree.lowerBound > 1 {
            let middle = split(tree)
            if index < middle {
                ranges.append(middle..<tree.upperBound)
                tree = tree.lowerBound..<middle
            } else {
                ranges.append(tree.lowerBound..<middle)
                tree = middle..<tree.upperBound
            }
        }
        return ranges.reversed()
    }

    /// The range is a subtree; one that starts at 0 is an older tree.
    static func consistency(of range: Range<UInt64>, in size: UInt64) -> [Range<UInt64>] {
        var ranges: [Range<UInt64>] = []
        var tree = 0..<size
        var part = range
        // Whether the part is still what the verifier knows, and need not be in the proof.
        var isKnown = true
        while part != tree {
            let middle = split(tree)
            if part.upperBound <= middle {
                ranges.append(middle..<tree.upperBound)
                tree = tree.lowerBound..<middle
            } else {
                ranges.append(tree.lowerBound..<middle)
                tree = middle..<tree.upperBound
                if part.lowerBound < middle {
                    part = middle..<part.upperBound
                    isKnown = false
                }
            }
        }
        if !isKnown { ranges.append(part) }
        return ranges.reversed()
    }

    /// Where a tree of more than one leaf divides: after the largest power of two below its size.
    private static func split(_ tree: Range<UInt64>) -> UInt64 {
        let last = tree.upperBound - tree.lowerBound - 1
        return tree.lowerBound + 1 << UInt64(UInt64.bitWidth - 1 - last.leadingZeroBitCount)
    }
}
