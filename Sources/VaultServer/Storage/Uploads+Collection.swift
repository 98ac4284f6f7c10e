// SPDX-License-Identifier: Apache-2.0

import Bulk
public import Vault

extension Uploads {
    /// Removes what was uploaded before a time and is named by no logged statement.
    ///
    /// Also files without a row in the index, which a crash or a rebuild of the index may leave.
    ///
    /// - Returns: How many files were removed.
    /// - Throws: ``UploadError``; `lostRecord` where the log names a record that cannot be read.
    public func collect(before time: UTCTime) async throws(UploadError) -> Int {
        let lost: Hash?
        do throws(IndexError) {
            lost = try await index.lostRecord()
        } catch {
            throw .index(error)
        }
        if let lost { throw .lostRecord(lost) }
        do throws(IndexError) {
            try await index.forgetUploads(before: time)
        } catch {
            throw .index(error)
        }
        var removed = 0
        for kind in ContentKind.allCases {
            for byte in UInt8.min...UInt8.max {
                removed += try await collect(.content(kind, firstByte: byte), before: time)
            }
        }
        return removed
    }

    /// Deletes content that logged statements did away with: old envelopes, and what was erased.
    ///
    /// What a crash leaves undone, the next call does. Content that somebody has uploaded again since,
    /// or that another statement names, stays.
    func deleteDropped() async throws(UploadError) {
        while true {
            let contents: [(kind: ContentKind, hash: Hash)]
            do {
                contents = try await index.dropped(limit: Self.batch)
            } catch {
                throw .index(error)
            }
            guard !contents.isEmpty else { return }
            _ = try await delete(contents)
            do {
                try await index.forgetDropped(contents)
            } catch {
                throw .index(error)
            }
        }
    }

    /// How many are deleted under one claim, and of these at once.
    private static let (batch, share) = (1000, 50)

    /// Deletes what nothing counts, names or pins, and says how many that were.
    private func delete(
        _ contents: some Collection<(kind: ContentKind, hash: Hash)>
    ) async throws(UploadError) -> Int {
        let claimed: Set<Hash>
        do {
            // From here to the end of the deletion, uploads of this content are turned away, and a
            // statement that names it finds it missing.
            claimed = try await index.beginCollecting(contents.map(\.hash))
        } catch {
            throw .index(error)
        }
        defer { index.endCollecting(claimed) }
        let keys = contents.filter { claimed.contains($0.hash) }
            .map { StorageKey.content($0.kind, $0.hash) }
        let failure = await withTaskGroup { group in
            for start in stride(from: 0, to: keys.count, by: Self.share) {
                let few = keys[start..<min(start + Self.share, keys.count)]
                group.addTask { await failed(deleting: few) }
            }
            return await group.reduce(nil as StorageError?) { $0 ?? $1 }
        }
        if let failure { throw .storage(failure) }
        return keys.count
    }

    private func failed(deleting keys: ArraySlice<StorageKey>) async -> StorageError? {
        do throws(StorageError) {
            for key in keys { try await store.delete(key) }
            return nil
        } catch {
            return error
        }
    }

    private func collect(
        _ prefix: StoragePrefix,
        before time: UTCTime
    ) async throws(UploadError) -> Int {
        let old: [StorageKey]
        do {
            old = try await store.list(prefix).filter { $0.modified < time.seconds }.map(\.key)
        } catch {
            throw .storage(error)
        }
        let contents = old.compactMap { key in
            if case .content(let kind, let hash) = key { (kind: kind, hash: hash) } else { nil }
        }
        var removed = 0
        for start in stride(from: 0, to: contents.count, by: Self.batch) {
            removed += try await delete(contents[start..<min(start + Self.batch, contents.count)])
        }
        return removed
    }
}
