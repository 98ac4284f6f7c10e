// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import GRDB
import Vault

extension VaultIndex {
    /// Takes note of an entry that says who the administrators are, or what they decided.
    static func govern(_ statement: Vault.Statement, _ leaf: UInt64, _ db: Database) throws {
        switch statement.act {
        case .genesis(let act): try addGovernor(Data(act.inviteKey), db)
        case .invite(let act):
            guard act.role == .admin else { return }
            try addGovernor(Data(act.inviteKey), db)
        case .enrol(let act):
            guard try isGovernor(Data(act.inviteKey), db) else { return }
            try addGovernor(statement.actor.data, db)
        case .rekey(let act):
            guard try isGovernor(act.person.data, db) else { return }
        case .revoke(let act):
            guard try isGovernor(act.person.data, db) else { return }
        case .policy, .logKey, .freeze: break
        case .caseOpen, .caseGrant, .caseRemove, .caseRotate, .caseEscrow, .caseRecover, .submit,
            .access, .export, .consent, .custody, .hold, .erase, .reencrypt, .exportOverride:
            return
        }
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO governance_entries VALUES (?)")
            .execute(arguments: [leaf])
    }

    private static func addGovernor(_ name: Data, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO governors VALUES (?)")
            .execute(arguments: [name])
    }

    private static func isGovernor(_ name: Data, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM governors WHERE name = ?"),
            arguments: [name]
        ) ?? false
    }
}
