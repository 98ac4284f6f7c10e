// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// The right edge of a growing tree: all that is needed to append leaves and write tiles.
///
/// It holds the partial tile of each level and one hash for each one bit of the size, so that a leaf
/// costs two hashes on average and a flush what was appended, however large the tree is. It is a
/// value: copy it before a round of work, and keep the copy if the round fails.
public struct TreeEdge: Sendable {
    /// The number of leaves.
    public private(set) var size: UInt64 = 0
    /// The roots of the full subtrees that the size's one bits stand for, the largest first.
    private var peaks: [Hash] = []
    /// The hashes of the partial tile on each level, from level 0.
    private var partials: [[Hash]] = []
    /// Full tiles since the last flush.
    private var completed: [Tile] = []
    /// The size at the last flush.
    private var flushedSize: UInt64 = 0

    /// The edge of the empty tree.
    public init() {}

    /// The edge of a tree that is already stored.
    ///
    /// The caller compares ``root`` with the signed one before building on it.
    ///
    /// - Parameters:
    ///   - size: The number of leaves.
    ///   - read: Gives a stored tile, or the full one that replaced it.
    /// - Throws: ``TileError/wrongLength(_:got:)`` and what `read` throws.
    public init(size: UInt64, reading read: (TilePath) throws -> [UInt8]) throws {
        var tiles: [Tile] = []
        for path in Self.tiles(size: size) { tiles.append(try Tile(path, parsing: read(path))) }
        self.init(size: size, tiles: tiles)
    }

    /// The edge of a tree that is already stored, read asynchronously.
    ///
    /// - Parameters:
    ///   - size: The number of leaves.
    ///   - read: Gives a stored tile, or the full one that replaced it.
    /// - Throws: ``TileError/wrongLength(_:got:)`` and what `read` throws.
    public init(size: UInt64, reading read: (TilePath) async throws -> [UInt8]) async throws {
        var tiles: [Tile] = []
        for path in Self.tiles(size: size) {
            tiles.append(try Tile(path, parsing: await read(path)))
        }
        self.init(size: size, tiles: tiles)
    }

    /// Takes the partial tiles of ``tiles(size:)``, in that order.
    private init(size: UInt64, tiles: [Tile]) {
        self.size = size
        flushedSize = size
        for tile in tiles {
            while partials.count < tile.path.level { partials.append([]) }
            partials.append(tile.hashes)
        }
        peaks = partials.reversed().flatMap { hashes in
            var start = 0
            return (0..<8).reversed().filter { hashes.count & 1 << $0 != 0 }.map { height in
                defer { start += 1 << height }
                return MerkleTree.root(of: hashes[start..<start + 1 << height])
            }
        }
    }

    /// The partial tiles of a tree, from level 0: what the edge is read from.
    private static func tiles(size: UInt64) -> [TilePath] {
        TilePath.rightEdge(ofTreeOf: size).filter { $0.isPartial }
    }

    /// The root hash of the tree.
    public var root: Hash {
        guard var root = peaks.last else { return MerkleTree.emptyRoot }
        for left in peaks.dropLast().reversed() { root = MerkleTree.nodeHash(left, root) }
        return root
    }

    /// Adds a leaf.
    ///
    /// - Parameter leaf: ``MerkleTree/leafHash(_:)`` of the entry.
    public mutating func append(_ leaf: Hash) {
        var node = leaf
        add(node, toLevel: 0)
        for height in 1..<(size.trailingOnes + 1) {
            node = MerkleTree.nodeHash(peaks.removeLast(), node)
            if height.isMultiple(of: 8) { add(node, toLevel: height / 8) }
        }
        peaks.append(node)
        size += 1
    }

    private mutating func add(_ node: Hash, toLevel level: Int) {
        if level == partials.count { partials.append([]) }
        partials[level].append(node)
        guard partials[level].count == TilePath.fullWidth else { return }
        let path = TilePath(
            uncheckedLevel: level,
            index: size >> UInt64(8 * (level + 1)),
            width: TilePath.fullWidth
        )
        completed.append(Tile(path: path, hashes: partials[level]))
        partials[level].removeAll(keepingCapacity: true)
    }

    /// The tiles that are new or have grown since the last flush.
    ///
    /// - Returns: Full tiles first, then the partial ones of the present size, from level 0.
    public mutating func flush() -> [Tile] {
        var tiles = completed
        for (level, hashes) in partials.enumerated() where !hashes.isEmpty {
            let shift = UInt64(8 * level)
            guard size >> shift != flushedSize >> shift else { continue }
            let path = TilePath(
                uncheckedLevel: level,
                index: size >> (shift + 8),
                width: hashes.count
            )
            tiles.append(Tile(path: path, hashes: hashes))
        }
        completed.removeAll()
        flushedSize = size
        return tiles
    }
}
