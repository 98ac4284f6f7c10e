// SPDX-License-Identifier: Apache-2.0

import Bulk
import Crypto
import Encodings
import Evidence
import Foundation
import Sealing
import Secrets

/// The unfinished submissions of a device: one folder each, `outbox/<id>`.
///
/// Submissions that are being sealed anew have an outbox of their own, in `reencryptions`.
struct Outbox: Sendable {
    let folder: FilePath
    let identity: DeviceIdentity

    init(home: DeviceHome, identity: DeviceIdentity) {
        self.init(folder: home.outbox, identity: identity)
    }

    init(folder: FilePath, identity: DeviceIdentity) {
        self.folder = folder
        self.identity = identity
    }

    /// The ids of the unfinished submissions, sorted.
    var ids: [String] {
        DurableFile.names(in: folder).filter { Hex.decode($0)?.count == 8 }
    }

    /// Starts a submission: its key and its plan are on the disk when this returns.
    ///
    /// - Parameters:
    ///   - plan: What is submitted.
    ///   - name: 16 hexadecimal digits; `nil` for random ones.
    /// - Returns: The submission, locked for this process.
    /// - Throws: ``ClientError``; ``FileError``.
    func start(_ plan: SubmissionPlan, as name: String? = nil) async throws -> OutboxJob {
        let entropy = SystemEntropy()
        let id = name ?? Hex.encode(entropy.bytes(8))
        let folder = folder.appending(id)
        try DurableFile.makeFolder(self.folder)
        try DurableFile.makeFolder(folder)
        let secrets = JobSecret(random: entropy)
        let sealed = try unsafe secrets.withBytes { secret throws(any Error) in
            try unsafe identity.seal(secret)
        }
        try DurableFile.write(sealed, to: folder.appending("key.age"))
        let job = try await OutboxJob.open(id, in: folder, secrets)
        try await job.record(.plan(plan))
        // The journal's bytes are on the disk; so must its name be.
        try DurableFile.syncFolder(folder)
        return job
    }

    /// Opens an unfinished submission to go on with it.
    ///
    /// - Returns: `nil` for one that a crash left without a key or a plan: nothing of it was sent,
    ///   and its remains are removed.
    /// - Throws: ``ClientError`` when another process is at it, or its journal was altered.
    func open(_ id: String) async throws -> OutboxJob? {
        guard let secrets = try secrets(of: id) else {
            try OutboxJob.remove(folder.appending(id))
            return nil
        }
        let job = try await OutboxJob.open(id, in: folder.appending(id), secrets)
        guard job.state.plan != nil else {
            try job.wipe()
            return nil
        }
        return job
    }

    /// What is known of an unfinished submission, which another process may be sending.
    func peek(_ id: String) throws -> JournalState? {
        guard let secrets = try secrets(of: id) else { return nil }
        let path = folder.appending(id).appending("journal")
        return try Journal.peek(path, key: OutboxJob.journalKey(secrets))
    }

    /// Removes every trace of a submission, without reading it: it may be damaged.
    ///
    /// - Throws: ``ClientError`` when another process is at it; ``FileError``.
    func discard(_ id: String) throws {
        let folder = folder.appending(id)
        let lock = try OutboxJob.lock(id, in: folder)
        try OutboxJob.wipe(folder)
        _ = consume lock
    }

    /// The unfinished submission that asks for the same as a plan; damaged ones are passed over.
    func find(_ plan: SubmissionPlan) async throws -> OutboxJob? {
        for id in ids {
            let found = try? peek(id)
            guard found?.plan?.asksTheSame(as: plan) == true else { continue }
            return try await open(id)
        }
        return nil
    }

    private func secrets(of id: String) throws -> JobSecret? {
        let path = folder.appending(id).appending("key.age")
        guard let sealed = try DurableFile.read(path, limit: 1 << 16) else { return nil }
        let secret = try identity.open(sealed)
        guard secret.count == JobSecret.size else { throw JournalEntry.damage }
        return JobSecret(secret)
    }
}

/// One unfinished submission, locked for this process.
final class OutboxJob {
    let id: String
    /// Where every key and salt of the submission comes from.
    let secrets: JobSecret
    /// What the journal adds up to.
    private(set) var state: JournalState
    let journal: Journal
    private let folder: FilePath
    private let lock: Descriptor

    static func open(
        _ id: String,
        in folder: FilePath,
        _ secrets: consuming JobSecret
    ) async throws -> OutboxJob {
        let lock = try lock(id, in: folder)
        let key = journalKey(secrets)
        let (journal, state) = try await Journal.open(folder.appending("journal"), key: key)
        return OutboxJob(id, folder, secrets, lock, journal, state)
    }

    /// Keeps other processes away for as long as the descriptor lives.
    static func lock(_ id: String, in folder: FilePath) throws -> Descriptor {
        let path = folder.appending("lock")
        let lock = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW)
        guard lock.lock(waiting: false) else {
            throw ClientError(.failed, "another process is sending this submission (\(id))")
        }
        return lock
    }

    static func journalKey(_ secrets: borrowing JobSecret) -> SymmetricKey {
        unsafe secrets.withBytes {
            unsafe HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: $0),
                info: Array("saksi/v1 outbox journal".utf8),
                outputByteCount: 32
            )
        }
    }

    private init(
        _ id: String,
        _ folder: FilePath,
        _ secrets: consuming JobSecret,
        _ lock: consuming Descriptor,
        _ journal: Journal,
        _ state: JournalState
    ) {
        self.id = id
        self.folder = folder
        self.secrets = secrets
        self.lock = lock
        self.journal = journal
        self.state = state
    }

    /// Writes an entry, durably, and takes it into the state.
    func record(_ entry: JournalEntry) async throws {
        try await journal.append(entry)
        state.apply(entry)
    }

    /// Takes an entry that is in the journal already into the state.
    func take(_ entry: JournalEntry) { state.apply(entry) }

    /// Removes every trace: the key first, so that a crash in between leaves nothing that opens.
    func wipe() throws(FileError) { try Self.wipe(folder) }

    static func wipe(_ folder: FilePath) throws(FileError) {
        try DurableFile.wipe(folder.appending("key.age"))
        try remove(folder)
    }

    static func remove(_ folder: FilePath) throws(FileError) {
        for name in DurableFile.names(in: folder) {
            try DurableFile.remove(folder.appending(name))
        }
        guard unsafe folder.withCString({ unsafe rmdir($0) }) == 0 || errno == ENOENT else {
            throw FileError(.remove, folder)
        }
        try DurableFile.syncFolder(folder.folder)
    }
}
