// SPDX-License-Identifier: Apache-2.0

/// Where a tile of tree hashes is found: `tile/<level>/<index>[.p/<width>]`.
///
/// The index is written in groups of three digits, all but the last with an `x` before them: 1234067
/// is `x001/x234/067`. See c2sp.org/tlog-tiles, "Merkle Tree".
public struct TilePath: Hashable, Sendable {
    /// The number of hashes in a full tile.
    public static let fullWidth = 256

    /// 0 for leaf hashes; each hash of a level stands for a full tile of the level below.
    ///
    /// Up to 63.
    public let level: Int
    /// The tile's number within its level, from 0.
    public let index: UInt64
    /// The number of hashes, 1 to 256.
    public let width: Int

    /// Takes the parts of a path.
    ///
    /// - Throws: ``TilePathError``.
    public init(
        level: Int,
        index: UInt64,
        width: Int = TilePath.fullWidth
    ) throws(TilePathError) {
        guard (0...63).contains(level) else { throw .malformedLevel }
        guard (1...Self.fullWidth).contains(width) else { throw .malformedWidth }
        self.init(uncheckedLevel: level, index: index, width: width)
    }

    init(uncheckedLevel level: Int, index: UInt64, width: Int) {
        self.level = level
        self.index = index
        self.width = width
    }

    /// Reads a path.
    ///
    /// - Throws: ``TilePathError``, for every spelling but the one that ``path`` gives.
    public init(parsing text: some StringProtocol) throws(TilePathError) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "tile" else { throw .missingPart }
        guard let level = CanonicalText.decimal(parts[1]), level <= 63 else {
            throw .malformedLevel
        }
        let (index, width) = try TileNumber.parse(parts[2])
        self.init(uncheckedLevel: Int(level), index: index, width: width)
    }

    /// The path, without a slash before it.
    public var path: String { "tile/\(level)/\(TileNumber.text(index: index, width: width))" }

    /// Whether further hashes are still to come.
    public var isPartial: Bool { width < Self.fullWidth }

    /// The tile when it is complete.
    ///
    /// A partial tile that is gone is found there.
    public var full: TilePath {
        TilePath(uncheckedLevel: level, index: index, width: Self.fullWidth)
    }

    /// The last tile of each level of a tree, from level 0; none for an empty tree.
    ///
    /// - Parameter size: The number of leaves.
    /// - Returns: Partial tiles, and full ones where a level's last tile is complete.
    public static func rightEdge(ofTreeOf size: UInt64) -> [TilePath] {
        var edge: [TilePath] = []
        var count = size
        while count > 0 {
            let index = (count - 1) / UInt64(fullWidth)
            let width = TileNumber.width(of: index, count: count)
            edge.append(TilePath(uncheckedLevel: edge.count, index: index, width: width))
            count /= UInt64(fullWidth)
        }
        return edge
    }
}

extension TilePath: CustomStringConvertible {
    /// The path.
    public var description: String { path }
}

/// Where a bundle of entries is found: `tile/entries/<index>[.p/<width>]`.
///
/// See c2sp.org/tlog-tiles, "Log entries".
public struct EntryBundlePath: Hashable, Sendable {
    /// The bundle's number, from 0: that of the tile of level 0 with the same leaves.
    public let index: UInt64
    /// The number of entries, 1 to 256.
    public let width: Int

    /// Takes the parts of a path.
    ///
    /// - Throws: ``TilePathError/malformedWidth``.
    public init(index: UInt64, width: Int = TilePath.fullWidth) throws(TilePathError) {
        guard (1...TilePath.fullWidth).contains(width) else { throw .malformedWidth }
        self.index = index
        self.width = width
    }

    init(uncheckedIndex index: UInt64, width: Int) {
        self.index = index
        self.width = width
    }

    /// Reads a path.
    ///
    /// - Throws: ``TilePathError``, for every spelling but the one that ``path`` gives.
    public init(parsing text: some StringProtocol) throws(TilePathError) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "tile", parts[1] == "entries" else {
            throw .missingPart
        }
        (index, width) = try TileNumber.parse(parts[2])
    }

    /// The bundle that holds a leaf of a tree; `nil` where the leaf is not in the tree.
    ///
    /// - Parameters:
    ///   - leaf: The leaf's index.
    ///   - size: The number of leaves of the tree.
    public init?(holding leaf: UInt64, inTreeOf size: UInt64) {
        guard leaf < size else { return nil }
        index = leaf / UInt64(TilePath.fullWidth)
        width = TileNumber.width(of: index, count: size)
    }

    /// The path, without a slash before it.
    public var path: String { "tile/entries/\(TileNumber.text(index: index, width: width))" }

    /// Whether further entries are still to come.
    public var isPartial: Bool { width < TilePath.fullWidth }

    /// The bundle when it is complete.
    ///
    /// A partial bundle that is gone is found there.
    public var full: EntryBundlePath {
        EntryBundlePath(uncheckedIndex: index, width: TilePath.fullWidth)
    }

    /// The index of the bundle's first leaf; `nil` where it would not fit in 64 bits.
    public var firstLeaf: UInt64? {
        let (leaf, overflow) = index.multipliedReportingOverflow(by: UInt64(TilePath.fullWidth))
        return overflow ? nil : leaf
    }
}

extension EntryBundlePath: CustomStringConvertible {
    /// The path.
    public var description: String { path }
}

/// Why a text is not a tile's or a bundle's path.
public enum TilePathError: Error, Equatable, Sendable {
    /// The path does not begin as it must, or ends early.
    case missingPart
    /// The level is not a decimal from 0 to 63 without leading zero.
    case malformedLevel
    /// The index is not in groups of three digits, has a group too many, or does not fit in 64 bits.
    case malformedIndex
    /// The width is not a decimal from 1 to 255 without leading zero.
    case malformedWidth
}

extension TilePathError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .missingPart: "not a tile path"
        case .malformedLevel: "the tile's level is not a decimal from 0 to 63"
        case .malformedIndex: "the tile's index is not in groups of three digits"
        case .malformedWidth: "the partial tile's width is not a decimal from 1 to 255"
        }
    }
}

/// The part that both kinds of path share: `<index>[.p/<width>]`.
enum TileNumber {
    /// How many hashes or entries tile `index` holds where the level has `count` of them.
    static func width(of index: UInt64, count: UInt64) -> Int {
        Int(min(count - index * UInt64(TilePath.fullWidth), UInt64(TilePath.fullWidth)))
    }

    static func text(index: UInt64, width: Int) -> String {
        var text = group(index % 1000)
        var rest = index / 1000
        while rest > 0 {
            text = "x" + group(rest % 1000) + "/" + text
            rest /= 1000
        }
        return width < TilePath.fullWidth ? text + ".p/\(width)" : text
    }

    static func parse(
        _ text: some StringProtocol
    ) throws(TilePathError) -> (index: UInt64, width: Int) {
        var groups = text.split(separator: "/", omittingEmptySubsequences: false)
        var width = TilePath.fullWidth
        if groups.count > 1, groups[groups.count - 2].hasSuffix(".p") {
            guard let last = groups.popLast().flatMap({ CanonicalText.decimal($0) }),
                (1..<UInt64(TilePath.fullWidth)).contains(last)
            else { throw .malformedWidth }
            width = Int(last)
            groups[groups.count - 1].removeLast(2)
        }
        var index: UInt64 = 0
        for (place, group) in groups.enumerated() {
            var digits = Array(group.utf8)[...]
            if place < groups.count - 1 {
                guard digits.popFirst() == UInt8(ascii: "x") else { throw .malformedIndex }
            }
            // A leading group of zeros would be a second spelling of the same index.
            guard digits.count == 3, place > 0 || groups.count == 1 || !group.hasSuffix("000")
            else {
                throw .malformedIndex
            }
            for digit in digits {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else {
                    throw .malformedIndex
                }
                let (product, tooLarge) = index.multipliedReportingOverflow(by: 10)
                let (sum, tooLargeByOne) = product.addingReportingOverflow(
                    UInt64(digit - UInt8(ascii: "0"))
                )
                guard !tooLarge, !tooLargeByOne else { throw .malformedIndex }
                index = sum
            }
        }
        return (index, width)
    }

    private static func group(_ value: UInt64) -> String {
        let digits = String(value)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}
