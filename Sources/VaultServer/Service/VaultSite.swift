// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TransparencyLog

/// The place where a vault is about to be made: whether it is free, and how it is left when that fails.
struct VaultSite {
    private let configuration: ServerConfiguration
    /// Folders that were not there.
    private let newFolders: [String]
    /// What was not there when the place was taken.
    private var newFiles: [String] = []

    private let keys: [String]

    /// Everything that the making of a vault leaves in its folder, but for folders it may share.
    private static let names = [
        "lock", "lock.new", "checkpoint", "checkpoints", "tile", "staging", "index.sqlite",
        "index.sqlite-wal", "index.sqlite-shm",
    ]

    /// Looks at a place; nothing is touched yet.
    init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
        keys = [configuration.logKey, configuration.tlsKey, configuration.tlsCertificate]
            .map(configuration.path)
        let folders = keys.map { URL(filePath: $0).deletingLastPathComponent().path }
        newFolders = (folders + [configuration.path("tmp"), configuration.data])
            .filter { !Self.exists($0) }
    }

    /// Refuses a place where a vault lies, or a part of one, and says what to remove where that may
    /// help.
    ///
    /// - Throws: ``StartError/vaultExists(_:)``, ``StartError/unjoinedVault(_:)``,
    ///   ``StartError/keysWithoutVault(_:)``; ``StorageError`` where another process is at work.
    func refuseExisting() async throws {
        let checkpoint = configuration.path("checkpoint")
        let present = (keys + [configuration.path("lock"), checkpoint]).filter(Self.exists)
        guard let first = present.first else { return }
        // Else a vault that is being made just now would look like half a vault.
        let lock = Self.exists(configuration.data) ? try FolderLock(configuration.data) : nil
        defer { withExtendedLifetime(lock) {} }
        let size: UInt64?
        do {
            size = try await signedSize()
        } catch {
            throw StartError.vaultExists(first)
        }
        if size == 1 {
            let outside = keys.filter { !$0.hasPrefix(configuration.data + "/") }
            throw StartError.unjoinedVault([configuration.data] + outside)
        }
        guard size == nil, !Self.exists(checkpoint) else { throw StartError.vaultExists(first) }
        let left = keys.filter(Self.exists)
        // Without keys it is a lock that was never written to.
        if !left.isEmpty { throw StartError.keysWithoutVault(left) }
    }

    /// How many entries the lock has signed; `nil` where it never did.
    private func signedSize() async throws -> UInt64? {
        let register = DirectoryRegister(
            at: configuration.path("lock"),
            sync: Sync(),
            threads: BlockingPool(threads: 1)
        )
        guard let value = try await register.read() else { return nil }
        return try Checkpoint(parsing: LockBody(parsing: value).note.text).size
    }

    /// Makes the folder where it is missing, and keeps other processes from it for as long as the store
    /// lives.
    mutating func take() throws -> DirectoryStore {
        try FileManager.default.createDirectory(
            atPath: configuration.data,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let store = try DirectoryStore(at: configuration.data)
        newFiles = (keys + Self.names.map(configuration.path)).filter { !Self.exists($0) }
        return store
    }

    /// Removes what has come since the place was taken.
    func clear() {
        for path in newFiles { try? FileManager.default.removeItem(atPath: path) }
        // Only while they are empty.
        for path in newFolders { unsafe rmdir(path) }
    }

    private static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }
}
