// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// The hashes of RFC 6962, section 2.1, with SHA-256.
public enum MerkleTree {
    /// The root of the tree without leaves: the SHA-256 of nothing.
    public static let emptyRoot = Hash(hashing: [])

    /// The hash of an entry: SHA-256 of a zero byte and the entry.
    public static func leafHash(_ entry: some Sequence<UInt8>) -> Hash {
        var hasher = SHA256Hasher()
        hasher.update(CollectionOfOne(0x00))
        hasher.update(entry)
        return hasher.finalize()
    }

    /// The hash of an inner node: SHA-256 of a one byte and the two hashes below.
    public static func nodeHash(_ left: Hash, _ right: Hash) -> Hash {
        var hasher = SHA256Hasher()
        unsafe withUnsafeTemporaryAllocation(byteCount: 1 + 2 * Hash.size, alignment: 1) { node in
            unsafe node[0] = 0x01
            unsafe left.withBytes { unsafe node[1...].copyBytes(from: $0) }
            unsafe right.withBytes { unsafe node[(1 + Hash.size)...].copyBytes(from: $0) }
            unsafe hasher.update(raw: UnsafeRawBufferPointer(node))
        }
        return hasher.finalize()
    }

    /// The root over leaf hashes.
    public static func root(of leaves: some Sequence<Hash>) -> Hash {
        // A binary counter: the stack holds one full subtree for each bit of the count so far.
        var stack: [Hash] = []
        var count: UInt64 = 0
        for leaf in leaves {
            var node = leaf
            for _ in 0..<count.trailingOnes {
                node = nodeHash(stack.removeLast(), node)
            }
            stack.append(node)
            count += 1
        }
        guard var root = stack.popLast() else { return emptyRoot }
        while let left = stack.popLast() { root = nodeHash(left, root) }
        return root
    }
}

extension UInt64 {
    /// How many of the lowest bits are ones, without a gap.
    var trailingOnes: Int { (~self).trailingZeroBitCount }
}
