// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables of the index; see the article <doc:Storage>.
///
/// A change of any of them is a new version. There are no migrations: an index of another version is
/// thrown away and made again from the log.
enum IndexSchema {
    /// Written to `user_version`; an index with another one is made again.
    static let version = 12

    static func create(_ db: Database) throws {
        try db.execute(sql: tables)
        try db.execute(sql: beginning)
        try db.execute(sql: "PRAGMA user_version = \(version)")
    }

    /// Tables whose rows each come from one entry, and are the same whenever they are made again.
    static let rowsOfEntries = [
        "members", "case_invites", "case_entries", "submissions", "consents", "marks", "objects",
        "envelopes", "erased", "referenced", "lost_records", "governors", "governance_entries",
        "invites", "person_entries",
    ]

    /// Empties the tables that follow the log, and keeps those of the uploads.
    static func clear(_ db: Database) throws {
        for table in ["progress", "snapshot", "statements", "recent", "dropped"] + rowsOfEntries {
            try db.execute(sql: "DELETE FROM \(table)")
        }
        try db.execute(sql: beginning)
    }

    private static let beginning = """
        INSERT INTO progress VALUES
            (0, x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
        """

    private static let tables = """
        -- One row: how far the index has followed the log, and the root there.
        CREATE TABLE progress (size INTEGER NOT NULL, root BLOB NOT NULL);
        -- At most one row: the state after a number of entries, and its SHA-256. SQLite does not notice
        -- a bit that flips, and members and rights are taken from here.
        CREATE TABLE snapshot (state BLOB NOT NULL, hash BLOB NOT NULL);

        -- The first 16 bytes of a statement's id, and its leaf. `recent` takes the newest in the
        -- order of the log; they move to `statements` in large sorted batches, because single
        -- inserts in random order would touch one page of the tree each.
        CREATE TABLE statements (id BLOB PRIMARY KEY, leaf INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE recent (leaf INTEGER PRIMARY KEY, id BLOB NOT NULL);

        CREATE TABLE members (fingerprint BLOB PRIMARY KEY, leaf INTEGER NOT NULL) WITHOUT ROWID;
        -- The keys of the invitations that name a case: who enrols by one does so in that case.
        CREATE TABLE case_invites (key BLOB PRIMARY KEY, case_id BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE case_entries (
            case_id BLOB, leaf INTEGER, act TEXT NOT NULL, actor BLOB NOT NULL,
            PRIMARY KEY (case_id, leaf)
        ) WITHOUT ROWID;
        -- The keys of the invitations that make administrators, and the people whom they made.
        CREATE TABLE governors (name BLOB PRIMARY KEY) WITHOUT ROWID;
        -- The entries that say who the administrators are, and what they decided.
        CREATE TABLE governance_entries (leaf INTEGER PRIMARY KEY);
        -- The entries that gave out invitations, by the invitation's key.
        CREATE TABLE invites (key BLOB PRIMARY KEY, leaf INTEGER NOT NULL) WITHOUT ROWID;
        -- The entries that say which keys a person has: the invitation, its use, what came and ended.
        CREATE TABLE person_entries (
            person BLOB, leaf INTEGER, is_invite INTEGER NOT NULL, PRIMARY KEY (person, leaf)
        ) WITHOUT ROWID;
        -- One row for each record: also for one that took the place of others, which are in `earlier`,
        -- one after the other, first the one that was submitted. That one has the rows of all of them in
        -- `consents`, and in `marks` those about holds.
        CREATE TABLE submissions (
            record BLOB PRIMARY KEY, leaf INTEGER NOT NULL, case_id BLOB NOT NULL,
            actor BLOB NOT NULL, epoch INTEGER NOT NULL, earlier BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX submissions_by_case ON submissions (case_id, leaf);
        -- The consent and the overrides that are left, whenever either changed.
        CREATE TABLE consents (
            record BLOB, leaf INTEGER, classes TEXT NOT NULL, overrides TEXT NOT NULL,
            PRIMARY KEY (record, leaf)
        ) WITHOUT ROWID;
        -- What was held, erased or replaced, whenever that changed.
        CREATE TABLE marks (
            record BLOB, leaf INTEGER, held INTEGER NOT NULL, erased INTEGER NOT NULL,
            replaced INTEGER NOT NULL, PRIMARY KEY (record, leaf)
        ) WITHOUT ROWID;
        CREATE TABLE objects (
            object BLOB PRIMARY KEY, record BLOB NOT NULL, envelope BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX objects_by_record ON objects (record, object, envelope);
        -- Where an object's envelope lies once it was sealed anew.
        CREATE TABLE envelopes (
            object BLOB PRIMARY KEY, pack BLOB NOT NULL, start INTEGER NOT NULL, size INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX envelopes_by_pack ON envelopes (pack);
        CREATE TABLE erased (object BLOB PRIMARY KEY, leaf INTEGER NOT NULL) WITHOUT ROWID;
        -- Content that a logged statement names, directly or through its record: first at this leaf, and
        -- how many times in all.
        CREATE TABLE referenced (
            hash BLOB PRIMARY KEY, member BLOB NOT NULL, leaf INTEGER NOT NULL, count INTEGER NOT NULL
        ) WITHOUT ROWID;
        -- Records that an entry names and that could not be read: what they name is not known.
        CREATE TABLE lost_records (record BLOB PRIMARY KEY) WITHOUT ROWID;

        -- Content that a logged statement did away with, and that is still to be deleted.
        CREATE TABLE dropped (kind TEXT, hash BLOB, PRIMARY KEY (kind, hash)) WITHOUT ROWID;

        -- Not from the log: what was uploaded and is not named by a statement yet.
        CREATE TABLE uploads (
            hash BLOB, member BLOB, kind TEXT NOT NULL, size INTEGER NOT NULL, time INTEGER NOT NULL,
            PRIMARY KEY (hash, member)
        ) WITHOUT ROWID;
        CREATE INDEX uploads_by_time ON uploads (time);
        CREATE TABLE quotas (member BLOB PRIMARY KEY, used INTEGER NOT NULL) WITHOUT ROWID;
        """
}
