// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import GRDB
import Vault

/// An object of a case that has an envelope.
struct PlacedObject: Sendable {
    let place: ObjectPlace
    /// The record that describes it.
    let record: Hash
    let envelope: EnvelopePlace
}

/// The objects of a case that have an envelope: those that were erased have none.
extension VaultIndex {
    /// How many there are.
    func objectCount(of id: CaseID) async throws(IndexError) -> UInt64 {
        try await read { db in
            try UInt64.fetchOne(
                db.cachedStatement(sql: "SELECT count(*) FROM \(Self.objectsOfCase)"),
                arguments: [id.data]
            ) ?? 0
        }
    }

    /// Some of them in the order of their places.
    ///
    /// - Parameters:
    ///   - id: The case.
    ///   - place: After which; `nil` for the first.
    ///   - limit: How many at most.
    /// - Returns: As many as the limit where there may be more.
    /// - Throws: ``IndexError``.
    func objects(
        of id: CaseID,
        after place: ObjectPlace?,
        limit: Int
    ) async throws(IndexError) -> [PlacedObject] {
        try await read { db in
            var found: [PlacedObject] = []
            // One submission after the other: in one question, SQLite sorts all objects for each page.
            let submissions = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT leaf, record FROM submissions WHERE case_id = ? AND leaf >= ?
                        ORDER BY leaf
                        """
                ),
                arguments: [id.data, place?.leaf ?? 0]
            )
            while found.count < limit, let row = try submissions.next() {
                guard let record = Hash(row["record"] as Data) else { throw Self.damage }
                let leaf: UInt64 = row["leaf"]
                found += try Self.objects(
                    of: record,
                    at: leaf,
                    after: place?.leaf == leaf ? place?.object : nil,
                    limit: limit - found.count,
                    db
                )
            }
            return found
        }
    }

    private static func objects(
        of record: Hash,
        at leaf: UInt64,
        after object: ObjectID?,
        limit: Int,
        _ db: Database
    ) throws -> [PlacedObject] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT object, envelope, pack, start, size
                    FROM objects LEFT JOIN envelopes USING (object)
                    WHERE record = ? AND object > ? AND \(isThere) ORDER BY object LIMIT ?
                    """
            ),
            arguments: [record.data, object?.data ?? Data(), limit]
        )
        var found: [PlacedObject] = []
        while let row = try rows.next() {
            guard let object = ObjectID(row["object"] as Data), let envelope = EnvelopePlace(row)
            else { throw damage }
            found.append(
                PlacedObject(
                    place: ObjectPlace(leaf: leaf, object: object),
                    record: record,
                    envelope: envelope
                )
            )
        }
        return found
    }

    private static let damage = DatabaseError(resultCode: .SQLITE_CORRUPT, message: "objects")

    /// Whether packs hold each of them once, and nothing else.
    ///
    /// Both sides ascend, so no more is held of them than the next object of each pack.
    func isEveryObject(_ packs: [PlacedPack], of id: CaseID) async throws(IndexError) -> Bool {
        try await read { db in
            var next: [ObjectID: (pack: Int, place: Int)] = [:]
            for (number, pack) in packs.enumerated() {
                guard let first = pack.places.first else { continue }
                guard next.updateValue((number, 0), forKey: first.object) == nil else {
                    return false
                }
            }
            let objects = try Data.fetchCursor(
                db.cachedStatement(
                    sql: "SELECT object FROM \(Self.objectsOfCase) ORDER BY object"
                ),
                arguments: [id.data]
            )
            while let object = try objects.next() {
                guard let id = ObjectID(object), let (pack, place) = next.removeValue(forKey: id)
                else { return false }
                guard place + 1 < packs[pack].places.count else { continue }
                let following = packs[pack].places[place + 1].object
                guard next.updateValue((pack, place + 1), forKey: following) == nil else {
                    return false
                }
            }
            return next.isEmpty
        }
    }

    private static let objectsOfCase = """
        submissions CROSS JOIN objects USING (record) WHERE case_id = ? AND \(isThere)
        """
    private static let isThere = """
        NOT EXISTS (SELECT 1 FROM erased WHERE erased.object = objects.object)
        """
}
