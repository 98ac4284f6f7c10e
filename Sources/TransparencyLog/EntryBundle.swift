// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Up to 256 entries, each after its length as a big-endian `uint16`.
///
/// See c2sp.org/tlog-tiles, "Log entries".
public struct EntryBundle: Hashable, Sendable {
    /// The longest entry, in bytes.
    public static let maximumEntrySize = 65_535

    /// The bundle, as it is stored and sent.
    public private(set) var bytes: [UInt8] = []
    /// Where each entry ends in ``bytes``.
    private var ends: [Int] = []

    /// The bundle without entries; no log stores it.
    public init() {}

    /// Reads a bundle.
    ///
    /// - Throws: ``EntryBundleError``.
    public init(parsing bytes: [UInt8]) throws(EntryBundleError) {
        var position = 0
        while position < bytes.count {
            guard ends.count < TilePath.fullWidth else { throw .tooManyEntries }
            guard bytes.count - position >= 2 else { throw .truncated }
            let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
            position += 2
            guard bytes.count - position >= length else { throw .truncated }
            position += length
            ends.append(position)
        }
        guard !ends.isEmpty else { throw .empty }
        self.bytes = bytes
    }

    /// Adds an entry.
    ///
    /// - Throws: ``EntryBundleError/entryTooLarge`` or, where there are 256 already,
    ///   ``EntryBundleError/tooManyEntries``.
    public mutating func append(_ entry: some Collection<UInt8>) throws(EntryBundleError) {
        guard ends.count < TilePath.fullWidth else { throw .tooManyEntries }
        guard entry.count <= Self.maximumEntrySize else { throw .entryTooLarge }
        bytes.append(UInt8(entry.count >> 8))
        bytes.append(UInt8(entry.count & 0xff))
        bytes.append(contentsOf: entry)
        ends.append(bytes.count)
    }

    /// The number of entries.
    public var count: Int { ends.count }

    /// An entry, by its place in the bundle: 0 up to ``count``.
    public subscript(place: Int) -> ArraySlice<UInt8> {
        bytes[(place == 0 ? 2 : ends[place - 1] + 2)..<ends[place]]
    }

    /// The bundle as it was when it had only so many entries.
    func bytes(ofFirst count: Int) -> ArraySlice<UInt8> {
        bytes[..<(count == 0 ? 0 : ends[min(count, ends.count) - 1])]
    }

    /// The entries.
    public var entries: [[UInt8]] { ends.indices.map { Array(self[$0]) } }

    /// The leaf hashes: what the tile of level 0 with the same number holds.
    public var leafHashes: [Hash] { ends.indices.map { MerkleTree.leafHash(self[$0]) } }
}

/// Why bytes are not an entry bundle, or an entry does not fit in.
public enum EntryBundleError: Error, Equatable, Sendable {
    /// There is no entry.
    case empty
    /// The bytes end within an entry or its length.
    case truncated
    /// There are more than 256 entries.
    case tooManyEntries
    /// The entry is longer than 65 535 bytes.
    case entryTooLarge
}

extension EntryBundleError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .empty: "the entry bundle is empty"
        case .truncated: "the entry bundle ends within an entry"
        case .tooManyEntries: "the entry bundle has more than 256 entries"
        case .entryTooLarge: "the entry is longer than 65535 bytes"
        }
    }
}
