// SPDX-License-Identifier: Apache-2.0

import Bulk
import CLinux
import FoundationEssentials
import Glibc

/// A folder that is filled under a temporary name and appears whole, or not at all.
///
/// Its files are made durable all at once: ten thousand of them would take ten thousand syncs.
final class BundleFolder {
    private let target: String
    private let partial: String
    private let sync: FolderSync
    /// The folder under its temporary name.
    ///
    /// Open since before the first write, as a sync tells of the errors that came after its descriptor
    /// was opened.
    private let descriptor: CInt
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
        do throws(BundleError) {
            descriptor = try Self.open(partial)
        } catch {
            unsafe rmdir(partial)
            throw error
        }
    }

    /// - Throws: as ``init(_:)``.
    static func requireVacant(_ path: String) throws(BundleError) {
        var status = stat()
        guard unsafe lstat(path, &status) != 0 else { throw .exists(path: path) }
        guard errno == ENOENT else { throw .notWritable(errno: errno) }
    }

    deinit {
        close(descriptor)
        if !isFinished { try? FileManager.default.removeItem(atPath: partial) }
    }

    /// Where a file lies until the folder gets its name.
    func location(of path: String) -> String { "\(partial)/\(path)" }

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
    func create(_ path: String, isUncached: Bool = false) throws(BundleError) -> BundleFile {
        precondition(SafeName.isPath(path), "an unsafe path in a bundle")
        let parts = path.split(separator: "/")
        for count in 1..<parts.count {
            let folder = "\(partial)/\(parts[..<count].joined(separator: "/"))"
            guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else {
                throw .notWritable(errno: errno)
            }
        }
        return try BundleFile("\(partial)/\(path)", isUncached: isUncached)
    }

    /// Gives the folder its name, which must still be free, once all of it is on the disk.
    ///
    /// Where the last step fails, the folder has its name and may lose it in a power cut.
    func finish() throws(BundleError) {
        guard sync.fileSystem(descriptor) == 0 else { throw .notWritable(errno: errno) }
        // rename(2) replaces an empty folder, and refuses anything else.
        try Self.requireVacant(target)
        guard unsafe rename(partial, target) == 0 else { throw .notWritable(errno: errno) }
        isFinished = true
        let parent = try Self.open(URL(filePath: target).deletingLastPathComponent().path)
        defer { close(parent) }
        guard sync.folder(parent) == 0 else { throw .notWritable(errno: errno) }
    }

    private static func open(_ folder: String) throws(BundleError) -> CInt {
        let descriptor = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .notWritable(errno: errno) }
        return descriptor
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
package final class BundleFile {
    private let descriptor: CInt
    /// Of a file that is kept out of the page cache.
    private var writer: OverlappedWriter?
    private var isOpen = true

    fileprivate init(_ path: String, isUncached: Bool) throws(BundleError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        descriptor = unsafe Glibc.open(path, flags, 0o600)
        guard descriptor >= 0 else { throw .notWritable(errno: errno) }
        // A file system that cannot do that refuses it here.
        let isDirect = isUncached && fcntl(descriptor, F_SETFL, OpenFlags.direct) == 0
        writer = isDirect ? OverlappedWriter(descriptor: descriptor, named: path) : nil
    }

    deinit {
        // Its thread writes until it is gone.
        writer = nil
        if isOpen { close(descriptor) }
    }

    /// Adds bytes: at most a chunk of an object, where the file is kept out of the page cache.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(BundleError) {
        if let writer {
            do throws(FileError) {
                try unsafe writer.space(bytes.count).copyMemory(from: bytes)
            } catch {
                throw .notWritable(errno: error.code)
            }
            return writer.commit(bytes.count)
        }
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

    /// Ends the file; its folder makes it durable.
    func finish() throws(BundleError) {
        do throws(FileError) { try writer?.flush() } catch { throw .notWritable(errno: error.code) }
        writer = nil
        isOpen = false
        guard close(descriptor) == 0 else { throw .notWritable(errno: errno) }
    }
}
