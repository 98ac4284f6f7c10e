// SPDX-License-Identifier: Apache-2.0

import TransparencyLog

extension LogReader {
    /// A part of the checkpoints that were published, as they are stored.
    struct History: Sendable {
        /// Ascending by their sizes.
        var notes: [[UInt8]] = []
        /// The size from which to ask for more; `nil` at the newest.
        var next: UInt64?
    }

    /// Each looks into one folder.
    private static var foldersPerPart: UInt64 { 50 }

    /// Reads published checkpoints of sizes from one on, up to the newest, with their cosignatures.
    ///
    /// - Parameters:
    ///   - first: The smallest size.
    ///   - count: How many are read at most; 1 or more.
    /// - Returns: Perhaps fewer, or none, although there are more.
    /// - Throws: ``StorageError``.
    func checkpoints(from first: UInt64, count: Int) async throws(StorageError) -> History {
        let newest = try head().size
        let cosigned = Cosigned(store: log.store)
        var history = History()
        let thousands = first / 1000..<first / 1000 + Self.foldersPerPart
        for thousand in thousands {
            guard thousand <= newest / 1000 else { return history }
            let sizes = try await log.store.list(.checkpoints(thousand: thousand)).compactMap {
                if case .publishedCheckpoint(let size) = $0.key { size } else { nil }
            }
            var forms: [UInt64: [StorageKey]] = [:]
            for object in try await log.store.list(.cosigned(thousand: thousand)) {
                if case .cosigned(let size, _, _) = object.key {
                    forms[size, default: []].append(object.key)
                }
            }
            // What is beyond the newest is of a round that is not done.
            for size in sizes.sorted() where size >= first && size <= newest {
                guard history.notes.count < count else {
                    history.next = size
                    return history
                }
                let note = try await log.store.bytes(of: .publishedCheckpoint(size: size))
                history.notes.append(try await cosigned.first(of: note, among: forms[size] ?? []))
            }
        }
        history.next = thousands.upperBound * 1000
        return history
    }
}
