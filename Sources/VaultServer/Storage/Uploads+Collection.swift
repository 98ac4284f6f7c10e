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
                contents = try await index.dropped(limit: 1000)
            } catch {
                throw .index(error)
            }
            guard !contents.isEmpty else { return }
            for content in contents { _ = try await delete(content.kind, content.hash) }
            do {
                try await index.forgetDropped(contents)
            } catch {
                throw .index(error)
            }
        }
    }

    /// Deletes content that nothing counts, names or pins, and says whether it did.
    private func delete(_ kind: ContentKind, _ hash: Hash) async throws(UploadError) -> Bool {
        do {
            // From here to the end of the deletion, uploads of this content are turned away, and a
            // statement that names it finds it missing.
            guard try await index.beginCollecting(hash) else { return false }
        } catch {
            throw .index(error)
        }
        defer { index.endCollecting(hash) }
        do {
            try await store.delete(.content(kind, hash))
        } catch {
            throw .storage(error)
        }
        return true
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
        var removed = 0
        for case .content(let kind, let hash) in old where try await delete(kind, hash) {
            removed += 1
        }
        return removed
    }
}
