// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import TransparencyLog

/// A small log and two witnesses, with keys that protect nothing.
struct SmallLog {
    let log: NoteSigner
    let witnesses: [CosignatureSigner]
    let entries: [[UInt8]]
    let tree: TiledTree
    let checkpoint: Checkpoint

    init(entries count: Int = 11, origin: String = "example.org/log") throws {
        log = try NoteSigner(name: origin, seed: [UInt8](repeating: 1, count: 32))
        witnesses = try (2...4).map {
            try CosignatureSigner(
                name: "witness.example.org/w\($0 - 1)",
                seed: [UInt8](repeating: UInt8($0), count: 32)
            )
        }
        entries = (0..<count).map { Array("entry \($0)".utf8) }
        var edge = TreeEdge()
        for entry in entries { edge.append(MerkleTree.leafHash(entry)) }
        var tree = TiledTree(size: edge.size)
        for tile in edge.flush() { try tree.supply(tile) }
        self.tree = tree
        checkpoint = try Checkpoint(origin: origin, size: edge.size, root: edge.root)
    }

    /// The signed checkpoint, cosigned by the first so many witnesses.
    func note(cosignedBy count: Int = 0) throws -> SignedNote {
        try SignedNote(
            text: checkpoint.text,
            signatures: [log.signature(over: checkpoint.text)]
                + witnesses.prefix(count).map {
                    try $0.signature(over: checkpoint, time: 1_700_000_000)
                }
        )
    }

    func proof(of index: Int, cosignedBy count: Int = 0) throws -> TlogProof {
        try TlogProof(
            index: UInt64(index),
            hashes: tree.inclusionProof(of: UInt64(index)).hashes,
            checkpoint: note(cosignedBy: count)
        )
    }

    func leaf(_ index: Int) -> Hash { MerkleTree.leafHash(entries[index]) }

    func policy(quorum: Int = 0) -> TrustPolicy {
        TrustPolicy(
            logs: [TrustPolicy.Log(key: log.verifierKey)],
            witnesses: witnesses.map { TrustPolicy.Witness(key: $0.verifierKey) },
            quorum: .group(
                threshold: quorum,
                members: witnesses.map { .witness($0.verifierKey) }
            )
        )
    }
}

/// Every way to change bytes at one place: a bit flipped, the byte left out, doubled, the rest cut.
func mutations(of bytes: [UInt8]) -> some Sequence<[UInt8]> {
    bytes.indices.lazy.flatMap { place -> [[UInt8]] in
        var flipped = bytes
        flipped[place] ^= 1
        var raised = bytes
        raised[place] &+= 1
        var shorter = bytes
        shorter.remove(at: place)
        var longer = bytes
        longer.insert(bytes[place], at: place)
        return [flipped, raised, shorter, longer, Array(bytes[..<place])]
    }
}
