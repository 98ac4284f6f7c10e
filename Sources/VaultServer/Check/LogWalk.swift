// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// One pass over the log, from the first bundle to the last: hashes, tiles, checkpoints, signatures,
/// rules and contents.
struct LogWalk {
    private let check: VaultCheck
    private let head: Checkpoint
    private var edge = TreeEdge()
    /// The newest partial tile of each level that has one; a level may grow long after the one above.
    private var partial: [Int: Tile] = [:]
    private var state = VaultState()
    private var facts = LogFacts()
    /// Until the first entry that cannot be read or was not allowed: what follows it builds on it, so
    /// nothing more can be said of whether that was allowed.
    private var isReplaying = true
    private var contents = ContentCheck()
    /// Sizes at which a checkpoint was published, ascending, of the thousand that is walked.
    private var published: ArraySlice<UInt64> = []
    private var nextThousand: UInt64 = 0
    /// Their cosigned forms, by size.
    private var cosigned: [UInt64: [StorageKey]] = [:]

    /// At which size the state is kept, to be compared with the index's.
    private let keptSize: UInt64?
    /// The state there, if the replay came so far.
    private(set) var keptState: VaultState?

    init(check: VaultCheck, head: Checkpoint, keepingStateAt size: UInt64?) {
        self.check = check
        self.head = head
        keptSize = size
    }

    mutating func run(_ report: inout CheckReport) async {
        for first in stride(from: 0, to: head.size, by: TilePath.fullWidth) {
            guard let path = EntryBundlePath(holding: first, inTreeOf: head.size),
                let tile = try? TilePath(level: 0, index: path.index, width: path.width)
            else { continue }
            let stored = await leafHashes(tile, &report)
            do {
                let bundle = try await check.log.bundle(path)
                await walk(bundle, path, stored, &report)
                await check.checkForms(of: bundle, at: path, &report)
            } catch {
                report.add(.entries(path), expected: "\(path.width) entries", found: error)
                isReplaying = false
                // The tiles above are still worth comparing.
                for hash in stored { await append(hash, &report) }
            }
            await compareTiles(&report)
        }
        await contents.run(check, state, &report)
        if isReplaying { report.policy = state.policy }
        if edge.root != head.root {
            report.add(
                "lock",
                expected: "the root of the entries, \(edge.root)",
                found: "\(head.root)"
            )
        }
    }

    private func leafHashes(_ path: TilePath, _ report: inout CheckReport) async -> [Hash] {
        do {
            return try Tile(path, parsing: await check.log.tile(path)).hashes
        } catch {
            report.add(.tile(path), expected: "\(path.width) leaf hashes", found: error)
            return []
        }
    }

    private mutating func walk(
        _ bundle: EntryBundle,
        _ path: EntryBundlePath,
        _ stored: [Hash],
        _ report: inout CheckReport
    ) async {
        for (place, hash) in bundle.leafHashes.enumerated() {
            let leaf = edge.size
            if stored.indices.contains(place), stored[place] != hash {
                report.add(
                    path.path,
                    expected: "entry \(leaf) with the leaf hash in the tile, \(stored[place])",
                    found: "\(hash)"
                )
            }
            // First what it says: a new key of the log signs the tree with its own entry already.
            walk(Array(bundle[place]), at: leaf, &report)
            await append(hash, &report)
            report.entries += 1
        }
    }

    // MARK: The tree

    private mutating func append(_ hash: Hash, _ report: inout CheckReport) async {
        edge.append(hash)
        if nextThousand <= edge.size / 1000 { await listCheckpoints(&report) }
        guard published.first == edge.size else { return }
        published.removeFirst()
        await compareCheckpoint(&report)
    }

    private mutating func listCheckpoints(_ report: inout CheckReport) async {
        let prefix = StoragePrefix.checkpoints(thousand: nextThousand)
        let cosignedPrefix = StoragePrefix.cosigned(thousand: nextThousand)
        nextThousand += 1
        do {
            let sizes = try await check.engine.store.list(prefix).compactMap { object in
                if case .publishedCheckpoint(let size) = object.key { size } else { nil }
            }
            published = sizes.filter { $0 >= edge.size }.sorted()[...]
            cosigned = Dictionary(
                grouping: try await check.engine.store.list(cosignedPrefix).map(\.key)
            ) {
                if case .cosigned(let size, _, _) = $0 { size } else { 0 }
            }
        } catch {
            report.add(prefix.path, expected: "a listing", found: "\(error)")
        }
    }

    private func compareCheckpoint(_ report: inout CheckReport) async {
        // The witness's own line is for those who have its key.
        for key in cosigned[edge.size] ?? [] {
            await check.checkCheckpoint(
                key,
                by: logKeys,
                size: edge.size,
                root: edge.root,
                &report
            )
        }
        // The newest was looked at, with the lock.
        guard edge.size < head.size else { return }
        await check.checkCheckpoint(
            .publishedCheckpoint(size: edge.size),
            by: logKeys,
            size: edge.size,
            root: edge.root,
            &report
        )
    }

    /// Whose signature makes a checkpoint of the present size.
    private var logKeys: [VerifierKey] {
        let key = state.logKeys.map { Set([$0.key(at: edge.size)]) } ?? []
        // Where the replay has ended, a later handover is not known.
        return Array(isReplaying ? key : key.union(check.keys))
    }

    /// Compares the tiles that are full now; at the end of the log the partial ones, too.
    private mutating func compareTiles(_ report: inout CheckReport) async {
        for tile in edge.flush() {
            // Before the end, partial tiles are of sizes that never were.
            partial[tile.path.level] = tile.path.isPartial ? tile : nil
            if !tile.path.isPartial { await compare(tile, &report) }
        }
        guard edge.size == head.size else { return }
        for tile in partial.values { await compare(tile, &report) }
    }

    private func compare(_ tile: Tile, _ report: inout CheckReport) async {
        let key = StorageKey.tile(tile.path)
        do {
            report.tiles += 1
            let stored = try await check.log.tile(tile.path)
            guard stored == tile.bytes else {
                throw StorageError.damaged(key, "SHA-256 \(Hash(hashing: stored))")
            }
        } catch {
            let expected = "the hashes below it, SHA-256 \(Hash(hashing: tile.bytes))"
            report.add(key, expected: expected, found: error)
        }
        await check.checkForms(of: tile, &report)
    }

    // MARK: The entries

    private mutating func walk(
        _ bytes: [UInt8],
        at leaf: UInt64,
        _ report: inout CheckReport
    ) {
        let entry: Entry
        do {
            entry = try Entry(parsing: bytes)
        } catch {
            isReplaying = false
            return report.add("entry \(leaf)", expected: "a statement", found: "\(error)")
        }
        if isReplaying { replay(entry, at: leaf, &report) }
        note(entry.signed.statement)
    }

    private mutating func replay(
        _ entry: Entry,
        at leaf: UInt64,
        _ report: inout CheckReport
    ) {
        do {
            try state.replay(entry, at: leaf, facts: &facts)
            report.replayed += 1
            if state.size == keptSize { keptState = state }
        } catch {
            isReplaying = false
            report.add(
                "entry \(leaf)",
                expected: "a signed act that was allowed; later entries are not judged",
                found: "\(error)"
            )
        }
    }

    // MARK: What the entries name

    /// Takes note of what a statement names; what later ones do away with is not missed then.
    private mutating func note(_ statement: Statement) {
        switch statement.act {
        case .caseOpen(let open): contents.cases.append(open.caseID)
        case .submit(let submit): contents.submissions.append(submit)
        case .caseRotate(let rotate): contents.rotations[rotate.caseID] = rotate.rotation
        case .caseRemove(let remove):
            if let rotation = remove.rotation { contents.rotations[remove.caseID] = rotation }
        case .erase(let erase):
            contents.erased[erase.record, default: []].append(erase.objects)
        default: break
        }
    }
}
