// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Shows that a tree is the beginning of a larger one.
///
/// See RFC 6962, section 2.1.2, and RFC 9162, section 2.1.4.
public struct ConsistencyProof: Hashable, Sendable {
    /// The number of leaves of the older tree.
    public let oldSize: UInt64
    /// The number of leaves of the newer tree.
    public let newSize: UInt64
    /// The hashes, in the order of RFC 6962.
    public let hashes: [Hash]

    /// Takes a proof as it came; ``verify(oldRoot:newRoot:)`` judges it.
    public init(oldSize: UInt64, newSize: UInt64, hashes: [Hash]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.hashes = hashes
    }

    /// Checks that the newer tree begins with the older one.
    ///
    /// For equal sizes the proof is empty and the roots are equal.
    ///
    /// - Throws: ``ProofError``; an old size of 0 is ``ProofError/sizesOutOfOrder(old:new:)``.
    public func verify(oldRoot: Hash, newRoot: Hash) throws(ProofError) {
        guard oldSize > 0, oldSize <= newSize else {
            throw .sizesOutOfOrder(old: oldSize, new: newSize)
        }
        let subtree = try Subtree(start: 0, end: oldSize)
        try subtree.verifyConsistency(
            hash: oldRoot,
            treeSize: newSize,
            root: newRoot,
            proof: hashes
        )
    }
}
