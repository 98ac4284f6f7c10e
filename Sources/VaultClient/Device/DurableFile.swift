// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Whole files on this device: written so that a crash leaves the old one or the new one.
///
/// Temporary name, fsync, rename, fsync of the folder; mode 0600. Nothing is written through a
/// symbolic link that someone left in the home folder.
enum DurableFile {
    /// Puts bytes under a name, replacing what is there.
    static func write(_ bytes: [UInt8], to path: FilePath) throws(FileError) {
        let temporary = FilePath(bytes: path.bytes + Array(".new".utf8)) ?? path
        do {
            let file = try Descriptor(
                opening: temporary,
                O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
            )
            try file.write(bytes, to: temporary)
            try file.sync(temporary)
        } catch {
            _ = unsafe temporary.withCString { unsafe unlink($0) }
            throw error
        }
        let renamed = unsafe temporary.withCString { old in
            unsafe path.withCString { unsafe rename(old, $0) }
        }
        guard renamed == 0 else { throw FileError(.write, path) }
        try syncFolder(path.folder)
    }

    /// Makes a new file, whole or not at all; what is there under the name or beside it stays as it is.
    static func create(_ bytes: [UInt8], at path: FilePath) throws(FileError) {
        try place(bytes, at: path, replacing: false)
    }

    /// Puts bytes in the place of a file, whole or not at all; what else lies beside it stays as it is.
    static func replace(_ bytes: [UInt8], at path: FilePath) throws(FileError) {
        try place(bytes, at: path, replacing: true)
    }

    private static func place(
        _ bytes: [UInt8],
        at path: FilePath,
        replacing: Bool
    ) throws(FileError) {
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        let temporary = path.folder.appending(".saksi-\(random).part")
        let file = try Descriptor(opening: temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
        defer { _ = unsafe temporary.withCString { unsafe unlink($0) } }
        try file.write(bytes, to: temporary)
        try file.sync(temporary)
        let moved = unsafe temporary.withCString { old in
            unsafe path.withCString { new in
                // Unlike rename, link never replaces what came up in the meantime.
                unsafe replacing ? rename(old, new) : link(old, new)
            }
        }
        guard moved == 0 else { throw FileError(.write, path) }
        try syncFolder(path.folder)
    }

    /// Reads a whole file, refusing one larger than `limit` bytes; `nil` where there is none.
    static func read(_ path: FilePath, limit: Int) throws(FileError) -> [UInt8]? {
        guard let file = try Descriptor(ifPresent: path, O_RDONLY) else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Foundation.read(file.number, $0.baseAddress, $0.count)
            }
            if count == 0 { return bytes }
            if count < 0 {
                guard errno == EINTR else { throw FileError(.read, path) }
                continue
            }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= limit else { throw FileError(.read, path, reason: EFBIG) }
        }
    }

    /// Makes the names in a folder durable.
    static func syncFolder(_ folder: FilePath) throws(FileError) {
        try Descriptor(opening: folder, O_RDONLY | O_DIRECTORY).sync(folder)
    }

    /// Makes a folder that only its owner may enter, and those above it.
    ///
    /// One that is there stays as it is: it may be somebody's `/tmp`.
    ///
    /// - Throws: ``FileError``; with `EPERM` for a folder in which others could exchange the files.
    static func makeFolder(_ folder: FilePath) throws(FileError) {
        if !folder.folder.exists { try makeFolder(folder.folder) }
        let made = unsafe folder.withCString { unsafe mkdir($0, 0o700) }
        guard made != 0 else { return try syncFolder(folder.folder) }
        guard errno == EEXIST else { throw FileError(.write, folder) }
        // O_NOFOLLOW: a link planted here would move everything that follows to another place.
        let opened = try Descriptor(opening: folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        guard try opened.status(of: folder).st_mode & 0o022 == 0 else {
            throw FileError(.open, folder, reason: EPERM)
        }
    }

    /// Removes a file for good: overwritten in place, synced, then unlinked.
    ///
    /// On flash storage the old bytes may live on in cells that nothing can reach from here; that is
    /// why what is wiped is only ever a key, sealed to the identity, never the evidence itself.
    static func wipe(_ path: FilePath) throws(FileError) {
        guard let file = try Descriptor(ifPresent: path, O_WRONLY | O_NOFOLLOW) else { return }
        let size = try file.status(of: path).st_size
        try file.write([UInt8](repeating: 0, count: Int(size)), to: path)
        try file.sync(path)
        try remove(path)
        try syncFolder(path.folder)
    }

    /// Removes a file; one that is not there is fine.
    static func remove(_ path: FilePath) throws(FileError) {
        guard unsafe path.withCString({ unsafe unlink($0) }) == 0 || errno == ENOENT else {
            throw FileError(.remove, path)
        }
    }

    /// The names in a folder, sorted; empty where there is no such folder.
    static func names(in folder: FilePath) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.text)) ?? []).sorted()
    }
}
