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
            let cursor = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT leaf, record, object, envelope, pack, start, size
                        FROM \(Self.objectsOfCase)
                        AND leaf >= ?2 AND (leaf > ?2 OR object > ?3)
                        ORDER BY leaf, object LIMIT ?4
                        """
                ),
                arguments: [
                    id.data, place?.leaf ?? 0, place?.object.data ?? Data(), limit,
                ]
            )
            var found: [PlacedObject] = []
            while let row = try cursor.next() {
                guard let object = ObjectID(row["object"] as Data),
                    let record = Hash(row["record"] as Data), let envelope = EnvelopePlace(row)
                else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "objects") }
                found.append(
                    PlacedObject(
                        place: ObjectPlace(leaf: row["leaf"], object: object),
                        record: record,
                        envelope: envelope
                    )
                )
            }
            return found
        }
    }

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

    /// Submissions before objects: by the entry, then by the id, as the pages go.
    private static let objectsOfCase = """
        submissions CROSS JOIN objects USING (record) LEFT JOIN envelopes USING (object)
        WHERE case_id = ?1 AND NOT EXISTS (SELECT 1 FROM erased WHERE erased.object = objects.object)
        """
}
