// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// A range of leaves that is a tree of its own within every larger tree.
///
/// Its start is a multiple of the smallest power of two that is not below its length. A whole tree is
/// the subtree that starts at 0; a range without leaves is the empty tree. See draft-ietf-plants-merkle-tree-certs, "Subtrees".
public struct Subtree: Hashable, Sendable {
    /// The index of the first leaf.
    public let start: UInt64
    /// The index after the last leaf.
    public let end: UInt64

    /// Takes a range.
    ///
    /// - Throws: ``ProofError/notASubtree(start:end:)``.
    public init(start: UInt64, end: UInt64) throws(ProofError) {
        guard start <= end else { throw .notASubtree(start: start, end: end) }
        let bits = UInt64.bitWidth - (max(end - start, 1) - 1).leadingZeroBitCount
        // A length above 2⁶³ fits in no power of two below 2⁶⁴; only 0 is a multiple of that.
        let mask = bits < UInt64.bitWidth ? (1 << UInt64(bits)) - 1 : UInt64.max
        guard start & mask == 0 else { throw .notASubtree(start: start, end: end) }
        self.start = start
        self.end = end
    }

    /// Checks that a leaf is in the subtree.
    ///
    /// - Parameters:
    ///   - leaf: The leaf's hash.
    ///   - index: The leaf's index in the whole tree.
    ///   - root: The subtree's hash.
    ///   - proof: The sibling hashes, the leaf's first.
    /// - Throws: ``ProofError``.
    public func verifyInclusion(
        leaf: Hash,
        index: UInt64,
        root: Hash,
        proof: [Hash]
    ) throws(ProofError) {
        guard index >= start, index < end else { throw .indexOutOfRange(index: index, size: end) }
        try InclusionProof(index: index - start, treeSize: end - start, hashes: proof)
            .verify(leaf: leaf, root: root)
    }

    /// Checks that the subtree is a part of a tree.
    ///
    /// - Parameters:
    ///   - hash: The subtree's hash.
    ///   - treeSize: The number of leaves of the tree.
    ///   - root: The tree's root hash.
    ///   - proof: The hashes, in the order of the draft, which for a start of 0 is RFC 6962's.
    /// - Throws: ``ProofError``.
    public func verifyConsistency(
        hash: Hash,
        treeSize: UInt64,
        root: Hash,
        proof: [Hash]
    ) throws(ProofError) {
        guard end <= treeSize else { throw .sizesOutOfOrder(old: end, new: treeSize) }
        guard start < end else {
            guard proof.isEmpty else { throw .tooManyHashes }
            guard hash == MerkleTree.emptyRoot else { throw .oldRootMismatch }
            return
        }
        var first = start
        var last = end - 1
        var treeLast = treeSize - 1
        func rise() {
            first >>= 1
            last >>= 1
            treeLast >>= 1
        }
        // Rise to the largest full subtree that ends where this one ends.
        if last == treeLast {
            while first != last { rise() }
        } else {
            while first != last, last & 1 == 1 { rise() }
        }
        var rest = proof[...]
        var subtreeNode = hash
        if first != last {
            guard let seed = rest.popFirst() else { throw .tooFewHashes }
            subtreeNode = seed
        }
        var treeNode = subtreeNode
        for sibling in rest {
            guard treeLast > 0 else { throw .tooManyHashes }
            if last & 1 == 1 || last == treeLast {
                if first < last { subtreeNode = MerkleTree.nodeHash(sibling, subtreeNode) }
                treeNode = MerkleTree.nodeHash(sibling, treeNode)
                while last & 1 == 0, last > 0 { rise() }
            } else {
                treeNode = MerkleTree.nodeHash(treeNode, sibling)
            }
            rise()
        }
        guard treeLast == 0 else { throw .tooFewHashes }
        guard subtreeNode == hash else { throw .oldRootMismatch }
        guard treeNode == root else { throw .rootMismatch }
    }
}
