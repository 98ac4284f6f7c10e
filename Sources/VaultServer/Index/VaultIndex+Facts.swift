// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import GRDB
import Vault

extension VaultIndex {
    /// What the fold may ask about statements, as it stood before a leaf.
    ///
    /// The index may have gone further already: everything in it carries its leaf, and later ones
    /// are not seen.
    func facts(
        for statements: [SignedStatement],
        before leaf: UInt64
    ) async throws(IndexError) -> RoundFacts {
        let recent = memory.leaves(statements.map(\.id))
        return try await read { db in
            var known: [StatementKey: UInt64] = [:]
            var submissions: [Hash: Submission] = [:]
            for (statement, recent) in zip(statements, recent) {
                let found = try recent ?? Self.merged(statement.id, db)
                if let found, found < leaf { known[StatementKey(statement.id)] = found }
                for record in statement.statement.act.records {
                    for name in try [record] + Self.earlier(than: record, db).prefix(1) {
                        submissions[name] =
                            try submissions[name] ?? Self.submission(name, before: leaf, db)
                    }
                }
            }
            return RoundFacts(statements: known, submissions: submissions)
        }
    }

    static func merged(_ id: Hash, _ db: Database) throws -> UInt64? {
        try UInt64.fetchOne(
            db.cachedStatement(sql: "SELECT leaf FROM statements WHERE id = ?"),
            arguments: [StatementKey(id).data]
        )
    }

    /// What the log says of a record before a leaf; consent, overrides and hold are those of the first in its place.
    static func submission(
        _ record: Hash,
        before leaf: UInt64,
        _ db: Database
    ) throws -> Submission? {
        guard var found = try row(of: record, before: leaf, db) else { return nil }
        if let first = try found.earlier.first.flatMap({ try row(of: $0, before: leaf, db) }) {
            found.classes = first.classes
            found.overrides = first.overrides
            found.isHeld = first.isHeld
        }
        return found
    }

    /// The records that a record took the place of, first the one that was submitted.
    static func earlier(than record: Hash, _ db: Database) throws -> [Hash] {
        try Data.fetchOne(
            db.cachedStatement(sql: "SELECT earlier FROM submissions WHERE record = ?"),
            arguments: [record.data]
        ).map { Hash.list($0) } ?? []
    }

    private static func row(
        of record: Hash,
        before leaf: UInt64,
        _ db: Database
    ) throws -> Submission? {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT leaf, case_id, actor, epoch, earlier, (
                        SELECT classes FROM consents
                        WHERE consents.record = ?1 AND consents.leaf < ?2
                        ORDER BY consents.leaf DESC LIMIT 1
                    ) AS classes, (
                        SELECT overrides FROM consents
                        WHERE consents.record = ?1 AND consents.leaf < ?2
                        ORDER BY consents.leaf DESC LIMIT 1
                    ) AS overrides, (
                        SELECT held + 2 * erased + 4 * replaced FROM marks
                        WHERE marks.record = ?1 AND marks.leaf < ?2
                        ORDER BY marks.leaf DESC LIMIT 1
                    ) AS marks FROM submissions WHERE record = ?1 AND leaf < ?2
                    """
            ),
            arguments: [record.data, leaf]
        )
        return try row.map { row throws in try Submission(row) }
    }
}

extension Submission {
    /// A row of the query above.
    init(_ row: Row) throws {
        guard let caseID = CaseID(row["case_id"] as Data),
            let submitter = Fingerprint(row["actor"] as Data)
        else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "submission") }
        self.init(
            index: row["leaf"],
            caseID: caseID,
            submitter: submitter,
            epoch: row["epoch"],
            classes: ConsentClass.list(row["classes"])
        )
        overrides = ConsentClass.list(row["overrides"])
        let marks: Int = row["marks"] ?? 0
        isHeld = marks & 1 == 1
        isErased = marks & 2 == 2
        isReplaced = marks & 4 == 4
        earlier = Hash.list(row["earlier"])
    }
}

extension ConsentClass {
    /// Words with spaces between them; none where there is no row.
    fileprivate static func list(_ text: String?) -> [ConsentClass] {
        (text ?? "").split(separator: " ").compactMap { ConsentClass(rawValue: String($0)) }
    }
}

extension Hash {
    /// Hashes that lie one after the other.
    fileprivate static func list(_ data: Data) -> [Hash] {
        stride(from: data.startIndex, to: data.endIndex, by: Hash.size).compactMap {
            Hash(data[$0..<min($0 + Hash.size, data.endIndex)])
        }
    }
}
