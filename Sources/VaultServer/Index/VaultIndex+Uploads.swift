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
    /// It is counted; whether it was not before.
    case counted(isNew: Bool)
    /// It would pass the quota; the bytes that are used.
    case overQuota(used: UInt64)
    /// The same content is being deleted at this moment.
    case beingCollected
}

extension VaultIndex {
    /// Counts an upload against its member's quota, or renews one that is counted already.
    func reserve(
        _ upload: Upload,
        quota: UInt64,
        at time: UTCTime
    ) async throws(IndexError) -> Reservation {
        try await write { [memory] db in
            guard !memory.isCollecting(upload.hash) else {
                return .beingCollected
            }
            if try Self.isReferenced(upload.hash, by: upload.member, db) {
                return .counted(isNew: false)
            }
            try db.cachedStatement(
                sql: "UPDATE uploads SET time = ? WHERE hash = ? AND member = ?"
            ).execute(arguments: [time.seconds, upload.hash.data, upload.member.data])
            if db.changesCount > 0 { return .counted(isNew: false) }
            let used = try Self.used(by: upload.member, db)
            guard used + upload.size <= quota else { return .overQuota(used: used) }
            try Self.insert(upload, at: time, db)
            return .counted(isNew: true)
        }
    }

    /// Takes back what ``reserve(_:quota:at:)`` counted.
    func release(_ upload: Upload) async throws(IndexError) {
        try await write { db in
            try Self.removeUpload(upload.hash.data, upload.member.data, db)
        }
    }

    /// Whether a member uploaded something: not named yet, or named by a statement of the member's own.
    func uploaded(_ hash: Hash, by member: Fingerprint) async throws(IndexError) -> Bool {
        try await read { db in
            if try Self.isReferenced(hash, by: member, db) { return true }
            return try Bool.fetchOne(
                db,
                sql: "SELECT 1 FROM uploads WHERE hash = ? AND member = ?",
                arguments: [hash.data, member.data]
            ) ?? false
        }
    }

    /// Bytes a member uploaded that no logged statement names.
    func used(by member: Fingerprint) async throws(IndexError) -> UInt64 {
        try await read { try Self.used(by: member, $0) }
    }

    /// Renews what a statement is about to name, so that it is not collected while the statement
    /// waits for its round.
    ///
    /// - Returns: What was not counted before, and might have been collected up to now.
    func renew(_ uploads: [Upload], at time: UTCTime) async throws(IndexError) -> Set<Hash> {
        try await write { db in
            let touch = try db.cachedStatement(
                sql: "UPDATE uploads SET time = ? WHERE hash = ? AND member = ?"
            )
            var uncounted: Set<Hash> = []
            for upload in uploads {
                try touch.execute(
                    arguments: [time.seconds, upload.hash.data, upload.member.data]
                )
                guard db.changesCount == 0, try !Self.isReferenced(upload.hash, by: nil, db) else {
                    continue
                }
                // Uploaded before the index was made again, or by someone else.
                try Self.insert(upload, at: time, db)
                uncounted.insert(upload.hash)
            }
            return uncounted
        }
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

    /// Claims content for deletion, if nothing counts or names it.
    ///
    /// From then on it can neither be counted nor named, until ``endCollecting(_:)``.
    func beginCollecting(_ hash: Hash) async throws(IndexError) -> Bool {
        try await write { [memory] db in
            let isKept =
                try Bool.fetchOne(
                    db,
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM uploads WHERE hash = :hash)
                            OR EXISTS (SELECT 1 FROM referenced WHERE hash = :hash)
                        """,
                    arguments: ["hash": hash.data]
                ) ?? true
            if !isKept { memory.beginCollecting(hash) }
            return !isKept
        }
    }

    /// Lets content be uploaded again.
    func endCollecting(_ hash: Hash) {
        memory.endCollecting(hash)
    }

    /// Notes that a logged statement names content, which frees its uploader's quota.
    static func reference(_ hash: Hash, by member: Fingerprint, leaf: UInt64, _ db: Database) throws
    {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO referenced VALUES (?, ?, ?)")
            .execute(arguments: [hash.data, member.data, leaf])
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
        by member: Fingerprint?,
        _ db: Database
    ) throws -> Bool {
        let owner = try Data.fetchOne(
            db.cachedStatement(sql: "SELECT member FROM referenced WHERE hash = ?"),
            arguments: [hash.data]
        )
        return owner != nil && (member == nil || owner == member?.data)
    }
}
