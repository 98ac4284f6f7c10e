// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import GRDB
import Vault

/// Where an envelope lies.
enum EnvelopePlace: Hashable, Sendable {
    /// As it was submitted: content of its own.
    case submitted(Hash)
    /// Sealed anew by a rotation: a range of a pack.
    case pack(Hash, Range<UInt64>)

    /// A row of `objects` and `envelopes`.
    init?(_ row: Row) {
        if let pack = (row["pack"] as Data?).flatMap({ Hash($0) }) {
            let (start, size): (UInt64, UInt64) = (row["start"], row["size"])
            self = .pack(pack, start..<(start + size))
        } else {
            guard let envelope = Hash(row["envelope"] as Data) else { return nil }
            self = .submitted(envelope)
        }
    }
}

extension VaultIndex {
    // MARK: Questions

    /// Where the envelope of an object lies now; `nil` where there is none, or none any more.
    func envelope(of object: ObjectID) async throws(IndexError) -> EnvelopePlace? {
        try await read { db in try Self.place(of: object, db) }
    }

    /// Whether all of some objects were erased.
    func areErased(_ objects: [ObjectID]) async throws(IndexError) -> Bool {
        try await read { db in try objects.allSatisfy { try Self.isErased($0, db) } }
    }

    /// Content that was done away with and is still to be deleted, at most so many.
    func dropped(limit: Int) async throws(IndexError) -> [(kind: ContentKind, hash: Hash)] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT kind, hash FROM dropped LIMIT ?", arguments: [limit])
                .compactMap { row in
                    guard let kind = ContentKind(rawValue: row["kind"]),
                        let hash = Hash(row["hash"] as Data)
                    else { return nil }
                    return (kind, hash)
                }
        }
    }

    /// Takes note that content is gone.
    func forgetDropped(_ contents: [(kind: ContentKind, hash: Hash)]) async throws(IndexError) {
        try await write { db in
            let statement = try db.cachedStatement(
                sql: "DELETE FROM dropped WHERE kind = ? AND hash = ?"
            )
            for content in contents {
                try statement.execute(arguments: [content.kind.rawValue, content.hash.data])
            }
        }
    }

    // MARK: Rows

    private static func place(of object: ObjectID, _ db: Database) throws -> EnvelopePlace? {
        guard try !isErased(object, db) else { return nil }
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT envelope, pack, start, size FROM objects LEFT JOIN envelopes USING (object)
                    WHERE object = ?
                    """
            ),
            arguments: [object.data]
        )
        return row.flatMap { EnvelopePlace($0) }
    }

    static func isErased(_ object: ObjectID, _ db: Database) throws -> Bool {
        let erased = try db.cachedStatement(sql: "SELECT 1 FROM erased WHERE object = ?")
        return try Bool.fetchOne(erased, arguments: [object.data]) == true
    }

    /// Lets each object have the envelope of a rotation, and drops the one before.
    static func rotate(
        _ rotation: Rotation,
        _ entry: IndexedEntry,
        by actor: Fingerprint,
        _ db: Database
    ) throws {
        try reference(rotation.keyring, by: actor, leaf: entry.index, db)
        // Sealed to whoever was removed, too.
        try drop(.keyrings, rotation.previous, db)
        guard case .packs(let packs) = entry.content else { return }
        var left: Set<Hash> = []
        let insert = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO envelopes VALUES (?, ?, ?, ?)"
        )
        for pack in packs {
            try reference(pack.hash, by: actor, leaf: entry.index, db)
            for place in pack.places {
                guard let range = place.range else { continue }
                if let old = try leave(place.object, db) { left.insert(old) }
                try insert.execute(
                    arguments: [place.object.data, pack.hash.data, range.lowerBound, range.count]
                )
            }
        }
        try dropEmpty(left, db)
    }

    /// Drops the envelopes and payloads of objects; of all, where none is named.
    static func erase(
        _ objects: [ObjectID],
        of record: SubmissionRecord,
        leaf: UInt64,
        _ db: Database
    ) throws {
        var left: Set<Hash> = []
        for object in record.objects where objects.isEmpty || objects.contains(object.id) {
            guard try !isErased(object.id, db) else { continue }
            if let old = try leave(object.id, db) { left.insert(old) }
            for segment in object.segments { try drop(.segments, segment, db) }
            try db.cachedStatement(sql: "DELETE FROM envelopes WHERE object = ?")
                .execute(arguments: [object.id.data])
            try db.cachedStatement(sql: "INSERT INTO erased VALUES (?, ?)")
                .execute(arguments: [object.id.data, leaf])
        }
        try dropEmpty(left, db)
    }

    /// Takes note that a record is held, erased or replaced from an entry on.
    static func mark(
        _ record: Hash,
        _ leaf: UInt64,
        isHeld: Bool? = nil,
        isErased: Bool? = nil,
        isReplaced: Bool? = nil,
        _ db: Database
    ) throws {
        let before = try submission(record, before: leaf, db)
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?)").execute(
            arguments: [
                record.data, leaf, isHeld ?? before?.isHeld ?? false,
                isErased ?? before?.isErased ?? false,
                isReplaced ?? before?.isReplaced ?? false,
            ]
        )
    }

    /// Drops an object's envelope, if it is content of its own; else gives the pack that it lies in.
    private static func leave(_ object: ObjectID, _ db: Database) throws -> Hash? {
        switch try place(of: object, db) {
        case .submitted(let envelope):
            try drop(.envelopes, envelope, db)
            return nil
        case .pack(let pack, _): return pack
        case nil: return nil
        }
    }

    /// Drops those packs in which no object's envelope lies any more.
    private static func dropEmpty(_ packs: Set<Hash>, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT 1 FROM envelopes WHERE pack = ? LIMIT 1"
        )
        for pack in packs where try Bool.fetchOne(statement, arguments: [pack.data]) != true {
            try drop(.packs, pack, db)
        }
    }

    /// Takes note that content is named once less; what nothing names any more is deleted.
    ///
    /// Nothing keeps a member from naming the same segments for two objects.
    private static func drop(_ kind: ContentKind, _ hash: Hash, _ db: Database) throws {
        try db.cachedStatement(sql: "UPDATE referenced SET count = count - 1 WHERE hash = ?")
            .execute(arguments: [hash.data])
        try db.cachedStatement(sql: "DELETE FROM referenced WHERE hash = ? AND count = 0")
            .execute(arguments: [hash.data])
        guard db.changesCount > 0 else { return }
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO dropped VALUES (?, ?)")
            .execute(arguments: [kind.rawValue, hash.data])
    }
}
