// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import GRDB
import Vault

/// Something a member uploads.
struct Upload: Hashable, Sendable {
    let kind: ContentKind
    let hash: Hash
    let member: Fingerprint
    /// In bytes.
    let size: UInt64
}

/// What counting an upload came to.
enum Reservation: Hashable, Sendable {
    /// It is counted.
    case counted
    /// It would pass the quota; the bytes that are used.
    case overQuota(used: UInt64)
}

extension VaultIndex {
    /// Keeps content from being collected.
    func pin(_ hashes: [Hash]) -> ContentPin { ContentPin(hashes, in: memory) }

    /// Begins an upload: counts it against its member's quota, if it is not counted already.
    ///
    /// One that is counted must be ended by ``endUpload(_:isStored:at:)``.
    func beginUpload(
        _ upload: Upload,
        quota: UInt64,
        at time: UTCTime
    ) async throws(IndexError) -> Reservation {
        try await write { [memory] db in
            if try !Self.isCounted(upload, at: time, db) {
                let used = try Self.used(by: upload.member, db)
                guard used + upload.size <= quota else { return .overQuota(used: used) }
                try Self.insert(upload, at: time, db)
                memory.beginUpload(upload, wasCounted: false)
            } else {
                memory.beginUpload(upload, wasCounted: true)
            }
            return .counted
        }
    }

    /// Ends an upload: what is stored stays counted, and what is not was never there.
    func endUpload(_ upload: Upload, isStored: Bool, at time: UTCTime) async throws(IndexError) {
        try await write { [memory] db in
            if memory.endUpload(upload, isStored: isStored) {
                try Self.removeUpload(upload.hash.data, upload.member.data, db)
            } else if isStored, try !Self.isCounted(upload, at: time, db) {
                // It took so long to arrive that it was forgotten.
                try Self.insert(upload, at: time, db)
            }
        }
    }

    /// Whether an upload needs no new row; renews the one that is there.
    private static func isCounted(
        _ upload: Upload,
        at time: UTCTime,
        _ db: Database
    ) throws -> Bool {
        if try isReferenced(upload.hash, by: upload.member, db) { return true }
        try db.cachedStatement(
            sql: "UPDATE uploads SET time = ? WHERE hash = ? AND member = ?"
        ).execute(arguments: [time.seconds, upload.hash.data, upload.member.data])
        return db.changesCount > 0
    }

    /// Whether a member uploaded something: not named yet, or named by a statement of the member's own.
    ///
    /// Not while the upload is in flight: its bytes may not be durable yet.
    func uploaded(_ hash: Hash, by member: Fingerprint) async throws(IndexError) -> Bool {
        try await uploaded([hash], by: member) == [true]
    }

    /// Which of these a member uploaded, in the order given.
    func uploaded(
        _ hashes: [Hash],
        by member: Fingerprint
    ) async throws(IndexError) -> [Bool] {
        try await read { [memory] db in
            let counted = try db.cachedStatement(
                sql: "SELECT 1 FROM uploads WHERE hash = ? AND member = ?"
            )
            return try hashes.map { hash in
                if memory.isUploading(hash, by: member) { return false }
                if try Self.isReferenced(hash, by: member, db) { return true }
                return try Bool.fetchOne(counted, arguments: [hash.data, member.data]) ?? false
            }
        }
    }

    /// Bytes a member uploaded that no logged statement names.
    func used(by member: Fingerprint) async throws(IndexError) -> UInt64 {
        try await read { try Self.used(by: member, $0) }
    }

    private static func insert(_ upload: Upload, at time: UTCTime, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO uploads VALUES (?, ?, ?, ?, ?)").execute(
            arguments: [
                upload.hash.data, upload.member.data, upload.kind.rawValue, upload.size,
                time.seconds,
            ]
        )
        try count(Int64(upload.size), for: upload.member.data, db)
    }

    /// A logged record that was missing or damaged when the log was indexed, if there is one.
    ///
    /// What it names is not known, so nothing may be collected then.
    func lostRecord() async throws(IndexError) -> Hash? {
        try await read { db in
            try Data.fetchOne(db, sql: "SELECT record FROM lost_records LIMIT 1")
                .flatMap { Hash($0) }
        }
    }

    /// Stops counting uploads that were last renewed before a time.
    func forgetUploads(before time: UTCTime) async throws(IndexError) {
        try await write { db in
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT hash, member FROM uploads WHERE time < ?",
                arguments: [time.seconds]
            )
            for row in rows { try Self.removeUpload(row["hash"], row["member"], db) }
        }
    }

    /// Claims content for deletion: of this, whatever nothing counts, names or pins.
    ///
    /// From then on every new pin says so, until ``endCollecting(_:)``.
    func beginCollecting(_ hashes: [Hash]) async throws(IndexError) -> Set<Hash> {
        try await write { [memory] db in
            let isKept = try db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM uploads WHERE hash = ?1)
                        OR EXISTS (SELECT 1 FROM referenced WHERE hash = ?1)
                    """
            )
            // In this transaction: a pin that ends before it has left its row in `referenced`.
            return memory.beginCollecting(
                try hashes.filter { hash in
                    try Bool.fetchOne(isKept, arguments: [hash.data]) == false
                }
            )
        }
    }

    /// Lets content be uploaded again.
    func endCollecting(_ hashes: Set<Hash>) {
        memory.endCollecting(hashes)
    }

    /// Notes that a logged statement names content, which frees its uploader's quota.
    static func reference(_ hash: Hash, by member: Fingerprint, leaf: UInt64, _ db: Database) throws
    {
        try db.cachedStatement(
            sql: """
                INSERT INTO referenced VALUES (?, ?, ?, 1)
                ON CONFLICT (hash) DO UPDATE SET count = count + 1
                """
        ).execute(arguments: [hash.data, member.data, leaf])
        try removeUpload(hash.data, member.data, db)
    }

    private static func removeUpload(_ hash: Data, _ member: Data, _ db: Database) throws {
        let size = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT size FROM uploads WHERE hash = ? AND member = ?"),
            arguments: [hash, member]
        )
        guard let size else { return }
        try db.cachedStatement(sql: "DELETE FROM uploads WHERE hash = ? AND member = ?")
            .execute(arguments: [hash, member])
        try count(-size, for: member, db)
    }

    private static func count(_ bytes: Int64, for member: Data, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO quotas VALUES (?1, ?2)
                ON CONFLICT (member) DO UPDATE SET used = used + ?2
                """
        ).execute(arguments: [member, bytes])
    }

    private static func used(by member: Fingerprint, _ db: Database) throws -> UInt64 {
        try UInt64.fetchOne(
            db.cachedStatement(sql: "SELECT used FROM quotas WHERE member = ?"),
            arguments: [member.data]
        ) ?? 0
    }

    private static func isReferenced(
        _ hash: Hash,
        by member: Fingerprint,
        _ db: Database
    ) throws -> Bool {
        let owner = try Data.fetchOne(
            db.cachedStatement(sql: "SELECT member FROM referenced WHERE hash = ?"),
            arguments: [hash.data]
        )
        return owner == member.data
    }
}
