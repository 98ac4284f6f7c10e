// SPDX-License-Identifier: Apache-2.0

import Logging
import TransparencyLog
import Vault

/// Compares the index with the log that it was made from.
struct IndexCheck {
    /// The state that the index holds, if it holds one that can be read.
    let state: VaultState?
    private let check: VaultCheck
    private let index: VaultIndex
    private let head: Checkpoint

    /// Opens the index, and makes it again first where that is asked for.
    ///
    /// - Returns: `nil` where that failed; the report says why.
    init?(
        of check: VaultCheck,
        at path: String,
        head: Checkpoint,
        rebuild: Bool,
        logger: Logger,
        _ report: inout CheckReport
    ) async {
        self.check = check
        self.head = head
        do {
            if rebuild { try VaultIndex.remove(path) }
            index = try VaultIndex(at: path)
            if rebuild {
                _ = try await IndexFollower(
                    log: check.log,
                    index: index,
                    head: head,
                    logger: logger
                ).follow()
            }
            switch try await index.snapshot() {
            case .none:
                state = nil
            case .state(let kept):
                state = kept
            case .damaged:
                state = nil
                report.add(
                    "index, snapshot",
                    expected: "bytes with the SHA-256 that is kept with them",
                    found: "others; a start makes the index again"
                )
            }
        } catch {
            report.add("index", expected: "an index of the log", found: "\(error)")
            return nil
        }
    }

    /// Compares.
    ///
    /// The index may lag behind a round that a crash interrupted, since a start brings it up; what it
    /// has must be right.
    ///
    /// - Parameters:
    ///   - replayed: The state that the log gives at the size of the index's; `nil` where the replay
    ///     did not come so far.
    ///   - mayLag: Whether a crash has interrupted a round.
    ///   - report: Told what differs.
    func run(
        against replayed: VaultState?,
        mayLag: Bool,
        _ report: inout CheckReport
    ) async {
        do {
            guard try await follower(of: index, to: head).isOfThisLog() else {
                return report.add(
                    "index",
                    expected: "a beginning of the log",
                    found: "another log's, or a longer one"
                )
            }
            let (size, root) = try await index.progress()
            if size < head.size, !mayLag {
                report.add(
                    "index",
                    expected: "\(head.size) entries; --rebuild-index makes it again",
                    found: "\(size)"
                )
            }
            if let record = try await index.lostRecord() {
                report.add(
                    "index",
                    expected: "what the record \(record) names; --rebuild-index reads it again",
                    found: "a record that could not be read"
                )
            }
            compareState(with: replayed, &report)
            guard check.isDeep else { return }
            try await compareStatements(upTo: size, &report)
            let indexed = try Checkpoint(origin: head.origin, size: size, root: root)
            try await compareTables(at: indexed, &report)
        } catch {
            report.add("index", expected: "an index of the log", found: "\(error)")
        }
    }

    private func follower(of index: VaultIndex, to head: Checkpoint) -> IndexFollower {
        // What it would say is in the report already.
        let logger = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }
        return IndexFollower(log: check.log, index: index, head: head, logger: logger)
    }

    private func compareState(with replayed: VaultState?, _ report: inout CheckReport) {
        guard let state else { return }
        guard state.size <= head.size else {
            return report.add(
                "index, snapshot",
                expected: "the state after at most \(head.size) entries",
                found: "one after \(state.size)"
            )
        }
        guard let replayed, replayed != state else { return }
        let wanted = lines(of: replayed)
        let found = lines(of: state)
        let place = zip(wanted, found).prefix { $0 == $1 }.count
        report.add(
            "index, snapshot, line \(place + 1)",
            expected: place < wanted.count ? "\"\(wanted[place])\"" : "the end",
            found: place < found.count ? "\"\(found[place])\"" : "the end"
        )
    }

    private func lines(of state: VaultState) -> [Substring] {
        String(decoding: state.bytes, as: UTF8.self).split(separator: "\n")
    }

    private func compareStatements(
        upTo size: UInt64,
        _ report: inout CheckReport
    ) async throws {
        for first in stride(from: 0, to: size, by: TilePath.fullWidth) {
            guard let path = EntryBundlePath(holding: first, inTreeOf: size) else { continue }
            let bundle = try await check.log.bundle(path)
            let ids = try bundle.entries.map { try Entry(parsing: $0).signed.id }
            let found = try await index.statements(ids)
            for (offset, id) in ids.enumerated() where found[offset] != first + UInt64(offset) {
                report.add(
                    "index, statements",
                    expected: "statement \(id) at entry \(first + UInt64(offset))",
                    found: found[offset].map { "entry \($0)" } ?? "nothing"
                )
            }
        }
    }

    /// Makes another index from the log, beside this one, and compares the two.
    private func compareTables(at head: Checkpoint, _ report: inout CheckReport) async throws {
        let path = index.path + ".check"
        // Of a check that was killed.
        try VaultIndex.remove(path)
        defer { try? VaultIndex.remove(path) }
        let rebuilt = try VaultIndex(at: path)
        _ = try await follower(of: rebuilt, to: head).follow()
        // What a lost record names is not known, so nothing can be said of these; the report names the
        // record.
        let unknown = try await rebuilt.lostRecord() == nil ? [] : ["objects", "referenced"]
        let tables = IndexSchema.rowsOfEntries.filter { !unknown.contains($0) }
        let differences = try await index.differences(from: rebuilt, in: tables)
        for difference in differences {
            report.add(
                "index, \(difference.table)",
                expected: difference.expected,
                found: difference.found
            )
        }
        if !differences.isEmpty {
            report.add(
                "index",
                expected: "the rows that the log gives; --rebuild-index makes them again",
                found: "others; of a table, the first \(VaultIndex.toldDifferences) are told"
            )
        }
    }
}
