// SPDX-License-Identifier: Apache-2.0

/// Why a Merkle proof proves nothing.
public enum ProofError: Error, Equatable, Sendable {
    /// The leaf's index is not below the size, or outside of the subtree.
    case indexOutOfRange(index: UInt64, size: UInt64)
    /// The old size is zero or above the new one. Everything is consistent with an empty tree, so
    /// there is nothing to prove; the protocols that allow an old size of zero handle it themselves.
    case sizesOutOfOrder(old: UInt64, new: UInt64)
    /// The range is reversed, or does not start at a multiple of the power of two it fits in.
    case notASubtree(start: UInt64, end: UInt64)
    /// The proof ends before the root.
    case tooFewHashes
    /// The proof goes on beyond the root.
    case tooManyHashes
    /// The hashes do not lead to the older root, or the subtree's.
    case oldRootMismatch
    /// The hashes do not lead to the root.
    case rootMismatch
}

extension ProofError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .indexOutOfRange(let index, let size):
            "leaf index \(index) is outside of the tree of size \(size)"
        case .sizesOutOfOrder(let old, let new):
            "no consistency proof leads from size \(old) to size \(new)"
        case .notASubtree(let start, let end):
            "the range from \(start) to \(end) is not a subtree"
        case .tooFewHashes: "the proof has too few hashes"
        case .tooManyHashes: "the proof has too many hashes"
        case .oldRootMismatch: "the proof does not lead to the older root hash"
        case .rootMismatch: "the proof does not lead to the root hash"
        }
    }
}
