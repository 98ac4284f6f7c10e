// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// One pass over the log, from the first bundle to the last: hashes, tiles, checkpoints, signatures,
/// rules and contents.
struct LogWalk {
    private let check: VaultCheck
    private let head: Checkpoint
    private var replay = LogReplay()
    /// The newest partial tile of each level that has one; a level may grow long after the one above.
    private var partial: [Int: Tile] = [:]
    /// Until the first entry that is missing, cannot be read or was not allowed: what follows it may
    /// build on it, so nothing more can be said of whether that was allowed.
    private var isJudging = true
    private var contents = ContentCheck()
    /// Sizes at which a checkpoint was published, ascending, of the thousands that were listed.
    private var published: ArraySlice<UInt64> = []
    private var nextThousand: UInt64 = 0
    /// Their cosigned forms, by size.
    private var cosigned: [UInt64: [StorageKey]] = [:]

    /// At which size the state is kept, to be compared with the index's.
    private let keptSize: UInt64?
    /// The state there, if all entries before it were judged.
    private(set) var keptState: VaultState?

    init(check: VaultCheck, head: Checkpoint, keepingStateAt size: UInt64?) {
        self.check = check
        self.head = head
        keptSize = size
    }

    mutating func run(_ report: inout CheckReport) async {
        while let path = EntryBundlePath(holding: replay.size, inTreeOf: head.size),
            let tile = try? TilePath(level: 0, index: path.index, width: path.width)
        {
            let stored = await leafHashes(tile, &report)
            do {
                let bundle = try await check.log.bundle(path)
                try await walk(bundle, path, stored, &report)
                await check.checkForms(of: bundle, at: path, &report)
            } catch {
                report.add(.entries(path), expected: "\(path.width) entries", found: error)
                isJudging = false
                await pass(over: stored, width: path.width, &report)
            }
        }
        await contents.run(check, replay.state, &report)
        if isJudging { report.policy = replay.state.policy }
        if replay.root != head.root {
            report.add(
                "lock",
                expected: "the root of the entries, \(replay.root)",
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

    /// Takes the entries of a bundle, in two parts where the state in its middle is to be kept.
    private mutating func walk(
        _ bundle: EntryBundle,
        _ path: EntryBundlePath,
        _ stored: [Hash],
        _ report: inout CheckReport
    ) async throws(ReplayError) {
        let start = replay.size
        let last = start + UInt64(path.width)
        let kept = keptSize.flatMap { start < $0 && $0 < last ? $0 : nil }
        for end in [kept, last].compactMap(\.self) {
            let examined = try ExaminedBundle(
                bundle,
                at: path,
                of: replay.size..<end,
                checkedBy: replay.state
            )
            let sizes = await checkpoints(upTo: end, &report)
            let step = replay.take(examined, rootsAt: sizes)
            for entry in step.entries {
                note(entry, &report)
                let place = Int(entry.index - start)
                guard stored.indices.contains(place), stored[place] != entry.leafHash else {
                    continue
                }
                report.add(
                    path.path,
                    expected:
                        "entry \(entry.index) with the leaf hash in the tile, \(stored[place])",
                    found: "\(entry.leafHash)"
                )
            }
            await compare(step, &report)
            if isJudging, end == keptSize { keptState = step.state }
        }
    }

    /// Goes past a bundle that cannot be read: the tiles above it are still worth comparing.
    private mutating func pass(
        over stored: [Hash],
        width: Int,
        _ report: inout CheckReport
    ) async {
        let sizes = await checkpoints(upTo: replay.size + UInt64(width), &report)
        // Where the tile is gone, too, nothing above it can be right.
        let unknown = repeatElement(Hash(hashing: []), count: width - stored.count)
        await compare(replay.pass(over: stored + unknown, rootsAt: sizes), &report)
    }

    // MARK: The tree

    /// The sizes up to one, beyond those before, at which a checkpoint was published.
    private mutating func checkpoints(
        upTo end: UInt64,
        _ report: inout CheckReport
    ) async -> Set<UInt64> {
        while nextThousand <= end / 1000 { await listCheckpoints(&report) }
        let sizes = published.prefix { $0 <= end }
        published.removeFirst(sizes.count)
        return Set(sizes)
    }

    private mutating func listCheckpoints(_ report: inout CheckReport) async {
        let prefix = StoragePrefix.checkpoints(thousand: nextThousand)
        let cosignedPrefix = StoragePrefix.cosigned(thousand: nextThousand)
        nextThousand += 1
        do {
            let sizes = try await check.engine.store.list(prefix).compactMap { object in
                if case .publishedCheckpoint(let size) = object.key { size } else { nil }
            }
            published += sizes.filter { $0 > replay.size }.sorted()
            for object in try await check.engine.store.list(cosignedPrefix) {
                guard case .cosigned(let size, _, _) = object.key else { continue }
                cosigned[size, default: []].append(object.key)
            }
        } catch {
            report.add(prefix.path, expected: "a listing", found: "\(error)")
        }
    }

    /// Compares what is stored with the tree that the entries give: checkpoints, and tiles that are full
    /// now; at the end of the log the partial ones, too.
    private mutating func compare(_ step: LogReplay.Step, _ report: inout CheckReport) async {
        for (size, root) in step.roots.sorted(by: { $0.key < $1.key }) {
            await compareCheckpoints(of: size, root, &report)
        }
        for tile in step.tiles {
            // Before the end, partial tiles are of sizes that never were.
            partial[tile.path.level] = tile.path.isPartial ? tile : nil
            if !tile.path.isPartial { await compare(tile, &report) }
        }
        guard replay.size == head.size else { return }
        for tile in partial.values { await compare(tile, &report) }
    }

    private mutating func compareCheckpoints(
        of size: UInt64,
        _ root: Hash,
        _ report: inout CheckReport
    ) async {
        let keys = logKeys(at: size)
        // The witness's own line is for those who have its key.
        for key in cosigned.removeValue(forKey: size) ?? [] {
            await check.checkCheckpoint(key, by: keys, size: size, root: root, &report)
        }
        // The newest was looked at, with the lock.
        guard size < head.size else { return }
        let key = StorageKey.publishedCheckpoint(size: size)
        await check.checkCheckpoint(key, by: keys, size: size, root: root, &report)
    }

    /// Whose signature makes a checkpoint of a size.
    private func logKeys(at size: UInt64) -> [VerifierKey] {
        let key = replay.state.logKeys.map { Set([$0.key(at: size)]) } ?? []
        // Where an entry could not be judged, a later handover is not known.
        return Array(isJudging ? key : key.union(check.keys))
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

    /// Takes note of what an entry is, and of what it names.
    private mutating func note(_ entry: JudgedEntry, _ report: inout CheckReport) {
        report.entries += 1
        switch entry.fault {
        case .unreadable(let error):
            isJudging = false
            report.add("entry \(entry.index)", expected: "a statement", found: "\(error)")
        case .violation(let violation) where isJudging:
            isJudging = false
            report.add(
                "entry \(entry.index)",
                expected: "a signed act that was allowed; later entries are not judged",
                found: "\(violation)"
            )
        case .violation: break
        case nil: if isJudging { report.replayed += 1 }
        }
        if let entry = entry.entry { note(entry.signed.statement) }
    }

    /// Takes note of what a statement names; what later ones do away with is not missed then.
    private mutating func note(_ statement: Statement) {
        switch statement.act {
        case .caseOpen(let open): contents.cases.append(open.caseID)
        case .submit(let submit):
            contents.records.append((submit.caseID, submit.record))
            contents.lists.append(submit.commitments)
        case .reencrypt(let act): contents.records.append((act.caseID, act.record))
        case .caseRotate(let rotate): contents.rotations[rotate.caseID] = rotate.rotation
        case .caseRemove(let remove):
            if let rotation = remove.rotation { contents.rotations[remove.caseID] = rotation }
        case .erase(let erase):
            contents.erased[erase.record, default: []].append(erase.objects)
        default: break
        }
    }
}
