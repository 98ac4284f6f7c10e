// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import TestSupport
import Testing
import TransparencyLog

/// The classic tree of eight leaves, and the hashes over all subtrees of a draft's test vectors.
@Suite(.enabled(if: Vectors.exist("tlog/json/rfc6962-reference-tree.json"), Vectors.reason))
struct ClassicTreeTests {
    struct File: Decodable {
        struct Accumulated: Decodable {
            var subtree_hash_sha256: String
            var inclusion_sha256: String
            var consistency_sha256: String
        }

        var leaf_inputs_hex: [String]
        var root_hashes_hex_by_size: [String]
        var level_hashes_hex: [[String]]
        var leaf_hash_hello_world_base64: String
        var mtc_subtree_accumulated: Accumulated
    }

    let file: File

    init() throws { file = try Vectors.json("tlog/json/rfc6962-reference-tree.json") }

    @Test("hashes the classic leaves, levels and roots")
    func roots() throws {
        let leaves = try file.leaf_inputs_hex.map {
            try MerkleTree.leafHash(#require(Hex.decode($0)))
        }
        for (size, root) in file.root_hashes_hex_by_size.enumerated() {
            #expect(MerkleTree.root(of: leaves[..<size]).hex == root)
        }
        for (height, level) in file.level_hashes_hex.enumerated() {
            for (index, hash) in level.enumerated() {
                let range = index << height..<(index + 1) << height
                #expect(MerkleTree.root(of: leaves[range]).hex == hash)
            }
        }
        let hello = MerkleTree.leafHash(Array("hello world".utf8))
        #expect(Base64.padded.encode(hello.bytes) == file.leaf_hash_hello_world_base64)
    }

    @Test("hashes and proves every subtree of 130 leaves as the draft does")
    func subtrees() throws {
        let leaves = (0..<130).map { MerkleTree.leafHash([UInt8($0)]) }
        var hashes = SHA256Hasher()
        var inclusion = SHA256Hasher()
        for end in 0...leaves.count {
            for start in 0...end {
                guard let part = try? Subtree(start: UInt64(start), end: UInt64(end)) else {
                    continue
                }
                let root = MerkleTree.root(of: leaves[start..<end])
                hashes.update(Array("[\(start), \(end)) \(root.hex)\n".utf8))
                guard start < end else { continue }
                let tree = try tiled(leaves[start..<end])
                for index in start..<end {
                    let proof = try tree.inclusionProof(of: UInt64(index - start)).hashes
                    try part.verifyInclusion(
                        leaf: leaves[index],
                        index: UInt64(index),
                        root: root,
                        proof: proof
                    )
                    let line = "\(index) [\(start), \(end))" + proof.map { " " + $0.hex }.joined()
                    inclusion.update(Array((line + "\n").utf8))
                }
            }
        }
        #expect(hashes.finalize().hex == file.mtc_subtree_accumulated.subtree_hash_sha256)
        #expect(inclusion.finalize().hex == file.mtc_subtree_accumulated.inclusion_sha256)
        var consistency = SHA256Hasher()
        for size in 0...leaves.count {
            let tree = try tiled(leaves[..<size])
            for end in 0...size {
                for start in 0...end {
                    guard let part = try? Subtree(start: UInt64(start), end: UInt64(end)) else {
                        continue
                    }
                    let proof = start < end ? try tree.consistencyProof(of: part) : []
                    let line = "[\(start), \(end)) \(size)" + proof.map { " " + $0.hex }.joined()
                    consistency.update(Array((line + "\n").utf8))
                }
            }
        }
        #expect(consistency.finalize().hex == file.mtc_subtree_accumulated.consistency_sha256)
    }

    private func tiled(_ leaves: ArraySlice<Hash>) throws -> TiledTree {
        var edge = TreeEdge()
        for leaf in leaves { edge.append(leaf) }
        var tree = TiledTree(size: edge.size)
        for tile in edge.flush() { try tree.supply(tile) }
        return tree
    }
}

/// Trees, proofs and tiles of up to 70 000 leaves, computed by golang.org/x/mod/sumdb/tlog.
@Suite(.enabled(if: Vectors.exist("tlog/json/go-tlog-reference.json"), Vectors.reason))
struct GoTreeTests {
    struct File: Decodable {
        struct Inclusion: Decodable {
            var index: Int
            var size: Int
            var proof: [String]
        }

        struct Consistency: Decodable {
            var old: Int
            var size: Int
            var proof: [String]
        }

        var inclusion: [Inclusion]
        var consistency: [Consistency]
        var root_hex_by_size: [String: String]
        var tiles_len_sha256_by_size: [String: [String: String]]
    }

    let file: File
    let leaves = ReferenceTree.leaves(70_000)

    init() throws { file = try Vectors.json("tlog/json/go-tlog-reference.json") }

    @Test("grows the same roots and writes the same tiles as Go")
    func grows() throws {
        var edge = TreeEdge()
        var stored = StoredTiles()
        for size in 0...leaves.count {
            if let root = file.root_hex_by_size[String(size)] { #expect(edge.root.hex == root) }
            if let tiles = file.tiles_len_sha256_by_size[String(size)] {
                stored.store(edge.flush())
                for (name, wanted) in tiles {
                    let bytes = try stored.read(TilePath(parsing: name))
                    #expect("\(bytes.count):\(Hash(hashing: bytes).hex)" == wanted, "\(name)")
                }
            }
            if size < leaves.count { edge.append(leaves[size]) }
        }
    }

    @Test("makes the same proofs as Go")
    func proves() throws {
        for proof in file.inclusion {
            let (tree, root) = try tiled(proof.size)
            let made = try tree.inclusionProof(of: UInt64(proof.index))
            #expect(made.hashes.map(\.hex) == proof.proof)
            try made.verify(leaf: leaves[proof.index], root: root)
        }
        for proof in file.consistency {
            let (tree, root) = try tiled(proof.size)
            let made = try tree.consistencyProof(from: UInt64(proof.old))
            #expect(made.hashes.map(\.hex) == proof.proof)
            let oldRoot = MerkleTree.root(of: leaves[..<proof.old])
            try made.verify(oldRoot: oldRoot, newRoot: root)
        }
    }

    private func tiled(_ size: Int) throws -> (TiledTree, Hash) {
        var edge = TreeEdge()
        for leaf in leaves[..<size] { edge.append(leaf) }
        var tree = TiledTree(size: UInt64(size))
        for tile in edge.flush() { try tree.supply(tile) }
        return (tree, edge.root)
    }
}
