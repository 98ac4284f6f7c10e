// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TransparencyLog

/// The files of a log's private keys: the one in use, and the one that takes its place.
///
/// Which of them is in force is not told by their names: `log.next.key` is, once its key is in the log,
/// until the one before is destroyed and it gets that one's name.
struct LogKeyFiles: Sendable {
    /// The file that `init` makes.
    let path: String
    /// The file that `rotate log-key` makes.
    let nextPath: String

    init(_ configuration: ServerConfiguration) {
        let name = configuration.logKey
        path = configuration.path(name)
        let stem = name.hasSuffix(".key") ? String(name.dropLast(4)) : name
        nextPath = configuration.path("\(stem).next.key")
    }

    /// The key that `init` or an ended rotation left; `nil` where it is destroyed or gone, and the next
    /// one has not yet got its name.
    ///
    /// - Throws: ``StartError``
    func first() throws -> NoteSigner? {
        if !exists(path), exists(nextPath) { return nil }
        let text = try SecretFile.read(path)
        if Self.isDestroyed(text), exists(nextPath) { return nil }
        return try Self.signer(text)
    }

    /// The key that takes over, if one was made.
    ///
    /// - Throws: ``StartError``
    func next() throws -> NoteSigner? {
        guard exists(nextPath) else { return nil }
        return try Self.signer(try SecretFile.read(nextPath))
    }

    /// All that are there.
    ///
    /// - Throws: ``StartError``
    func all() throws -> [NoteSigner] { try [first(), next()].compactMap { $0 } }

    /// Makes the key that takes over, durably; one that is there is never touched.
    ///
    /// It gets its name when all of it is on the disk, so that a crash leaves no half a key.
    ///
    /// - Throws: ``StartError``; `vaultExists` where there is one.
    func makeNext(named origin: String) throws -> NoteSigner {
        guard let key = SignerKey<NoteSigner>(name: origin, seed: randomSeed()) else {
            throw StartError.badOrigin(origin)
        }
        let whole = nextPath + ".new"
        _ = unsafe unlink(whole)
        try SecretFile.create(key.text + "\n", at: whole)
        guard unsafe link(whole, nextPath) == 0 else {
            if errno == EEXIST { throw StartError.vaultExists(nextPath) }
            throw StartError.file(path: nextPath, reason: SecretFile.reason())
        }
        _ = unsafe unlink(whole)
        try SecretFile.synchronizeFolder(of: nextPath)
        return key.signer
    }

    /// Destroys the key that is no longer in force, and gives the next one its name.
    ///
    /// Cut off anywhere, it is run again: the first file is then destroyed and the second whole.
    ///
    /// - Throws: ``StartError``
    func retireFirst() throws {
        if exists(path) { try SecretFile.destroy(path) }
        guard unsafe rename(nextPath, path) == 0 else {
            throw StartError.file(path: path, reason: SecretFile.reason())
        }
        try SecretFile.synchronizeFolder(of: path)
    }

    private static func signer(_ text: String) throws -> NoteSigner {
        guard let key = SignerKey<NoteSigner>(parsing: text) else {
            throw StartError.logKeyUnreadable
        }
        return key.signer
    }

    private static func isDestroyed(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 == 0 }
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
