// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import GRDB
import Vault

/// An entry as the index takes it.
struct IndexedEntry: Sendable {
    let index: UInt64
    let signed: SignedStatement
    /// What is taken apart of what it names.
    let content: NamedContent

    /// Whether content that earlier entries named is no longer wanted.
    var dropsContent: Bool {
        switch signed.statement.act {
        case .caseRotate, .caseRemove, .erase: true
        default: false
        }
    }
}

/// What a statement names, as far as the index takes it apart.
enum NamedContent: Sendable {
    /// It names nothing, or what it names could not be read.
    case nothing
    /// The record that a `submit` or a `reencrypt` brings, or that an `erase` erases from.
    case record(SubmissionRecord)
    /// The packs of a rotation that are there: those that later rotations did away with are not.
    case packs([PlacedPack])
}

/// A pack of envelopes, without the envelopes.
struct PlacedPack: Sendable {
    let hash: Hash
    let places: [RewrapPack.Place]
}

/// What the index holds of a state.
enum KeptState: Sendable {
    /// None was kept yet.
    case none
    /// The bytes are not those that were kept.
    case damaged
    /// The state.
    case state(VaultState)
}

extension VaultIndex {
    /// How many statements `recent` holds before they are merged.
    static let mergeCount = 16_384

    /// How far the index has followed the log, and the root there.
    func progress() async throws(IndexError) -> (size: UInt64, root: Hash) {
        try await read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT size, root FROM progress"),
                let root = Hash(row["root"] as Data)
            else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "no progress") }
            return (row["size"], root)
        }
    }

    /// Adds entries, in one transaction.
    ///
    /// Those that are in the index already are passed over.
    ///
    /// - Parameters:
    ///   - entries: In the order of the log, up to the new size.
    ///   - size: The tree's size after them.
    ///   - root: The tree's root after them.
    /// - Throws: ``IndexError``; nothing was added then.
    func add(_ entries: [IndexedEntry], size: UInt64, root: Hash) async throws(IndexError) {
        let new = try await write { db in
            let known = try UInt64.fetchOne(db, sql: "SELECT size FROM progress") ?? 0
            let new = entries.filter { $0.index >= known }
            for entry in new { try Self.add(entry, db) }
            try db.cachedStatement(sql: "UPDATE progress SET size = ?, root = ?")
                .execute(arguments: [max(size, known), root.data])
            return new
        }
        memory.add(new.map { (StatementKey($0.signed.id), $0.index) })
        if new.contains(where: \.dropsContent) { memory.noteDropped() }
    }

    /// Moves the recent statements to the large table once they are many.
    ///
    /// Sorted, so that each page of the table is written once for all of its new rows.
    func mergeRecent(atLeast count: Int = VaultIndex.mergeCount) async throws(IndexError) {
        guard memory.recentCount >= count else { return }
        let last = try await write { db in
            let last = try UInt64.fetchOne(db, sql: "SELECT max(leaf) FROM recent") ?? 0
            try db.execute(sql: "INSERT INTO statements SELECT id, leaf FROM recent ORDER BY id")
            try db.execute(sql: "DELETE FROM recent")
            return last
        }
        memory.forget(upTo: last)
    }

    func loadRecent() throws {
        let rows = try database.read { db in
            try Row.fetchAll(db, sql: "SELECT leaf, id FROM recent").compactMap { row in
                StatementKey(row["id"] as Data).map { ($0, row["leaf"] as UInt64) }
            }
        }
        memory.add(rows)
    }

    // MARK: Snapshots of the state

    /// Keeps the state after a number of entries, so that a start need not replay them.
    func snapshot(_ state: VaultState) async throws(IndexError) {
        try await write { db in
            let bytes = state.bytes
            try db.execute(sql: "DELETE FROM snapshot")
            try db.execute(
                sql: "INSERT INTO snapshot VALUES (?, ?)",
                arguments: [Data(bytes), Hash(hashing: bytes).data]
            )
        }
    }

    /// The last state that was kept.
    func snapshot() async throws(IndexError) -> KeptState {
        try await read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT state, hash FROM snapshot") else {
                return .none
            }
            let bytes = Array(row["state"] as Data)
            guard Hash(row["hash"] as Data) == Hash(hashing: bytes),
                let state = try? VaultState(parsing: bytes)
            else { return .damaged }
            return .state(state)
        }
    }

    // MARK: Rows

    private static func add(_ entry: IndexedEntry, _ db: Database) throws {
        let statement = entry.signed.statement
        let leaf = entry.index
        let actor = statement.actor.data
        try db.cachedStatement(sql: "INSERT INTO recent VALUES (?, ?)")
            .execute(arguments: [leaf, StatementKey(entry.signed.id).data])
        var cases: [CaseID] = []
        switch statement.act {
        case .genesis:
            break
        case .invite(let act):
            guard let caseID = act.caseID else { break }
            cases = [caseID]
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO case_invites VALUES (?, ?)")
                .execute(arguments: [Data(act.inviteKey), caseID.data])
        case .enrol(let act):
            let caseID = try Data.fetchOne(
                db.cachedStatement(sql: "SELECT case_id FROM case_invites WHERE key = ?"),
                arguments: [Data(act.inviteKey)]
            )
            cases = caseID.flatMap { CaseID($0) }.map { [$0] } ?? []
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO members VALUES (?, ?)")
                .execute(arguments: [actor, leaf])
        case .caseOpen(let act):
            cases = [act.caseID]
            try reference(act.keyring, by: statement.actor, leaf: leaf, db)
        case .caseGrant(let act):
            cases = [act.caseID]
            if let keyring = act.keyring {
                try reference(keyring, by: statement.actor, leaf: leaf, db)
            }
        case .submit(let act):
            cases = [act.caseID]
            try db.cachedStatement(
                sql: "INSERT OR IGNORE INTO submissions VALUES (?, ?, ?, ?, ?, ?)"
            )
            .execute(
                arguments: [
                    act.record.data, leaf, act.caseID.data, actor, act.epoch, Data(),
                ]
            )
            try consent(act.record, act.classes, leaf, db)
            try reference(act.record, by: statement.actor, leaf: leaf, db)
            try reference(act.commitments, by: statement.actor, leaf: leaf, db)
            try add(entry.content, of: act.record, by: statement.actor, leaf, db)
        case .reencrypt(let act):
            cases = [act.caseID]
            try replace(act, leaf, db)
            try reference(act.record, by: statement.actor, leaf: leaf, db)
            try add(entry.content, of: act.record, by: statement.actor, leaf, db)
        case .rekey(let act):
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO members VALUES (?, ?)")
                .execute(arguments: [act.record.fingerprint.data, leaf])
        case .policy, .revoke, .logKey, .freeze: break
        case .caseRemove(let act):
            cases = [act.caseID]
            if let rotation = act.rotation {
                try rotate(rotation, entry, by: statement.actor, db)
            }
        case .caseRotate(let act):
            cases = [act.caseID]
            try rotate(act.rotation, entry, by: statement.actor, db)
        case .caseEscrow(let act):
            cases = [act.caseID]
            try reference(act.keyring, by: statement.actor, leaf: leaf, db)
        case .caseRecover(let act): cases = [act.caseID]
        case .hold(let act):
            cases = [act.caseID]
            for record in act.records {
                let first = try earlier(than: record, db).first ?? record
                try mark(first, leaf, isHeld: act.state == .on, db)
            }
        case .erase(let act):
            cases = [act.caseID]
            if act.objects.isEmpty { try mark(act.record, leaf, isErased: true, db) }
            if case .record(let record) = entry.content {
                try erase(act.objects, of: record, leaf: leaf, db)
            }
        case .access(let act): cases = [act.caseID]
        case .export(let act):
            cases = [act.caseID]
            try changeOverrides(of: act.records, leaf, db) { submission in
                guard !submission.classes.contains(act.consentClass) else { return }
                submission.overrides.removeAll { $0 == act.consentClass }
            }
        case .exportOverride(let act):
            cases = [act.caseID]
            try changeOverrides(of: act.records, leaf, db) {
                $0.overrides = Set($0.overrides + [act.consentClass]).sorted()
            }
        case .custody(let act): cases = [act.caseID]
        case .consent(let act):
            let first = try earlier(than: act.record, db).first ?? act.record
            try consent(first, act.classes, leaf, db)
            if let submission = try submission(act.record, before: leaf, db) {
                cases = [submission.caseID]
            }
        }
        try govern(statement, leaf, db)
        try know(statement, leaf, db)
        for caseID in cases {
            try db.cachedStatement(sql: "INSERT INTO case_entries VALUES (?, ?, ?, ?)")
                .execute(arguments: [caseID.data, leaf, statement.act.name.rawValue, actor])
        }
    }

    private static func consent(
        _ record: Hash,
        _ classes: [ConsentClass],
        overrides: [ConsentClass] = [],
        _ leaf: UInt64,
        _ db: Database
    ) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO consents VALUES (?, ?, ?, ?)")
            .execute(
                arguments: [
                    record.data, leaf, classes.map(\.rawValue).joined(separator: " "),
                    overrides.map(\.rawValue).joined(separator: " "),
                ]
            )
    }

    /// Changes the overrides of some submissions, by any of their records, as the fold does.
    private static func changeOverrides(
        of records: [Hash],
        _ leaf: UInt64,
        _ db: Database,
        _ change: (inout Submission) -> Void
    ) throws {
        for record in records {
            guard var found = try submission(record, before: leaf, db) else { continue }
            let before = found.overrides
            change(&found)
            guard found.overrides != before else { continue }
            let first = found.earlier.first ?? record
            try consent(first, found.classes, overrides: found.overrides, leaf, db)
        }
    }

    /// Lets a record take the place of another; the submitter stays.
    private static func replace(_ act: Reencrypt, _ leaf: UInt64, _ db: Database) throws {
        guard let old = try submission(act.previous, before: leaf, db) else { return }
        let earlier = (old.earlier + [act.previous]).reduce(into: Data()) { $0 += $1.data }
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO submissions VALUES (?, ?, ?, ?, ?, ?)")
            .execute(
                arguments: [
                    act.record.data, leaf, act.caseID.data, old.submitter.data, act.epoch, earlier,
                ]
            )
        try mark(act.previous, leaf, isReplaced: true, db)
    }

    /// Adds the objects of a record, but those that were erased from the one that it took the place of.
    private static func add(
        _ content: NamedContent,
        of hash: Hash,
        by actor: Fingerprint,
        _ leaf: UInt64,
        _ db: Database
    ) throws {
        guard case .record(let record) = content else {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO lost_records VALUES (?)")
                .execute(arguments: [hash.data])
            return
        }
        let objects = try record.objects.filter { try !isErased($0.id, db) }
        for object in objects {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO objects VALUES (?, ?, ?)")
                .execute(arguments: [object.id.data, hash.data, object.envelope.data])
        }
        for object in objects {
            for content in Content.all(of: object) {
                try reference(content.hash, by: actor, leaf: leaf, db)
            }
        }
    }
}
