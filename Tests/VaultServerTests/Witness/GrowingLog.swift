// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import TransparencyLog

/// A log that a witness is shown at any of its sizes, and another with the same key.
struct GrowingLog: Sendable {
    let signer: NoteSigner
    /// The first entry that is another than in the honest log.
    private var forked = Int.max

    init(_ origin: String = "log.example") throws {
        signer = try NoteSigner(name: origin, seed: [UInt8](repeating: 5, count: 32))
    }

    var origin: String { signer.verifierKey.name }
    var vkey: String { signer.verifierKey.text }
    /// The log's name in a witness's paths.
    var name: Hash { Hash(hashing: origin.utf8) }

    /// The same log with other entries from one on.
    func fork(from entry: Int = 0) -> GrowingLog {
        var fork = self
        fork.forked = entry
        return fork
    }

    private func tree(_ size: Int) throws -> (TiledTree, Hash) {
        var edge = TreeEdge()
        for number in 0..<size {
            let word = number < forked ? "entry" : "forged"
            edge.append(MerkleTree.leafHash("\(word) \(number)".utf8))
        }
        var tree = TiledTree(size: edge.size)
        for tile in edge.flush() { try tree.supply(tile) }
        return (tree, edge.root)
    }

    func checkpoint(_ size: Int) throws -> Checkpoint {
        try Checkpoint(origin: origin, size: UInt64(size), root: tree(size).1)
    }

    func note(_ size: Int) throws -> SignedNote {
        let text = try checkpoint(size).text
        return try SignedNote(text: text, signatures: [signer.signature(over: text)])
    }

    /// The body that shows a witness the log at a size.
    func request(from old: Int, to size: Int) throws -> [UInt8] {
        let proof =
            old == 0 || old >= size
            ? [] : try tree(size).0.consistencyProof(from: UInt64(old)).hashes
        return try AddCheckpointRequest(oldSize: UInt64(old), proof: proof, note: note(size)).bytes
    }
}
