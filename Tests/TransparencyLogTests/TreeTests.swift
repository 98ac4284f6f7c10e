// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import TransparencyLog

/// The tree as RFC 6962, section 2.1, defines it, word for word: slow, and nothing to get wrong.
enum ReferenceTree {
    static func root(_ leaves: ArraySlice<Hash>) -> Hash {
        guard let first = leaves.first else { return MerkleTree.emptyRoot }
        guard leaves.count > 1 else { return first }
        let middle = leaves.startIndex + split(leaves.count)
        return MerkleTree.nodeHash(root(leaves[..<middle]), root(leaves[middle...]))
    }

    static func path(_ index: Int, _ leaves: ArraySlice<Hash>) -> [Hash] {
        guard leaves.count > 1 else { return [] }
        let middle = leaves.startIndex + split(leaves.count)
        return index < middle
            ? path(index, leaves[..<middle]) + [root(leaves[middle...])]
            : path(index, leaves[middle...]) + [root(leaves[..<middle])]
    }

    static func proof(_ count: Int, _ leaves: ArraySlice<Hash>, isKnown: Bool = true) -> [Hash] {
        guard count < leaves.count else { return isKnown ? [] : [root(leaves)] }
        let half = split(leaves.count)
        let middle = leaves.startIndex + half
        return count <= half
            ? proof(count, leaves[..<middle], isKnown: isKnown) + [root(leaves[middle...])]
            : proof(count - half, leaves[middle...], isKnown: false) + [root(leaves[..<middle])]
    }

    static func split(_ count: Int) -> Int {
        var half = 1
        while half * 2 < count { half *= 2 }
        return half
    }

    static func leaves(_ count: Int) -> [Hash] {
        (0..<count).map { MerkleTree.leafHash(Array(String($0).utf8)) }
    }
}

/// Tiles in a dictionary, as a store keeps them.
struct StoredTiles {
    struct Missing: Error {}

    var bytes: [TilePath: [UInt8]] = [:]

    mutating func store(_ tiles: [Tile]) {
        for tile in tiles { bytes[tile.path] = tile.bytes }
    }

    /// A partial tile, or the full one that took its place.
    func read(_ path: TilePath) throws -> [UInt8] {
        guard let found = bytes[path] ?? bytes[path.full] else { throw Missing() }
        return found
    }
}

@Suite struct TreeTests {
    @Test("hashes every small tree as RFC 6962 defines it")
    func roots() {
        let leaves = ReferenceTree.leaves(140)
        var edge = TreeEdge()
        for count in 0...leaves.count {
            let root = ReferenceTree.root(leaves[..<count])
            #expect(MerkleTree.root(of: leaves[..<count]) == root)
            #expect(edge.root == root)
            if count < leaves.count { edge.append(leaves[count]) }
        }
    }

    @Test("proves each leaf of every small tree, and nothing else")
    func inclusion() throws {
        let leaves = ReferenceTree.leaves(70)
        for count in 1...leaves.count {
            let (tree, root) = try tiled(leaves[..<count])
            for index in 0..<count {
                let proof = try tree.inclusionProof(of: UInt64(index))
                #expect(proof.hashes == ReferenceTree.path(index, leaves[..<count]))
                try proof.verify(leaf: leaves[index], root: root)
                for other in 0..<UInt64(count + 2) where other != UInt64(index) {
                    let moved = InclusionProof(
                        index: other,
                        treeSize: UInt64(count),
                        hashes: proof.hashes
                    )
                    #expect(throws: ProofError.self) {
                        try moved.verify(leaf: leaves[index], root: root)
                    }
                }
                try refuseChanges(proof.hashes) {
                    try InclusionProof(index: UInt64(index), treeSize: UInt64(count), hashes: $0)
                        .verify(leaf: leaves[index], root: root)
                }
            }
        }
    }

    @Test("proves that every small tree begins with each smaller one, and nothing else")
    func consistency() throws {
        let leaves = ReferenceTree.leaves(70)
        for count in 1...leaves.count {
            let (tree, root) = try tiled(leaves[..<count])
            for old in 1...count {
                let proof = try tree.consistencyProof(from: UInt64(old))
                #expect(proof.hashes == ReferenceTree.proof(old, leaves[..<count]))
                let oldRoot = MerkleTree.root(of: leaves[..<old])
                try proof.verify(oldRoot: oldRoot, newRoot: root)
                try refuseChanges(proof.hashes) {
                    try ConsistencyProof(
                        oldSize: UInt64(old),
                        newSize: UInt64(count),
                        hashes: $0
                    ).verify(oldRoot: oldRoot, newRoot: root)
                }
                #expect(throws: ProofError.self) {
                    try proof.verify(oldRoot: MerkleTree.emptyRoot, newRoot: root)
                }
            }
        }
    }

    @Test("proves that every subtree is a part of every small tree")
    func subtrees() throws {
        let leaves = ReferenceTree.leaves(40)
        for count in 1...leaves.count {
            let (tree, root) = try tiled(leaves[..<count])
            for start in 0..<count {
                for end in start + 1...count {
                    guard let part = try? Subtree(start: UInt64(start), end: UInt64(end)) else {
                        continue
                    }
                    try part.verifyConsistency(
                        hash: MerkleTree.root(of: leaves[start..<end]),
                        treeSize: UInt64(count),
                        root: root,
                        proof: tree.consistencyProof(of: part)
                    )
                }
            }
        }
    }

    @Test("refuses a consistency proof from an empty tree, since it proves nothing")
    func refusesEmptyOldTree() throws {
        let (tree, root) = try tiled(ReferenceTree.leaves(5)[...])
        #expect(throws: TileError.outOfRange) { try tree.consistencyProof(from: 0) }
        #expect(throws: ProofError.sizesOutOfOrder(old: 0, new: 5)) {
            try ConsistencyProof(oldSize: 0, newSize: 5, hashes: [])
                .verify(oldRoot: MerkleTree.emptyRoot, newRoot: root)
        }
    }

    @Test("writes at each flush exactly the tiles that are new or have grown")
    func flushes() throws {
        var edge = TreeEdge()
        var stored = StoredTiles()
        let leaves = ReferenceTree.leaves(256 * 300 + 17)
        var size = 0
        for step in [0, 1, 1, 253, 1, 1, 255, 256, 70_000, 0, 5, 6043] {
            for leaf in leaves[size..<size + step] { edge.append(leaf) }
            let old = size
            size += step
            let tiles = edge.flush()
            #expect(Set(tiles.map(\.path)) == tilePaths(size).subtracting(tilePaths(old)))
            #expect(tiles.count == Set(tiles.map(\.path)).count)
            stored.store(tiles)
            let loaded = try TreeEdge(size: UInt64(size)) { try stored.read($0) }
            #expect(loaded.root == edge.root)
            #expect(loaded.root == MerkleTree.root(of: leaves[..<size]))
            var tree = TiledTree(size: UInt64(size))
            try tree.load(tree.missingTilesForRoot()) { try stored.read($0) }
            #expect(try tree.root() == edge.root)
        }
        #expect(edge.flush().isEmpty)
    }

    @Test("goes on from stored tiles as if it had never stopped")
    func resumes() throws {
        let leaves = ReferenceTree.leaves(66_000)
        for stop in [0, 1, 255, 256, 257, 65_535, 65_536, 65_537] {
            var straight = TreeEdge()
            for leaf in leaves[..<stop] { straight.append(leaf) }
            var stored = StoredTiles()
            stored.store(straight.flush())
            var resumed = try TreeEdge(size: UInt64(stop)) { try stored.read($0) }
            for leaf in leaves[stop...] {
                straight.append(leaf)
                resumed.append(leaf)
            }
            #expect(resumed.root == straight.root)
            #expect(resumed.flush() == straight.flush())
        }
    }

    @Test("takes a full tile in place of the partial one that is gone")
    func fallsBackToFullTiles() throws {
        let leaves = ReferenceTree.leaves(300)
        var edge = TreeEdge()
        for leaf in leaves { edge.append(leaf) }
        var stored = StoredTiles()
        stored.store(edge.flush())
        var old = TiledTree(size: 100)
        try old.load(old.missingTilesForRoot()) { try stored.read($0) }
        #expect(try old.root() == MerkleTree.root(of: leaves[..<100]))
        #expect(try TreeEdge(size: 100) { try stored.read($0) }.root == old.root())
    }

    @Test("names the tiles a proof needs, and refuses others")
    func namesMissingTiles() throws {
        let tree = TiledTree(size: 70_000)
        #expect(
            tree.missingTiles(forInclusionOf: 3).map(\.path)
                == ["tile/0/000", "tile/1/000", "tile/1/001.p/17", "tile/0/273.p/112"]
        )
        #expect(throws: TileError.missing(try TilePath(parsing: "tile/0/000"))) {
            try tree.inclusionProof(of: 3)
        }
        #expect(throws: TileError.outOfRange) { try tree.inclusionProof(of: 70_000) }
        var other = TiledTree(size: 5)
        let path = try TilePath(level: 0, index: 0, width: 6)
        let tile = try Tile(path, parsing: [UInt8](repeating: 0, count: 192))
        #expect(throws: TileError.notInTree(path)) { try other.supply(tile) }
        #expect(throws: TileError.wrongLength(path, got: 191)) {
            try Tile(path, parsing: [UInt8](repeating: 0, count: 191))
        }
    }

    @Test("survives sizes and indices at the end of the number range")
    func survivesLargeNumbers() throws {
        for size: UInt64 in [.max, .max - 1, 1 << 63, 1 << 63 + 1] {
            let tree = TiledTree(size: size)
            for index: UInt64 in [0, 1, size / 2, size - 1] {
                #expect(throws: TileError.self) { try tree.inclusionProof(of: index) }
                #expect(!tree.missingTiles(forInclusionOf: index).isEmpty)
                let hashes = Array(repeating: MerkleTree.emptyRoot, count: 64)
                for count in 0...64 {
                    let proof = InclusionProof(
                        index: index,
                        treeSize: size,
                        hashes: Array(hashes.prefix(count))
                    )
                    #expect(throws: ProofError.self) {
                        try proof.verify(leaf: MerkleTree.emptyRoot, root: MerkleTree.emptyRoot)
                    }
                }
            }
            for old: UInt64 in [1, 2, size / 2, size - 1] {
                let proof = ConsistencyProof(oldSize: old, newSize: size, hashes: [])
                #expect(throws: ProofError.self) {
                    try proof.verify(
                        oldRoot: MerkleTree.emptyRoot,
                        newRoot: MerkleTree.emptyRoot
                    )
                }
            }
        }
        #expect(throws: ProofError.self) { try Subtree(start: 1, end: .max) }
        #expect(throws: ProofError.self) { try Subtree(start: 2, end: 1) }
    }

    // MARK: Arrangements

    private func tiled(_ leaves: ArraySlice<Hash>) throws -> (TiledTree, Hash) {
        var edge = TreeEdge()
        for leaf in leaves { edge.append(leaf) }
        var tree = TiledTree(size: edge.size)
        for tile in edge.flush() { try tree.supply(tile) }
        return (tree, edge.root)
    }

    /// The tiles of a tree as the specification's formula gives them.
    private func tilePaths(_ size: Int) -> Set<TilePath> {
        var paths: Set<TilePath> = []
        var count = size
        for level in 0..<3 {
            for index in 0..<(count + 255) / 256 {
                let width = min(256, count - index * 256)
                let path = try? TilePath(level: level, index: UInt64(index), width: width)
                if let path { paths.insert(path) }
            }
            count /= 256
        }
        return paths
    }

    /// One hash less, one more, one bit changed in each.
    private func refuseChanges(_ hashes: [Hash], verify: ([Hash]) throws -> Void) throws {
        #expect(throws: ProofError.self) { try verify(hashes + [MerkleTree.emptyRoot]) }
        #expect(throws: ProofError.self) { try verify([MerkleTree.emptyRoot] + hashes) }
        for place in hashes.indices {
            var bytes = hashes[place].bytes
            bytes[place % 32] ^= 1
            var changed = hashes
            changed[place] = try #require(Hash(bytes))
            #expect(throws: ProofError.self) { try verify(changed) }
            changed.remove(at: place)
            #expect(throws: ProofError.self) { try verify(changed) }
        }
    }
}
