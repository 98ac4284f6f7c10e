// SPDX-License-Identifier: Apache-2.0

import CDispatch
import CoreFoundation
import Foundation
import Glibc

/// Files of the folder `keys`: made once, with mode 0600, and never overwritten.
enum SecretFile {
    /// Writes a new file, synced, in a folder that is made with mode 0700 where it is missing.
    ///
    /// - Throws: ``StartError/vaultExists(_:)`` where the file exists, ``StartError/file(path:reason:)``.
    static func create(_ text: String, at path: String, mode: mode_t = 0o600) throws {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else {
            if errno == EEXIST { throw StartError.vaultExists(path) }
            throw StartError.file(path: path, reason: reason())
        }
        defer { close(file) }
        let bytes = Array(text.utf8)
        let written = unsafe write(file, bytes, bytes.count)
        guard written == bytes.count, fsync(file) == 0 else {
            let reason = reason()
            _ = unsafe unlink(path)
            throw StartError.file(path: path, reason: reason)
        }
        try synchronizeFolder(of: path)
    }

    /// Writes a file, whole or not at all, in the place of what is there.
    ///
    /// - Throws: ``StartError/file(path:reason:)``.
    static func replace(_ text: String, at path: String, mode: mode_t = 0o600) throws {
        let part = path + ".part"
        _ = unsafe unlink(part)
        try create(text, at: part, mode: mode)
        try rename(part, to: path)
    }

    /// Gives a file another name, durably, in the place of what has it.
    ///
    /// - Throws: ``StartError/file(path:reason:)``.
    static func rename(_ path: String, to other: String) throws {
        guard unsafe Glibc.rename(path, other) == 0 else {
            throw StartError.file(path: path, reason: reason())
        }
        for path in Set([path, other]) { try synchronizeFolder(of: path) }
    }

    /// Makes the names in a file's folder durable.
    ///
    /// - Throws: ``StartError/file(path:reason:)``
    static func synchronizeFolder(of path: String) throws {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let parent = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { throw StartError.file(path: folder, reason: reason()) }
        defer { close(parent) }
        guard fsync(parent) == 0 else { throw StartError.file(path: folder, reason: reason()) }
    }

    /// Overwrites a file's bytes with zeros, synced; the file stays.
    ///
    /// A disk that writes elsewhere than it is told may keep the old bytes.
    ///
    /// - Throws: ``StartError/file(path:reason:)``
    static func destroy(_ path: String) throws {
        let file = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw StartError.file(path: path, reason: reason()) }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else {
            throw StartError.file(path: path, reason: reason())
        }
        let zeros = [UInt8](repeating: 0, count: Int(status.st_size))
        guard unsafe write(file, zeros, zeros.count) == zeros.count, fsync(file) == 0 else {
            throw StartError.file(path: path, reason: reason())
        }
    }

    /// Reads a file that nobody but its owner may read.
    ///
    /// - Throws: ``StartError/exposedSecret(path:mode:)``, ``StartError/foreignSecret(path:owner:)``,
    ///   ``StartError/file(path:reason:)``.
    static func read(_ path: String) throws -> String {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            throw StartError.file(path: path, reason: reason())
        }
        guard status.st_uid == geteuid() else {
            throw StartError.foreignSecret(path: path, owner: status.st_uid)
        }
        guard status.st_mode & 0o077 == 0 else {
            throw StartError.exposedSecret(path: path, mode: status.st_mode & 0o777)
        }
        return try readPublic(path)
    }

    /// Reads a small file.
    static func readPublic(_ path: String) throws -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw StartError.file(path: path, reason: "cannot be read as text")
        }
    }

    static func reason() -> String {
        guard let text = unsafe strerror(errno) else { return "error \(errno)" }
        return unsafe String(cString: text)
    }
}
