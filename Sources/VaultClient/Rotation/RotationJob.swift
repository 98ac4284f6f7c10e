// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Crypto
import Foundation
import Secrets
import Vault

/// A change of a case's key that is under way on this device, locked for this process: a folder in
/// `rotations`.
///
/// `key.age` holds the seed of the next key, sealed to the identity; the key of the journal derives from
/// it. Until the one statement is in the log, nothing but this folder has changed.
final class RotationJob {
    /// The case's next key.
    let next: HybridIdentity
    /// What the journal adds up to.
    private(set) var state: RotationState
    private let journal: SealedJournal<RotationState>
    private let folder: FilePath
    private let lock: Descriptor

    /// Goes on with the change that is under way, or begins one.
    ///
    /// - Throws: ``ClientError`` when another process is at it, or its journal was altered.
    static func open(
        _ id: CaseID,
        in home: DeviceHome,
        _ identity: DeviceIdentity
    ) async throws -> RotationJob {
        let folder = folder(of: id, in: home)
        try DurableFile.makeFolder(home.rotations)
        try DurableFile.makeFolder(folder)
        let lock = try lock(folder)
        let seed = try seed(in: folder, identity)
        let next = HybridIdentity(seed: seed.copy())
        let (journal, state) = try await SealedJournal<RotationState>.open(
            folder.appending("journal"),
            key: journalKey(seed)
        )
        try DurableFile.syncFolder(folder)
        return RotationJob(next, state, journal, folder, lock)
    }

    /// Removes every trace of a change that is under way, without reading it: it may be damaged.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: ``ClientError`` when another process is at it; ``FileError``.
    static func discard(_ id: CaseID, in home: DeviceHome) throws -> Bool {
        let folder = folder(of: id, in: home)
        guard folder.exists else { return false }
        let lock = try lock(folder)
        try OutboxJob.wipe(folder)
        _ = consume lock
        return true
    }

    /// Whether one is under way.
    static func exists(for id: CaseID, in home: DeviceHome) -> Bool {
        folder(of: id, in: home).exists
    }

    /// Not the id: who finds the device locked does not read from it which case it was.
    private static func folder(of id: CaseID, in home: DeviceHome) -> FilePath {
        let name = Hash(hashing: Array("saksi/v1 rotation of \(id.hex)".utf8)).hex.prefix(16)
        return home.rotations.appending(String(name))
    }

    private static func lock(_ folder: FilePath) throws -> Descriptor {
        let lock = try Descriptor(
            opening: folder.appending("lock"),
            O_RDWR | O_CREAT | O_NOFOLLOW
        )
        guard lock.lock(waiting: false) else {
            throw ClientError(.failed, "another process is changing the key of this case")
        }
        return lock
    }

    private init(
        _ next: HybridIdentity,
        _ state: RotationState,
        _ journal: SealedJournal<RotationState>,
        _ folder: FilePath,
        _ lock: consuming Descriptor
    ) {
        self.next = next
        self.state = state
        self.journal = journal
        self.folder = folder
        self.lock = lock
    }

    /// The seed that is there, or a new one; what a crash left of a journal without a key goes.
    private static func seed(
        in folder: FilePath,
        _ identity: DeviceIdentity
    ) throws -> SecretBytes {
        let path = folder.appending("key.age")
        if let sealed = try DurableFile.read(path, limit: 1 << 16) {
            let seed = try identity.open(sealed)
            guard seed.count == seedSize else { throw RotationState.damage }
            return seed
        }
        try DurableFile.remove(folder.appending("journal"))
        let seed = SecretBytes(random: seedSize, from: SystemEntropy())
        let sealed = try unsafe seed.withBytes { bytes throws(any Error) in
            try unsafe identity.seal(bytes)
        }
        try DurableFile.write(sealed, to: path)
        return seed
    }

    private static func journalKey(_ seed: borrowing SecretBytes) -> SymmetricKey {
        unsafe seed.withBytes {
            unsafe HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: $0),
                info: Array("saksi/v1 rotation journal".utf8),
                outputByteCount: 32
            )
        }
    }

    private static let seedSize = 32

    /// Writes an entry, durably, and takes it into the state.
    func record(_ entry: RotationEntry) async throws {
        try await journal.append(entry)
        state.apply(entry)
    }

    /// Removes every trace: the key first, so that a crash in between leaves nothing that opens.
    func wipe() throws(FileError) { try OutboxJob.wipe(folder) }
}
