// SPDX-License-Identifier: Apache-2.0

import Bulk
import CLinux
import Foundation

/// A folder that is filled under a temporary name and appears whole, or not at all.
final class BundleFolder {
    private let target: String
    private let partial: String
    private let sync: FolderSync
    private var isFinished = false

    /// - Throws: ``BundleError/exists(path:)`` or ``BundleError/notWritable(errno:)``.
    init(_ path: String, sync: FolderSync = FolderSync()) throws(BundleError) {
        self.sync = sync
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        try Self.requireVacant(path)
        target = path
        partial = path + ".partial"
        // An export that was killed left it; two exports to one place are one too many.
        guard unsafe mkdir(partial, 0o700) == 0 else {
            throw errno == EEXIST ? .unfinished(path: partial) : .notWritable(errno: errno)
        }
    }

    /// - Throws: as ``init(_:)``.
    static func requireVacant(_ path: String) throws(BundleError) {
        var status = stat()
        guard unsafe lstat(path, &status) != 0 else { throw .exists(path: path) }
        guard errno == ENOENT else { throw .notWritable(errno: errno) }
    }

    deinit {
        if !isFinished { try? FileManager.default.removeItem(atPath: partial) }
    }

    /// Writes a small file and gives its hash.
    @discardableResult
    func write(_ bytes: [UInt8], to path: String) throws(BundleError) -> Hash {
        let file = try create(path)
        let outcome = unsafe bytes.withUnsafeBytes { bytes in
            Result { () throws(BundleError) in try unsafe file.write(bytes) }
        }
        try outcome.get()
        try file.finish()
        return Hash(hashing: bytes)
    }

    /// Begins a file; the folders above it are made as needed.
    func create(_ path: String) throws(BundleError) -> BundleFile {
        precondition(SafeName.isPath(path), "an unsafe path in a bundle")
        let parts = path.split(separator: "/")
        for count in 1..<parts.count {
            let folder = "\(partial)/\(parts[..<count].joined(separator: "/"))"
            guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else {
                throw .notWritable(errno: errno)
            }
        }
        return try BundleFile("\(partial)/\(path)")
    }

    /// Gives the folder its name, which must still be free, once all of it is on the disk.
    ///
    /// Where the last step fails, the folder has its name and may lose it in a power cut.
    func finish() throws(BundleError) {
        // The files are durable since they were written; the folders that name them are not yet.
        try Self.make(partial, durable: sync.fileSystem)
        // rename(2) replaces an empty folder, and refuses anything else.
        try Self.requireVacant(target)
        guard unsafe rename(partial, target) == 0 else { throw .notWritable(errno: errno) }
        isFinished = true
        let parent = URL(filePath: target).deletingLastPathComponent().path
        try Self.make(parent, durable: sync.folder)
    }

    private static func make(
        _ folder: String,
        durable sync: (CInt) -> CInt
    ) throws(BundleError) {
        let descriptor = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .notWritable(errno: errno) }
        defer { close(descriptor) }
        guard sync(descriptor) == 0 else { throw .notWritable(errno: errno) }
    }
}

/// The calls that make a bundle durable, or a test's stand-ins for them: 0, or -1 with `errno`.
struct FolderSync {
    /// syncfs(2): all that was written to the file system a folder lies on.
    var fileSystem: (CInt) -> CInt = { syncfs($0) }
    /// fsync(2): the names in one folder.
    var folder: (CInt) -> CInt = { fsync($0) }
}

/// A file of a bundle while it is written.
final class BundleFile {
    private let descriptor: CInt
    private var isOpen = true

    fileprivate init(_ path: String) throws(BundleError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        descriptor = unsafe Glibc.open(path, flags, 0o600)
        guard descriptor >= 0 else { throw .notWritable(errno: errno) }
    }

    deinit {
        if isOpen { close(descriptor) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(BundleError) {
        var done = 0
        while done < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count >= 0 {
                done += count
            } else if errno != EINTR {
                throw .notWritable(errno: errno)
            }
        }
    }

    /// Makes the bytes durable.
    func finish() throws(BundleError) {
        guard fsync(descriptor) == 0 else { throw .notWritable(errno: errno) }
        isOpen = false
        guard close(descriptor) == 0 else { throw .notWritable(errno: errno) }
    }
}
