// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import Synchronization

/// Numbers the temporary files of this process.
private let temporaryNumber = Atomic<UInt64>(0)

/// O_DIRECT of the Linux kernel, which Swift's Glibc module does not show.
#if arch(arm64)
    private let unbuffered: CInt = 0o200000
#else
    private let unbuffered: CInt = 0o40000
#endif

extension DirectoryStore {
    /// Objects from this size in bytes on pass the page cache by: they are not read again soon, and
    /// the way through it costs more CPU than the disk does.
    private static let unbufferedSize = 1 << 20

    /// Makes the folder of temporary files, or empties it of what a crash left there.
    func removeLeftovers() throws(StorageError) {
        if unsafe mkdir("\(root)/tmp", 0o700) == 0 { try sync.folder(root) }
        var leftovers: [String] = []
        try walk("tmp") { leftovers.append($0) }
        for path in leftovers { unsafe unlink("\(root)/\(path)") }
    }

    /// The create-only write: temporary file, sync, link, sync of the folder.
    func write(
        _ chunks: [ByteBuffer],
        as key: StorageKey,
        _ durability: Durability
    ) throws(StorageError) {
        let final = path(key)
        let durable = durability == .immediate
        if durable { try makeDurable(folder(of: final)) }
        let temporary = try writeTemporary(chunks, durable: durable)
        defer { unsafe unlink(temporary) }
        if unsafe link(temporary, final) != 0 {
            switch errno {
            case EEXIST:
                try checkSame(chunks, key, durable: durable)
            case ENOENT where !durable:
                try makeFolder(folder(of: final))
                guard unsafe link(temporary, final) == 0 else {
                    throw StorageError.system("link", final)
                }
            default:
                throw StorageError.system("link", final)
            }
        }
        if durable { try sync.folder(folder(of: final)) }
    }

    /// Writes a file that has no name of its own yet; nothing stays of it when that fails.
    func writeTemporary(_ chunks: [ByteBuffer], durable: Bool) throws(StorageError) -> String {
        let number = temporaryNumber.add(1, ordering: .relaxed).newValue
        let path = "\(root)/tmp/\(getpid())-\(number)"
        let size = chunks.reduce(0) { $0 + $1.readableBytes }
        do throws(StorageError) {
            let flags = O_WRONLY | O_CREAT | O_EXCL
            if size >= Self.unbufferedSize, let file = try? OpenFile(path, flags | unbuffered) {
                try writeAligned(chunks, size, to: file, path)
                if durable { sync.file(file, path) }
            } else {
                // Also where the file system has no unbuffered writes: then the open above failed
                // after it had made the file.
                unsafe unlink(path)
                let file = try OpenFile(path, flags)
                var offset: UInt64 = 0
                for chunk in chunks {
                    let written = unsafe chunk.withUnsafeReadableBytes { bytes in
                        Result { () throws(StorageError) in
                            try unsafe file.write(bytes, at: offset)
                        }
                    }
                    try written.get()
                    offset += UInt64(chunk.readableBytes)
                }
                if durable { sync.file(file, path) }
            }
            return path
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Copies the chunks into an aligned buffer and writes that, cutting off what filled the last page.
    private func writeAligned(
        _ chunks: [ByteBuffer],
        _ size: Int,
        to file: borrowing OpenFile,
        _ path: String
    ) throws(StorageError) {
        try unsafe slabs.lend { slab throws(StorageError) in
            var filled = 0
            var offset: UInt64 = 0
            for var chunk in chunks {
                while chunk.readableBytes > 0 {
                    let room = unsafe UnsafeMutableRawBufferPointer(rebasing: slab[filled...])
                    filled += unsafe chunk.readWithUnsafeReadableBytes { bytes in
                        let count = min(bytes.count, room.count)
                        unsafe room.copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: bytes[..<count])
                        )
                        return count
                    }
                    if filled == Slabs.size {
                        try unsafe file.write(UnsafeRawBufferPointer(slab), at: offset)
                        offset += UInt64(filled)
                        filled = 0
                    }
                }
            }
            let pages = (filled + Slabs.alignment - 1) / Slabs.alignment * Slabs.alignment
            try unsafe file.write(UnsafeRawBufferPointer(rebasing: slab[..<pages]), at: offset)
        }
        guard ftruncate(file.descriptor, off_t(size)) == 0 else {
            throw StorageError.system("ftruncate", path)
        }
    }

    /// An object that is already there: fine with the same bytes, an alarm with others.
    private func checkSame(
        _ chunks: [ByteBuffer],
        _ key: StorageKey,
        durable: Bool
    ) throws(StorageError) {
        let file = try OpenFile(path(key), O_RDONLY)
        let expected = chunks.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1) }
        let stored = try readAll(file)
        guard stored == expected else { throw StorageError(.conflict, path: key.path) }
        // It may have been created with a deferred sync that never came.
        if durable { sync.file(file, path(key)) }
    }

    func readAll(_ file: borrowing OpenFile) throws(StorageError) -> ByteBuffer {
        try read(file, 0..<(try file.size()))
    }

    /// Reads a range that is known to exist.
    func read(
        _ file: borrowing OpenFile,
        _ range: Range<UInt64>
    ) throws(StorageError) -> ByteBuffer {
        var buffer = ByteBuffer()
        var failure: StorageError?
        unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { bytes in
            do throws(StorageError) {
                let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[..<range.count])
                return try unsafe file.read(into: room, at: range.lowerBound)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return buffer
    }

    /// Makes a folder and those above it.
    private func makeFolder(_ path: String) throws(StorageError) {
        guard unsafe mkdir(path, 0o700) != 0 else { return }
        switch errno {
        case EEXIST:
            return
        case ENOENT where path.utf8.count > root.utf8.count:
            try makeFolder(folder(of: path))
            try makeFolder(path)
        default:
            throw StorageError.system("mkdir", path)
        }
    }

    /// Makes a folder whose name, and those above it, are durable.
    ///
    /// That it is there is not enough: another thread may have made it a moment ago.
    private func makeDurable(_ path: String) throws(StorageError) {
        guard path.utf8.count > root.utf8.count, !durable.contains(path) else { return }
        let parent = folder(of: path)
        try makeDurable(parent)
        try makeFolder(path)
        try sync.folder(parent)
        durable.insert(path)
    }

    private func folder(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    /// Visits every file below a folder; one that is not there is empty.
    func walk(
        _ folder: String,
        _ visit: (String) -> Void
    ) throws(StorageError) {
        guard let stream = unsafe opendir("\(root)/\(folder)") else {
            let error = StorageError.system("opendir", "\(root)/\(folder)")
            if error.code == .missing { return }
            throw error
        }
        defer { unsafe closedir(stream) }
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if name == "." || name == ".." { continue }
            let path = "\(folder)/\(name)"
            if unsafe entry.pointee.d_type == UInt8(DT_DIR) {
                try walk(path, visit)
            } else {
                visit(path)
            }
        }
    }
}

/// Folders whose names are known to be durable; a few for each kind of content.
final class DurableFolders: Sendable {
    private let paths = Mutex<Set<String>>([])

    func contains(_ path: String) -> Bool { paths.withLock { $0.contains(path) } }
    func insert(_ path: String) { _ = paths.withLock { $0.insert(path) } }
}
