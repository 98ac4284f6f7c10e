// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import TransparencyLog

/// The entries of one bundle, hashed and read, their signatures checked: all of a replay that needs no
/// order, so that many are made at once.
public struct ExaminedBundle: Sendable {
    /// The index of the first entry.
    public let first: UInt64
    let entries: [ExaminedEntry]

    /// Examines the entries of a bundle from an index on, up to a size of the log.
    ///
    /// - Parameters:
    ///   - bundle: What is stored or was sent; entries beyond the size are left out.
    ///   - path: Where.
    ///   - range: The indices that are wanted; the bundle holds the first of them.
    ///   - state: The state before any of these entries or before an earlier one: what it cannot tell
    ///     yet, ``LogReplay/take(_:rootsAt:)`` looks at again.
    /// - Throws: ``ReplayError/missingEntries(_:got:)``.
    public init(
        _ bundle: EntryBundle,
        at path: EntryBundlePath,
        of range: Range<UInt64>,
        checkedBy state: VaultState
    ) throws(ReplayError) {
        let start = path.index * UInt64(TilePath.fullWidth)
        let end = min(start + UInt64(TilePath.fullWidth), range.upperBound)
        precondition((start..<end).contains(range.lowerBound), "the bundle holds the first entry")
        guard bundle.count >= Int(end - start) else {
            throw .missingEntries(path, got: bundle.count)
        }
        first = range.lowerBound
        var entries: [ExaminedEntry] = []
        entries.reserveCapacity(Int(end - first))
        for place in Int(first - start)..<Int(end - start) {
            entries.append(ExaminedEntry(bundle[place], checkedBy: state))
        }
        self.entries = entries
    }

    /// The index of the entry after the last.
    public var end: UInt64 { first + UInt64(entries.count) }

    /// The leaf hashes, in order.
    public var leafHashes: [Hash] { entries.map(\.leafHash) }
}

/// One entry of such a bundle.
struct ExaminedEntry: Sendable {
    let leafHash: Hash
    let entry: Result<Entry, EntryError>
    /// `nil` where the state could not tell, or not yet.
    let verified: VerifiedStatement?

    init(_ bytes: ArraySlice<UInt8>, checkedBy state: VaultState) {
        leafHash = MerkleTree.leafHash(bytes)
        do throws(EntryError) {
            let entry = try Entry(parsing: Array(bytes))
            self.entry = .success(entry)
            verified = try? state.verifySignatures(of: entry.signed)
        } catch {
            entry = .failure(error)
            verified = nil
        }
    }
}

/// Why a log cannot be replayed further.
public enum ReplayError: Error, Equatable, Sendable {
    /// A bundle has fewer entries than the log's size implies.
    case missingEntries(EntryBundlePath, got: Int)
}

extension ReplayError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .missingEntries(let path, let got):
            "\(path.path) has too few entries: got \(got), want \(path.width)"
        }
    }
}
