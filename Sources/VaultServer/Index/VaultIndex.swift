// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import GRDB
import Vault

/// Why the index did not answer.
public struct IndexError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The database's message.
    public let description: String

    init(_ error: any Error) { description = "index: \(error)" }
}

/// Finds statements, submissions, objects and uploads.
///
/// It is made from the log and may be deleted at any time while the daemon is stopped. It answers for
/// everything that a receipt was given for. See the article <doc:Storage>.
public struct VaultIndex: Sendable {
    let database: DatabasePool
    let memory = IndexMemory()
    let path: String

    /// Opens the index at a path, or makes an empty one.
    ///
    /// One that is damaged, truncated or of another version is replaced by an empty one, to be filled
    /// from the log.
    init(at path: String) throws(IndexError) {
        self.path = path
        do {
            if let database = try? Self.open(path) {
                self.database = database
            } else {
                try Self.remove(path)
                database = try Self.open(path)
            }
            try loadRecent()
        } catch {
            throw IndexError(error)
        }
    }

    /// Deletes the files of an index.
    static func remove(_ path: String) throws {
        for suffix in ["", "-wal", "-shm"]
        where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    /// Opens the database; SQLite itself notices one that is shorter than its header says.
    private static func open(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            // KiB. There are four readers, which walk along indexes; the writer looks up by hash.
            try db.execute(
                sql: "PRAGMA cache_size = -\(db.configuration.readonly ? 2_000 : 16_000)"
            )
        }
        let database = try DatabasePool(path: path, configuration: configuration)
        try database.write { db in
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            if version == 0, try !db.tableExists("progress") {
                try IndexSchema.create(db)
            } else if version != IndexSchema.version {
                throw DatabaseError(resultCode: .SQLITE_SCHEMA, message: "version \(version)")
            }
        }
        return database
    }

    /// Reads on a thread of the database's own.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(IndexError) -> Value {
        do {
            return try await database.read(body)
        } catch {
            throw failure(error)
        }
    }

    /// Writes in one transaction, on a thread of the database's own.
    @discardableResult func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(IndexError) -> Value {
        do {
            return try await database.write(body)
        } catch {
            throw failure(error)
        }
    }

    /// An index that turns out to be damaged is unlinked, so that the next start makes a new one.
    private func failure(_ error: any Error) -> IndexError {
        if let error = error as? DatabaseError,
            [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode.primaryResultCode)
        {
            try? Self.remove(path)
        }
        return IndexError(error)
    }
}

extension VaultIndex {
    /// Throws everything away that came from the log.
    func clear() async throws(IndexError) {
        try await write { db in try IndexSchema.clear(db) }
        memory.forget()
    }
}

// Blobs of the database.

extension Hash {
    var data: Data { Data(bytes) }
}

extension Fingerprint {
    var data: Data { hash.data }

    init?(_ data: Data) {
        guard let hash = Hash(data) else { return nil }
        self.init(hash)
    }
}

extension CaseID {
    var data: Data { Data(bytes) }

    init?(_ data: Data) { self.init(Array(data)) }
}

extension ObjectID {
    var data: Data { Data(bytes) }
}

extension StatementKey {
    var data: Data {
        var data = Data(capacity: 16)
        for word in [high, low] {
            unsafe withUnsafeBytes(of: word) { unsafe data.append(contentsOf: $0) }
        }
        return data
    }

    init?(_ data: Data) {
        guard data.count == 16 else { return nil }
        (high, low) = unsafe data.withUnsafeBytes { bytes in
            (
                unsafe bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        }
    }
}
