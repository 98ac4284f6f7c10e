// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog

/// Reads the log from its tiles and bundles.
struct StoredLog: Sendable {
    let store: any ObjectStore

    /// Reads a tile.
    ///
    /// A partial form that is gone is the beginning of the full one.
    func tile(_ path: TilePath) async throws(StorageError) -> [UInt8] {
        do throws(StorageError) {
            return try await store.bytes(of: .tile(path))
        } catch  where error.code == .missing && path.isPartial {
            let full = try await store.bytes(of: .tile(path.full))
            return Array(full.prefix(path.width * Hash.size))
        }
    }

    /// Reads an entry bundle.
    ///
    /// A partial form that is gone is the beginning of the full one.
    func bundle(_ path: EntryBundlePath) async throws(StorageError) -> EntryBundle {
        let key = StorageKey.entries(path)
        var wanted = try await read(path)
        if wanted.count > path.width {
            var cut = EntryBundle()
            for place in 0..<path.width {
                do { try cut.append(wanted[place]) } catch { throw .damaged(key, "\(error)") }
            }
            wanted = cut
        }
        guard wanted.count == path.width else {
            throw .damaged(key, "\(wanted.count) entries")
        }
        return wanted
    }

    private func read(_ path: EntryBundlePath) async throws(StorageError) -> EntryBundle {
        var key = StorageKey.entries(path)
        let bytes: [UInt8]
        do throws(StorageError) {
            bytes = try await store.bytes(of: key)
        } catch  where error.code == .missing && path.isPartial {
            key = .entries(path.full)
            bytes = try await store.bytes(of: key)
        }
        do {
            return try EntryBundle(parsing: bytes)
        } catch {
            throw .damaged(key, "\(error)")
        }
    }

    /// The bytes of an entry of the tree of a size, which must be larger than the index.
    func entry(_ index: UInt64, size: UInt64) async throws(StorageError) -> [UInt8] {
        guard let path = EntryBundlePath(holding: index, inTreeOf: size) else {
            throw StorageError(.missing, path: "entry \(index)")
        }
        let bundle = try await bundle(path)
        return Array(bundle[Int(index % UInt64(TilePath.fullWidth))])
    }

    /// Proves entries from the tiles as they are stored.
    ///
    /// - Parameters:
    ///   - leaves: Indices and entries, each below the checkpoint's size.
    ///   - head: The tree in which they are proved.
    ///   - note: The head as it was signed.
    /// - Returns: The proofs, in the order of the leaves.
    /// - Throws: ``ProvingError/unprovable(leaf:)`` when a proof does not lead to the root.
    func prove(
        _ leaves: [(index: UInt64, bytes: [UInt8])],
        in head: Checkpoint,
        note: SignedNote
    ) async throws(ProvingError) -> [LogProof] {
        // One for all of them: each tile is read and hashed through once.
        var tree = TiledTree(size: head.size)
        var proofs: [LogProof] = []
        for (index, bytes) in leaves {
            proofs.append(try await prove(index, bytes, in: head, note: note, from: &tree))
        }
        return proofs
    }

    /// Proves one entry.
    func prove(
        _ index: UInt64,
        _ bytes: [UInt8],
        in head: Checkpoint,
        note: SignedNote
    ) async throws(ProvingError) -> LogProof {
        var tree = TiledTree(size: head.size)
        return try await prove(index, bytes, in: head, note: note, from: &tree)
    }

    /// Proves that the tree of one size is the beginning of the tree of another.
    ///
    /// - Returns: No hashes where there is nothing to prove: from size 0, or to the same size.
    /// - Throws: ``StorageError``; `damaged` where the tiles are not those of a tree.
    func consistency(
        from oldSize: UInt64,
        to size: UInt64
    ) async throws(StorageError) -> [Hash] {
        guard oldSize > 0, oldSize < size else { return [] }
        var tree = TiledTree(size: size)
        do {
            try await tree.load(tree.missingTiles(forConsistencyFrom: oldSize)) {
                try await tile($0)
            }
            return try tree.consistencyProof(from: oldSize).hashes
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError(.damaged, path: "tile", detail: "\(error)")
        }
    }

    private func prove(
        _ index: UInt64,
        _ bytes: [UInt8],
        in head: Checkpoint,
        note: SignedNote,
        from tree: inout TiledTree
    ) async throws(ProvingError) -> LogProof {
        do {
            try await tree.load(tree.missingTiles(forInclusionOf: index)) { try await tile($0) }
            let proof = try tree.inclusionProof(of: index)
            try proof.verify(leaf: MerkleTree.leafHash(bytes), root: head.root)
            return LogProof(proof: proof, entry: bytes, note: note)
        } catch let error as StorageError {
            throw .storage(error)
        } catch {
            throw .unprovable(leaf: index)
        }
    }
}

/// An entry with its proof: what a receipt is made of.
struct LogProof: Sendable {
    let proof: InclusionProof
    let entry: [UInt8]
    let note: SignedNote

    /// The receipt: the proof, with the entry that it proves as its extra bytes.
    var receipt: TlogProof {
        TlogProof(index: proof.index, hashes: proof.hashes, checkpoint: note, extra: entry)
    }
}

/// Why entries were not proved.
enum ProvingError: Error, Sendable {
    /// The tiles could not be read.
    case storage(StorageError)
    /// The tiles do not prove the entry.
    case unprovable(leaf: UInt64)
}

extension StorageError {
    /// Stored bytes that are not what they should be.
    static func damaged(_ key: StorageKey, _ detail: String) -> StorageError {
        StorageError(.damaged, path: key.path, detail: detail)
    }
}
