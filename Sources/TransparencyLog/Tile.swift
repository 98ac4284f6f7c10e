// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Consecutive hashes of one level of a tree, as they are stored: 32 bytes each, nothing between.
public struct Tile: Hashable, Sendable {
    /// Where the tile is stored.
    public let path: TilePath
    /// Its hashes, as many as the path's width says.
    public let hashes: [Hash]

    init(path: TilePath, hashes: [Hash]) {
        self.path = path
        self.hashes = hashes
    }

    /// Reads a tile.
    ///
    /// - Parameters:
    ///   - path: The tile that is wanted.
    ///   - bytes: The stored bytes. Those of a wider tile at the same place serve as well, so that a
    ///     partial tile may be replaced by the full one; the surplus is left out.
    /// - Throws: ``TileError/wrongLength(_:got:)``.
    public init(_ path: TilePath, parsing bytes: [UInt8]) throws(TileError) {
        let range = path.width * Hash.size...TilePath.fullWidth * Hash.size
        guard range.contains(bytes.count), bytes.count.isMultiple(of: Hash.size) else {
            throw .wrongLength(path, got: bytes.count)
        }
        self.path = path
        hashes = (0..<path.width).compactMap {
            Hash(bytes[$0 * Hash.size..<($0 + 1) * Hash.size])
        }
    }

    /// The tile, as it is stored and sent.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * Hash.size)
        for hash in hashes { bytes.append(contentsOf: hash.bytes) }
        return bytes
    }
}

/// Why tiles do not give what was asked of them.
public enum TileError: Error, Equatable, Sendable {
    /// The bytes are not a tile of that width; their number is given.
    case wrongLength(TilePath, got: Int)
    /// A tile that the tree does not have.
    case notInTree(TilePath)
    /// A tile that was not supplied is needed.
    case missing(TilePath)
    /// The leaf or the older tree is not inside of the tree.
    case outOfRange
}

extension TileError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .wrongLength(let path, let got):
            "\(path) has the wrong length: got \(got) bytes, want \(path.width * Hash.size)"
        case .notInTree(let path): "\(path) is not a tile of the tree"
        case .missing(let path): "\(path) is missing"
        case .outOfRange: "the leaf or the older tree is outside of the tree"
        }
    }
}
