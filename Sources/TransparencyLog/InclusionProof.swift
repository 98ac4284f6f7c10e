// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Shows that a leaf lies at an index of a tree, or of a subtree of it.
///
/// See RFC 6962, section 2.1.1, and RFC 9162, section 2.1.3.
public struct InclusionProof: Hashable, Sendable {
    /// The leaf's index, from 0.
    public let index: UInt64
    /// The number of leaves of the tree.
    public let treeSize: UInt64
    /// The sibling hashes, the leaf's first, the root's child last.
    public let hashes: [Hash]

    /// Takes a proof as it came; ``verify(leaf:root:)`` judges it.
    public init(index: UInt64, treeSize: UInt64, hashes: [Hash]) {
        self.index = index
        self.treeSize = treeSize
        self.hashes = hashes
    }

    /// Checks that the leaf is in the tree.
    ///
    /// - Parameters:
    ///   - leaf: The leaf's hash.
    ///   - root: The root hash of a tree of ``treeSize`` leaves, from a source that is trusted.
    /// - Throws: ``ProofError``.
    public func verify(leaf: Hash, root: Hash) throws(ProofError) {
        guard try self.root(over: leaf) == root else { throw .rootMismatch }
    }

    /// The root hash that the proof leads to from a leaf's hash.
    ///
    /// - Throws: ``ProofError/indexOutOfRange(index:size:)``, ``ProofError/tooFewHashes`` or
    ///   ``ProofError/tooManyHashes``.
    public func root(over leaf: Hash) throws(ProofError) -> Hash {
        guard index < treeSize else { throw .indexOutOfRange(index: index, size: treeSize) }
        var node = leaf
        var position = index
        var last = treeSize - 1
        for sibling in hashes {
            guard last > 0 else { throw .tooManyHashes }
            // A left child at the end of its level has no sibling; it rises unchanged.
            while position == last, position & 1 == 0 {
                position >>= 1
                last >>= 1
            }
            node =
                position & 1 == 1
                ? MerkleTree.nodeHash(sibling, node) : MerkleTree.nodeHash(node, sibling)
            position >>= 1
            last >>= 1
        }
        guard last == 0 else { throw .tooFewHashes }
        return node
    }
}
