// SPDX-License-Identifier: Apache-2.0

import Evidence
import Glibc
public import Vault

/// A file that is to be sealed as it was found, and is refused where it is not a plain file.
///
/// Its size, change time and inode are taken when it is opened and compared when it has been read:
/// what changed in between is an error, never a mixture of two versions.
@safe public final class SourceFile: Sendable {
    /// The name as found: the last part of the path, in whatever bytes the file system had.
    public let name: [UInt8]
    /// The size in bytes when it was opened.
    public let size: UInt64
    /// When the file says it was last changed.
    public let modified: UTCTime

    private let descriptor: CInt
    private let found: Snapshot

    /// The largest file in bytes, which a manifest can name.
    public static let maximumSize = ManifestItem.maximumFileSize

    /// Opens a file for reading; nothing is written to it, and its access time is left alone where
    /// the system allows that.
    ///
    /// - Throws: ``SourceError``. A symbolic link is followed to the file it names.
    public convenience init(_ path: String) throws(SourceError) {
        try self.init(path: Array(path.utf8))
    }

    /// Opens a file whose path need not be UTF-8.
    ///
    /// - Throws: ``SourceError``, as ``init(_:)``.
    public init(path bytes: [UInt8]) throws(SourceError) {
        let path = bytes.map { CChar(bitPattern: $0) } + [0]
        // A FIFO or a device may act on being opened: look first, and again at what was opened.
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw .system(errno) }
        try Self.requireRegular(status)
        descriptor = try Self.open(path)
        do throws(SourceError) {
            guard unsafe fstat(descriptor, &status) == 0 else { throw .system(errno) }
            try Self.requireRegular(status)
            guard status.st_size <= Self.maximumSize else { throw .tooLarge }
        } catch {
            close(descriptor)
            throw error
        }
        found = Snapshot(status)
        size = UInt64(status.st_size)
        modified = UTCTime(seconds: Int64(status.st_mtim.tv_sec))
        name = Array(bytes.split(separator: UInt8(ascii: "/")).last ?? [])
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit { close(descriptor) }

    /// Fills the buffer from an offset that the file must reach.
    ///
    /// - Throws: ``SourceError/changed(_:)`` where the file ends too early.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(SourceError) {
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = unsafe pread(
                descriptor,
                rest.baseAddress,
                rest.count,
                off_t(offset) + off_t(done)
            )
            if count > 0 {
                done += count
            } else if count == 0 {
                throw .changed(.shrunk)
            } else if errno != EINTR {
                throw .system(errno)
            }
        }
    }

    /// Checks that the file still is what was opened.
    ///
    /// - Throws: ``SourceError/changed(_:)``.
    func requireUnchanged() throws(SourceError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .system(errno) }
        let now = Snapshot(status)
        guard now.size == found.size else {
            throw .changed(now.size < found.size ? .shrunk : .grew)
        }
        guard now == found else { throw .changed(.rewritten) }
    }

    private static func open(_ path: [CChar]) throws(SourceError) -> CInt {
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        // Only the owner may ask for O_NOATIME.
        for flags in [flags | noAccessTime, flags] {
            let descriptor = unsafe Glibc.open(path, flags)
            if descriptor >= 0 { return descriptor }
            guard errno == EPERM else { break }
        }
        throw .system(errno)
    }

    private static func requireRegular(_ status: stat) throws(SourceError) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw .folder
        default: throw .notRegular
        }
    }

    /// O_NOATIME, which Swift's Glibc module leaves out.
    private static let noAccessTime: CInt = 0o1000000
}

/// What of a file must stay the same while it is read.
private struct Snapshot: Equatable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}

/// Why a file is not sealed.
public enum SourceError: Error, Equatable, Sendable {
    /// There is no such file.
    case missing
    /// The file exists and may not be read.
    case unreadable
    /// It is a folder; its files are submitted one by one.
    case folder
    /// It is a FIFO, a socket or a device, which has no bytes to find again.
    case notRegular
    /// It is larger than ``SourceFile/maximumSize``.
    case tooLarge
    /// It changed while it was read, or since the attempt that is being resumed.
    case changed(Change)
    /// What came in ended before its end.
    case cutOff
    /// Reading failed, with this `errno`.
    case readFailed(errno: Int32)

    /// How a file changed.
    public enum Change: Equatable, Sendable {
        /// It is shorter.
        case shrunk
        /// It is longer.
        case grew
        /// Its change time is another.
        case rewritten
        /// Its content is not the one that was sealed before; the first such segment, from 0.
        case content(segment: Int)
    }

    static func system(_ number: Int32) -> SourceError {
        switch number {
        case ENOENT, ENOTDIR: .missing
        case EACCES, EPERM: .unreadable
        case EISDIR: .folder
        case ENXIO: .notRegular
        default: .readFailed(errno: number)
        }
    }
}

extension SourceError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .missing: "there is no such file"
        case .unreadable: "the file may not be read"
        case .folder: "it is a folder, not a file"
        case .notRegular: "it is a pipe, a socket or a device, not a file"
        case .tooLarge: "the file is larger than \(SourceFile.maximumSize) bytes"
        case .cutOff: "it ended before its end"
        case .changed(.shrunk): "the file became shorter while it was read"
        case .changed(.grew): "the file became longer while it was read"
        case .changed(.rewritten): "the file was written to while it was read"
        case .changed(.content): "the file is not the one that was sealed before"
        case .readFailed(let number):
            "the file cannot be read: \(unsafe String(cString: strerror(number)))"
        }
    }
}
