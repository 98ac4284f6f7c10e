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
                    submissions[record] =
                        try submissions[record] ?? Self.submission(record, before: leaf, db)
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

    static func submission(
        _ record: Hash,
        before leaf: UInt64,
        _ db: Database
    ) throws -> Submission? {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT leaf, case_id, actor, epoch, (
                        SELECT classes FROM consents
                        WHERE consents.record = ?1 AND consents.leaf < ?2
                        ORDER BY consents.leaf DESC LIMIT 1
                    ) AS classes, (
                        SELECT held + 2 * erased FROM marks
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
        let classes = (row["classes"] as String).split(separator: " ")
        self.init(
            index: row["leaf"],
            caseID: caseID,
            submitter: submitter,
            epoch: row["epoch"],
            classes: classes.compactMap { ConsentClass(rawValue: String($0)) }
        )
        let marks: Int = row["marks"] ?? 0
        isHeld = marks & 1 == 1
        isErased = marks & 2 == 2
    }
}
