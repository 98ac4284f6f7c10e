// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Foundation
import GRDB
public import Vault

/// An entry that concerns a case.
public struct CaseEntry: Hashable, Sendable {
    /// Its leaf index.
    public let index: UInt64
    /// The act's name, `submit` for example.
    public let act: String
    /// Who acted.
    public let actor: Fingerprint
}

extension VaultIndex {
    /// The leaf index of a statement's entry, by the statement's id.
    public func statement(_ id: Hash) async throws(IndexError) -> UInt64? {
        if let leaf = memory.leaf(id) { return leaf }
        return try await read { try Self.merged(id, $0) }
    }

    /// The leaf indices of many statements, in the order of their ids.
    func statements(_ ids: [Hash]) async throws(IndexError) -> [UInt64?] {
        let recent = memory.leaves(ids)
        return try await read { db in
            try zip(ids, recent).map { id, recent in try recent ?? Self.merged(id, db) }
        }
    }

    /// The leaf index of a member's enrolment.
    public func enrolment(of member: Fingerprint) async throws(IndexError) -> UInt64? {
        try await read { db in
            try UInt64.fetchOne(
                db,
                sql: "SELECT leaf FROM members WHERE fingerprint = ?",
                arguments: [member.data]
            )
        }
    }

    /// The entries that concern a case, in the order of the log.
    ///
    /// - Parameters:
    ///   - caseID: The case.
    ///   - first: The smallest leaf index that is wanted.
    ///   - limit: How many at most.
    /// - Returns: The entries; as many as the limit when there may be more.
    /// - Throws: ``IndexError``.
    public func entries(
        of caseID: CaseID,
        from first: UInt64,
        limit: Int
    ) async throws(IndexError) -> [CaseEntry] {
        try await read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT leaf, act, actor FROM case_entries
                        WHERE case_id = ? AND leaf >= ? ORDER BY leaf LIMIT ?
                        """
                ),
                arguments: [caseID.data, Int64(clamping: first), limit]
            ).compactMap { row in
                Fingerprint(row["actor"] as Data).map {
                    CaseEntry(index: row["leaf"], act: row["act"], actor: $0)
                }
            }
        }
    }

    /// The leaf indices of the entries that say who the administrators are and what they decided.
    ///
    /// - Parameters:
    ///   - first: The smallest that is wanted.
    ///   - limit: How many at most.
    /// - Returns: Ascending; as many as the limit when there may be more.
    /// - Throws: ``IndexError``.
    public func governance(from first: UInt64, limit: Int) async throws(IndexError) -> [UInt64] {
        try await read { db in
            try UInt64.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT leaf FROM governance_entries WHERE leaf >= ? ORDER BY leaf LIMIT ?
                        """
                ),
                arguments: [Int64(clamping: first), limit]
            )
        }
    }

    /// A submission, by its record, with the consent that is now in force.
    public func submission(_ record: Hash) async throws(IndexError) -> Submission? {
        try await read { try Self.submission(record, before: UInt64(Int64.max), $0) }
    }

    /// The leaf index of the first entry that names content, directly or through its record.
    func leaf(naming content: Hash) async throws(IndexError) -> UInt64? {
        try await read { db in
            try UInt64.fetchOne(
                db.cachedStatement(sql: "SELECT leaf FROM referenced WHERE hash = ?"),
                arguments: [content.data]
            )
        }
    }

    /// The record that describes an object.
    public func record(of object: ObjectID) async throws(IndexError) -> Hash? {
        try await read { db in
            try Data.fetchOne(
                db,
                sql: "SELECT record FROM objects WHERE object = ?",
                arguments: [object.data]
            ).flatMap { Hash($0) }
        }
    }

    /// Keeps objects from being taken by another record.
    func claim(_ objects: [ObjectID], for record: Hash) throws(TakenObject) -> ObjectClaim {
        try ObjectClaim(objects, for: record, in: memory)
    }

    /// The first of some objects that a record other than theirs describes.
    func firstObject(
        among objects: [ObjectID],
        outside record: Hash
    ) async throws(IndexError) -> ObjectID? {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT 1 FROM objects WHERE object = ? AND record <> ?"
            )
            return try objects.first { object in
                try Bool.fetchOne(statement, arguments: [object.data, record.data]) ?? false
            }
        }
    }
}
