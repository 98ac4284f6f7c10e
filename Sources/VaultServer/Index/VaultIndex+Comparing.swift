// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import GRDB

/// A row of the index that is not what the log gives.
struct IndexDifference: Hashable, Sendable {
    let table: String
    /// The row that the log gives, if any.
    let expected: String
    /// The row that is there, if any.
    let found: String
}

extension VaultIndex {
    /// At most this many differences of a table are told.
    static let toldDifferences = 10

    /// Compares the rows that come from the log with those of an index that was just made from it.
    ///
    /// - Parameters:
    ///   - rebuilt: An index of the same log that has come as far.
    ///   - tables: Which tables; those of the statements are counted, too.
    /// - Returns: At most ``toldDifferences`` of each kind and table.
    /// - Throws: ``IndexError``.
    func differences(
        from rebuilt: VaultIndex,
        in tables: [String]
    ) async throws(IndexError) -> [IndexDifference] {
        do {
            return try await database.writeWithoutTransaction { db in
                try db.execute(sql: "ATTACH DATABASE ? AS rebuilt", arguments: [rebuilt.path])
                let found = Result {
                    try tables.flatMap { table in
                        try TableComparison(of: table, db).differences(db)
                    } + statementCount(db)
                }
                try db.execute(sql: "DETACH DATABASE rebuilt")
                return try found.get()
            }
        } catch {
            throw IndexError(error)
        }
    }

    /// Each statement of the log is looked up by its id; that there are no others shows in the count.
    private func statementCount(_ db: Database) throws -> [IndexDifference] {
        func count(_ schema: String) throws -> Int {
            try Int.fetchOne(
                db,
                sql: """
                    SELECT (SELECT count(*) FROM \(schema).statements)
                        + (SELECT count(*) FROM \(schema).recent)
                    """
            ) ?? 0
        }
        let (expected, found) = (try count("rebuilt"), try count("main"))
        guard expected != found else { return [] }
        return [
            IndexDifference(
                table: "statements",
                expected: "\(expected) rows",
                found: "\(found) rows"
            )
        ]
    }
}

/// One table of two databases, compared by its primary key: no sorting, so nothing grows with the log.
private struct TableComparison {
    private let table: String
    private let columns: [String]
    private let key: [String]

    init(of table: String, _ db: Database) throws {
        self.table = table
        columns = try db.columns(in: table).map(\.name)
        key = try db.primaryKey(table).columns
    }

    func differences(_ db: Database) throws -> [IndexDifference] {
        let wrong = try rows(
            db,
            of: "rebuilt",
            without: "main",
            where: columns.map { "other.\($0) IS NOT own.\($0)" }
        ).map { row in
            IndexDifference(table: table, expected: text(row.own), found: text(row.other))
        }
        let surplus = try rows(
            db,
            of: "main",
            without: "rebuilt",
            where: key.map { "other.\($0) IS NULL" }
        ).map { row in
            IndexDifference(table: table, expected: "no such row", found: text(row.own))
        }
        return wrong + surplus
    }

    /// Rows of one database that the other has differently, or has not at all.
    private func rows(
        _ db: Database,
        of own: String,
        without other: String,
        where conditions: [String]
    ) throws -> [(own: ArraySlice<DatabaseValue>, other: ArraySlice<DatabaseValue>)] {
        let same = key.map { "other.\($0) = own.\($0)" }.joined(separator: " AND ")
        return try Row.fetchAll(
            db,
            sql: """
                SELECT own.*, other.* FROM \(own).\(table) AS own
                LEFT JOIN \(other).\(table) AS other ON \(same)
                WHERE \(conditions.joined(separator: " OR ")) LIMIT \(VaultIndex.toldDifferences)
                """
        ).map { row in
            let values = Array(row.databaseValues)
            return (values[..<columns.count], values[columns.count...])
        }
    }

    /// A row for people; all of a row that is not there is NULL.
    private func text(_ values: ArraySlice<DatabaseValue>) -> String {
        guard values.contains(where: { !$0.isNull }) else { return "no such row" }
        return zip(columns, values).map { column, value in
            switch value.storage {
            case .blob(let data): "\(column) \(Hex.encode(Array(data)))"
            case .string(let text): "\(column) \"\(text)\""
            default: "\(column) \(value)"
            }
        }.joined(separator: ", ")
    }
}
