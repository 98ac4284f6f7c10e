// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Recomputes a stored tree: entries to leaf hashes, tiles to the tiles above, up to the root.
///
/// It begins at the lowest level of which anything is stored, and from there every tile must be there.
/// Entry bundles are checked where they are stored, and stand in for tiles of level 0. Partial tiles and bundles of
/// older sizes must be beginnings of the present ones; those beyond the checkpoint are counted, not
/// judged, since a log writes them before it publishes the checkpoint.
public struct TileAudit {
    /// After so many problems the audit stops.
    public static let maximumProblems = 100

    /// What was found.
    public struct Report: Hashable, Sendable {
        /// Everything that is wrong, in the order it was met.
        public fileprivate(set) var problems: [Problem] = []
        /// The number of tiles that were recomputed, for each level from 0.
        public fileprivate(set) var tiles: [Int] = []
        /// The number of entry bundles that were re-hashed.
        public fileprivate(set) var bundles = 0
        /// The number of entries that were re-hashed.
        public fileprivate(set) var entries: UInt64 = 0
        /// The number of tiles and bundles of older sizes that were compared with present ones.
        public fileprivate(set) var older = 0
        /// The number of tiles and bundles that belong to a larger tree.
        public fileprivate(set) var beyond = 0

        /// Whether the tree is what the checkpoint says, as far as it is stored.
        public var isVerified: Bool { problems.isEmpty }
    }

    /// One thing that is wrong with a stored tree.
    public enum Problem: Hashable, Sendable {
        /// A tile that the tree needs is not stored.
        case missingTile(TilePath)
        /// A file is not a tile of its width; the number of its bytes is given.
        case malformedTile(TilePath, got: Int)
        /// A file is not an entry bundle.
        case malformedBundle(EntryBundlePath, EntryBundleError)
        /// A bundle has not as many entries as its width says.
        case wrongEntryCount(EntryBundlePath, got: Int)
        /// An entry does not hash to the leaf hash in the tile.
        case wrongEntry(EntryBundlePath, leaf: UInt64)
        /// A tile is not what the hash for it in the tile above says.
        case wrongTile(TilePath, above: TilePath)
        /// The tile of an older size is not the beginning of the present one.
        case wrongOlderTile(TilePath)
        /// The bundle of an older size is not the beginning of the present one.
        case wrongOlderBundle(EntryBundlePath)
        /// The tiles do not lead to the checkpoint's root.
        case wrongRoot(got: Hash, want: Hash)
    }

    private struct Place: Hashable {
        var level: Int
        var index: UInt64
    }

    private let checkpoint: Checkpoint
    private let read: (String) throws -> [UInt8]
    /// The widths that are stored at each place, ascending.
    private var tiles: [Place: [Int]]
    private var bundles: [UInt64: [Int]]
    private var report = Report()

    /// Audits a stored tree.
    ///
    /// - Parameters:
    ///   - checkpoint: The head of the tree, already verified.
    ///   - tiles: The tiles that are stored.
    ///   - bundles: The entry bundles that are stored.
    ///   - read: Gives the bytes of one of these, by its path.
    /// - Returns: What was covered and what is wrong.
    /// - Throws: What `read` throws, and nothing else.
    public static func run(
        checkpoint: Checkpoint,
        tiles: some Sequence<TilePath>,
        bundles: some Sequence<EntryBundlePath>,
        reading read: @escaping (String) throws -> [UInt8]
    ) throws -> Report {
        var audit = TileAudit(checkpoint: checkpoint, tiles: tiles, bundles: bundles, read: read)
        try audit.run()
        return audit.report
    }

    private init(
        checkpoint: Checkpoint,
        tiles: some Sequence<TilePath>,
        bundles: some Sequence<EntryBundlePath>,
        read: @escaping (String) throws -> [UInt8]
    ) {
        self.checkpoint = checkpoint
        self.read = read
        self.tiles = Dictionary(grouping: tiles) { Place(level: $0.level, index: $0.index) }
            .mapValues { $0.map(\.width).sorted() }
        self.bundles = Dictionary(grouping: bundles, by: \.index)
            .mapValues { $0.map(\.width).sorted() }
    }

    // MARK: Levels

    private mutating func run() throws {
        let edge = TilePath.rightEdge(ofTreeOf: checkpoint.size)
        countBeyond(edge)
        let lowest = lowestLevel(edge)
        var tree = TiledTree(size: checkpoint.size)
        // The roots of the full tiles of the level below; `nil` for one that is not known.
        var below: [Hash?] = []
        for last in edge {
            report.tiles.append(0)
            guard last.level >= lowest else {
                // A full tile is represented by its hash above; what is in a partial one is not.
                if last.isPartial { report.problems.append(.missingTile(last)) }
                continue
            }
            var roots: [Hash?] = []
            for index in 0...last.index {
                guard report.problems.count < Self.maximumProblems else { return }
                let path =
                    index == last.index
                    ? last : TilePath(uncheckedLevel: last.level, index: index, width: 256)
                guard let hashes = try audit(path) else {
                    roots.append(nil)
                    continue
                }
                compare(hashes, of: path, with: below)
                if index == last.index { try? tree.supply(Tile(path: path, hashes: hashes)) }
                if !path.isPartial { roots.append(MerkleTree.root(of: hashes)) }
            }
            below = roots
        }
        guard let root = try? tree.root() else { return }
        if root != checkpoint.root {
            report.problems.append(.wrongRoot(got: root, want: checkpoint.root))
        }
    }

    /// The lowest level of the tree of which anything is stored; entry bundles count as level 0.
    private func lowestLevel(_ edge: [TilePath]) -> Int {
        let isInTree = { (place: Place) in
            place.level < edge.count && place.index <= edge[place.level].index
        }
        let levels =
            tiles.keys.filter(isInTree).map(\.level)
            + bundles.keys.map { Place(level: 0, index: $0) }.filter(isInTree).map(\.level)
        return levels.min() ?? 0
    }

    private mutating func countBeyond(_ edge: [TilePath]) {
        for (place, widths) in tiles {
            let last = place.level < edge.count ? edge[place.level] : nil
            if let last, place.index <= last.index { continue }
            report.beyond += widths.count
        }
        for (index, widths) in bundles where index > edge.first?.index ?? 0 || edge.isEmpty {
            report.beyond += widths.count
        }
    }

    private mutating func compare(_ hashes: [Hash], of path: TilePath, with below: [Hash?]) {
        let first = path.index * UInt64(TilePath.fullWidth)
        for (column, hash) in hashes.enumerated() {
            let index = first + UInt64(column)
            guard index < below.count, let root = below[Int(index)], root != hash else { continue }
            let lower = TilePath(uncheckedLevel: path.level - 1, index: index, width: 256)
            report.problems.append(.wrongTile(lower, above: path))
        }
    }

    // MARK: One tile

    /// The hashes of a tile of the tree, from the tile or else from its entries; `nil`, with the
    /// problem noted, where neither gives them.
    private mutating func audit(_ path: TilePath) throws -> [Hash]? {
        let known = report.problems.count
        let hashes = try auditTile(path)
        let leaves = path.level == 0 ? try auditBundle(path) : nil
        if let hashes, let leaves {
            if let wrong = zip(hashes, leaves).enumerated().first(where: { $1.0 != $1.1 }) {
                let bundle = EntryBundlePath(uncheckedIndex: path.index, width: path.width)
                let leaf = path.index * UInt64(TilePath.fullWidth) + UInt64(wrong.offset)
                report.problems.append(.wrongEntry(bundle, leaf: leaf))
            }
        } else if hashes == nil, leaves == nil, report.problems.count == known {
            report.problems.append(.missingTile(path))
        }
        return hashes ?? leaves
    }

    private mutating func auditTile(_ path: TilePath) throws -> [Hash]? {
        let place = Place(level: path.level, index: path.index)
        guard
            let found = try chosen(
                tiles[place],
                for: path.width,
                at: { width in
                    TilePath(uncheckedLevel: path.level, index: path.index, width: width).path
                }
            )
        else { return nil }
        let stored = TilePath(uncheckedLevel: path.level, index: path.index, width: found.width)
        guard found.bytes.count == found.width * Hash.size,
            let tile = try? Tile(stored, parsing: found.bytes)
        else {
            report.problems.append(.malformedTile(stored, got: found.bytes.count))
            return nil
        }
        for (width, bytes) in found.older {
            let older = TilePath(uncheckedLevel: path.level, index: path.index, width: width)
            report.older += 1
            if !bytes.elementsEqual(found.bytes.prefix(width * Hash.size)) {
                report.problems.append(.wrongOlderTile(older))
            }
        }
        report.beyond += found.newer
        report.tiles[path.level] += 1
        return Array(tile.hashes.prefix(path.width))
    }

    private mutating func auditBundle(_ path: TilePath) throws -> [Hash]? {
        guard
            let found = try chosen(
                bundles[path.index],
                for: path.width,
                at: { width in
                    EntryBundlePath(uncheckedIndex: path.index, width: width).path
                }
            )
        else { return nil }
        let stored = EntryBundlePath(uncheckedIndex: path.index, width: found.width)
        let bundle: EntryBundle
        do {
            bundle = try EntryBundle(parsing: found.bytes)
        } catch {
            report.problems.append(.malformedBundle(stored, error))
            return nil
        }
        guard bundle.count == found.width else {
            report.problems.append(.wrongEntryCount(stored, got: bundle.count))
            return nil
        }
        for (width, bytes) in found.older {
            report.older += 1
            if !bytes.elementsEqual(bundle.bytes(ofFirst: width)) {
                let older = EntryBundlePath(uncheckedIndex: path.index, width: width)
                report.problems.append(.wrongOlderBundle(older))
            }
        }
        report.beyond += found.newer
        report.bundles += 1
        report.entries += UInt64(path.width)
        return Array(bundle.leafHashes.prefix(path.width))
    }

    /// What is stored at a place: the smallest width that suffices, and the narrower ones.
    private func chosen(
        _ widths: [Int]?,
        for width: Int,
        at path: (Int) -> String
    ) throws -> (width: Int, bytes: [UInt8], older: [(Int, [UInt8])], newer: Int)? {
        guard let widths, let chosen = widths.first(where: { $0 >= width }) else { return nil }
        let older = try widths.filter { $0 < chosen }.map { ($0, try read(path($0))) }
        let newer = widths.count { $0 > chosen }
        return (chosen, try read(path(chosen)), older, newer)
    }
}

extension TileAudit.Problem: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .missingTile(let path): "\(path) is missing"
        case .malformedTile(let path, let got):
            "\(path) has the wrong length: got \(got) bytes, want \(path.width * Hash.size)"
        case .malformedBundle(let path, let error): "\(path): \(error)"
        case .wrongEntryCount(let path, let got):
            "\(path) has the wrong number of entries: got \(got), want \(path.width)"
        case .wrongEntry(let path, let leaf):
            "entry \(leaf) in \(path) does not hash to its leaf hash in tile/0"
        case .wrongTile(let path, let above): "\(path) does not hash to its hash in \(above)"
        case .wrongOlderTile(let path): "\(path) is not the beginning of the present tile"
        case .wrongOlderBundle(let path): "\(path) is not the beginning of the present bundle"
        case .wrongRoot(let got, let want):
            "the tiles do not lead to the checkpoint's root hash: got \(got), want \(want)"
        }
    }
}
