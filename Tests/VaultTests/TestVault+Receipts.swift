// SPDX-License-Identifier: Apache-2.0

import Testing
import TransparencyLog
import Vault

extension TestVault {
    /// Shows an entry in the log as it is, under a checkpoint signed by the log's first key or another.
    func receipt(of place: Int, signedBy signer: NoteSigner? = nil) throws -> Receipt {
        let leaves = entries.map(\.leafHash)
        var edge = TreeEdge()
        for leaf in leaves { edge.append(leaf) }
        let tiles = edge.flush()
        var tree = TiledTree(size: edge.size)
        try tree.load(tree.missingTiles(forInclusionOf: UInt64(place))) { path in
            try #require(tiles.first { $0.path == path }).bytes
        }
        let checkpoint = try Checkpoint(
            origin: Self.origin,
            size: edge.size,
            root: edge.root
        )
        let note = try SignedNote(
            text: checkpoint.text,
            signatures: [(signer ?? logSigner).signature(over: checkpoint.text)]
        )
        return Receipt(
            entry: entries[place],
            index: UInt64(place),
            hashes: try tree.inclusionProof(of: UInt64(place)).hashes,
            checkpoint: note
        )
    }
}
