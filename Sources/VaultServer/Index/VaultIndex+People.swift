// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import GRDB
public import Vault

/// An entry that says which keys a person has.
public struct PersonEntry: Hashable, Sendable {
    /// Its leaf index.
    public let index: UInt64
    /// Whether it gave out the invitation that the person joined by.
    public let isInvite: Bool
}

extension VaultIndex {
    /// The entries that say which keys a person has, in the order of the log.
    ///
    /// The invitation, the enrolment by it, each `rekey` and each `revoke`.
    ///
    /// - Parameters:
    ///   - person: By the first key.
    ///   - first: The smallest leaf index that is wanted.
    ///   - limit: How many at most.
    /// - Returns: The entries; as many as the limit when there may be more.
    /// - Throws: ``IndexError``.
    public func entries(
        ofPerson person: Fingerprint,
        from first: UInt64,
        limit: Int
    ) async throws(IndexError) -> [PersonEntry] {
        try await read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT leaf, is_invite FROM person_entries
                        WHERE person = ? AND leaf >= ? ORDER BY leaf LIMIT ?
                        """
                ),
                arguments: [person.data, Int64(clamping: first), limit]
            ).map { PersonEntry(index: $0["leaf"], isInvite: $0["is_invite"]) }
        }
    }

    /// Takes note of an entry that says which keys somebody has.
    static func know(_ statement: Vault.Statement, _ leaf: UInt64, _ db: Database) throws {
        switch statement.act {
        case .genesis(let act): try addInvite(act.inviteKey, leaf, db)
        case .invite(let act): try addInvite(act.inviteKey, leaf, db)
        case .enrol(let act):
            let invite = try UInt64.fetchOne(
                db.cachedStatement(sql: "SELECT leaf FROM invites WHERE key = ?"),
                arguments: [Data(act.inviteKey)]
            )
            if let invite { try add(invite, of: statement.actor, isInvite: true, db) }
            try add(leaf, of: statement.actor, isInvite: false, db)
        case .rekey(let act): try add(leaf, of: act.person, isInvite: false, db)
        case .revoke(let act): try add(leaf, of: act.person, isInvite: false, db)
        default: break
        }
    }

    private static func addInvite(_ key: [UInt8], _ leaf: UInt64, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO invites VALUES (?, ?)")
            .execute(arguments: [Data(key), leaf])
    }

    private static func add(
        _ leaf: UInt64,
        of person: Fingerprint,
        isInvite: Bool,
        _ db: Database
    ) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO person_entries VALUES (?, ?, ?)")
            .execute(arguments: [person.data, leaf, isInvite])
    }
}
