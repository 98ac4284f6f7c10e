// SPDX-License-Identifier: Apache-2.0

import Foundation
import TransparencyLog
import Vault

/// Puts a new key in the place of the log's: makes it, and in the end destroys the one before.
///
/// What comes between is not done here: administrators put the handover into the log. See the article
/// "Operating a vault", "The log's key".
public struct LogKeyRotation: Sendable {
    private let configuration: ServerConfiguration
    private let files: LogKeyFiles

    /// Names a vault; nothing is touched yet.
    public init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
        files = LogKeyFiles(configuration)
    }

    /// Makes the next key, where there is none yet, and hands over to it.
    ///
    /// The vault may be served meanwhile: it finds the key when the handover is put into its log.
    ///
    /// - Returns: The handover card, for an administrator; the same one each time.
    /// - Throws: ``StartError``; `nextLogKeyInForce` where the key before was not destroyed yet.
    public func handOver() async throws -> String {
        let note = try await lockedNote()
        guard let old = try files.first() else { throw StartError.nextLogKeyInForce }
        if let next = try files.next() {
            guard !isSigned(note, by: next) else { throw StartError.nextLogKeyInForce }
            return try LogHandover(from: old, to: next).card
        }
        guard isSigned(note, by: old) else {
            throw StartError.logKeyNotInForce(old.verifierKey.text)
        }
        let next = try files.makeNext(named: old.verifierKey.name)
        return try LogHandover(from: old, to: next).card
    }

    /// Destroys the key that is no longer in force.
    ///
    /// - Returns: The vkey that is in force.
    /// - Throws: ``StartError``; `nextLogKeyNotInForce` where the log does not say that another key has
    ///   taken over. ``StorageError`` where the vault is served.
    public func retire() async throws -> String {
        let lock = try FolderLock(configuration.data)
        defer { withExtendedLifetime(lock) {} }
        let note = try await lockedNote()
        guard let next = try files.next() else { throw StartError.noNextLogKey(files.nextPath) }
        // The lock is written with the entry, so its signatures say what the log says.
        guard isSigned(note, by: next) else {
            throw StartError.nextLogKeyNotInForce(next.verifierKey.text)
        }
        // What a crash left there begins with a checkpoint that only the old key may have signed.
        let staging = configuration.path("staging")
        guard try FileManager.default.contentsOfDirectory(atPath: staging).isEmpty else {
            throw StartError.unsettled
        }
        try files.retireFirst()
        return next.verifierKey.text
    }

    /// The head that the vault's lock holds.
    private func lockedNote() async throws -> SignedNote {
        let register = DirectoryRegister(
            at: configuration.path("lock"),
            sync: Sync(),
            threads: BlockingPool(threads: 1)
        )
        guard FileManager.default.fileExists(atPath: configuration.path("lock")),
            let value = try await register.read()
        else { throw StartError.noVault(configuration.data) }
        return try LockBody(parsing: value).note
    }

    private func isSigned(_ note: SignedNote, by signer: NoteSigner) -> Bool {
        (try? note.verified(by: [signer.verifierKey])) != nil
    }
}
