// SPDX-License-Identifier: Apache-2.0

import Bulk
import Logging
import TransparencyLog
import Vault

/// Brings the index and the state up to the log: from the last snapshot and the rows that are there,
/// or from nothing.
///
/// The entries were checked when they were accepted, and their bundles lead to the signed root: the
/// rules are applied again, the signatures are not checked again (`saksid check` does).
struct IndexFollower: Sendable {
    let log: StoredLog
    let index: VaultIndex
    let head: Checkpoint
    let logger: Logger

    /// Entries that are read, parsed and indexed at once.
    private static let stride: UInt64 = 16_384

    /// Follows the log to its head.
    ///
    /// - Returns: The state there.
    func follow() async throws(OpeningError) -> VaultState {
        do {
            var state = try await keptState()
            let indexed = try await index.progress().size
            if state.size > indexed { state = VaultState() }
            let first = state.size
            while state.size < head.size {
                let start = state.size
                let end = min(head.size, (start / Self.stride + 1) * Self.stride)
                let entries = try await entries(start..<end)
                try await fold(entries, into: &state)
                if end > indexed { try await add(entries, from: start, to: end) }
            }
            if head.size - first > 1024 { try await index.snapshot(state) }
            return state
        } catch let error as OpeningError {
            throw error
        } catch let error as IndexError {
            throw .index(error)
        } catch let error as StorageError {
            throw .storage(error)
        } catch {
            throw .damagedTree("\(error)")
        }
    }

    /// The state to go on from; an index that cannot be believed is emptied first.
    private func keptState() async throws -> VaultState {
        guard try await isOfThisLog() else {
            logger.warning("the index is not of this log and is made again")
            try await index.clear()
            return VaultState()
        }
        switch try await index.snapshot() {
        case .none: return VaultState()
        case .state(let state): return state
        case .damaged:
            // What else of it is damaged, nobody knows.
            logger.warning("the index's state is damaged and the index is made again from the log")
            try await index.clear()
            return VaultState()
        }
    }

    /// Whether the index followed this log: its root must be the log's at that size.
    func isOfThisLog() async throws -> Bool {
        let progress = try await index.progress()
        guard progress.size <= head.size else { return false }
        var tree = TiledTree(size: progress.size)
        try await tree.load(tree.missingTilesForRoot()) { try await log.tile($0) }
        return try tree.root() == progress.root
    }

    /// Reads and parses entries, bundles in parallel.
    private func entries(_ range: Range<UInt64>) async throws -> [Entry] {
        let width = UInt64(TilePath.fullWidth)
        let bundles = range.lowerBound / width...(range.upperBound - 1) / width
        return try await withThrowingTaskGroup(of: (UInt64, [Entry]).self) { group in
            for number in bundles {
                group.addTask { @concurrent in
                    let first = max(number * width, range.lowerBound)
                    let end = min((number + 1) * width, range.upperBound)
                    return (number, try await bundle(number, first..<end))
                }
            }
            var parsed: [UInt64: [Entry]] = [:]
            for try await (number, entries) in group { parsed[number] = entries }
            return bundles.flatMap { parsed[$0] ?? [] }
        }
    }

    private func bundle(_ number: UInt64, _ range: Range<UInt64>) async throws -> [Entry] {
        guard
            let path = EntryBundlePath(
                holding: number * UInt64(TilePath.fullWidth),
                inTreeOf: head.size
            )
        else { throw StorageError(.missing, path: "entry \(range.lowerBound)") }
        let bundle = try await log.bundle(path)
        return try range.map { index in
            do {
                return try Entry(parsing: Array(bundle[Int(index % UInt64(TilePath.fullWidth))]))
            } catch {
                throw OpeningError.badEntry(index, "\(error)")
            }
        }
    }

    private func fold(_ entries: [Entry], into state: inout VaultState) async throws {
        var facts = try await index.facts(for: entries.map(\.signed), before: state.size)
        for entry in entries {
            do {
                try state.apply(
                    VerifiedStatement(trusting: entry),
                    accepted: entry.accepted,
                    at: state.size,
                    facts: &facts
                )
            } catch {
                throw OpeningError.badEntry(state.size, "\(error)")
            }
        }
    }

    private func add(_ entries: [Entry], from first: UInt64, to end: UInt64) async throws {
        var indexed: [IndexedEntry] = []
        for (offset, entry) in entries.enumerated() {
            indexed.append(
                IndexedEntry(
                    index: first + UInt64(offset),
                    signed: entry.signed,
                    content: try await content(of: entry.signed.statement.act)
                )
            )
        }
        var tree = TiledTree(size: end)
        try await tree.load(tree.missingTilesForRoot()) { try await log.tile($0) }
        try await index.add(indexed, size: end, root: tree.root())
        try await index.mergeRecent()
    }

    private func content(of act: Act) async throws -> NamedContent {
        switch act {
        case .submit(let submit): try await record(submit.record).map { .record($0) } ?? .nothing
        case .reencrypt(let act): try await record(act.record).map { .record($0) } ?? .nothing
        case .erase(let erase): try await record(erase.record).map { .record($0) } ?? .nothing
        case .caseRotate(let rotate): .packs(try await packs(rotate.rotation.packs))
        case .caseRemove(let remove): .packs(try await packs(remove.rotation?.packs ?? []))
        default: .nothing
        }
    }

    /// The packs that are there: one that a later rotation did away with is not.
    private func packs(_ hashes: [Hash]) async throws -> [PlacedPack] {
        var packs: [PlacedPack] = []
        for hash in hashes {
            do {
                let pack = try RewrapPack(parsing: await log.store.content(.packs, hash))
                packs.append(PlacedPack(hash: hash, places: pack.places))
            } catch let error as StorageError where error.code == .missing {
                continue
            } catch is RewrapPackError {
                logger.error("a pack is damaged; run check", metadata: ["pack": "\(hash)"])
            }
        }
        return packs
    }

    /// A record that is lost does not keep the vault closed: its objects cannot be found, the rest can.
    ///
    /// The index remembers it, and nothing is collected from then on.
    private func record(_ hash: Hash) async throws -> SubmissionRecord? {
        do {
            return try SubmissionRecord(
                parsing: await log.store.content(.records, hash)
            )
        } catch let error as StorageError where error.code != .missing && error.code != .damaged {
            throw error
        } catch {
            logger.error("a record is damaged; run check", metadata: ["record": "\(hash)"])
            return nil
        }
    }
}
