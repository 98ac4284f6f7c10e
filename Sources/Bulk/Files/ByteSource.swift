// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A stream to read from.
public protocol ByteSource {
    /// Fills a buffer.
    ///
    /// - Parameter buffer: not empty.
    /// - Returns: how many bytes were filled; fewer than wanted only where the stream ends.
    /// - Throws: what the stream is made to throw.
    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// A file, or whatever else a descriptor stands for; closed when it is let go.
public final class FileSource: ByteSource {
    private let descriptor: CInt
    private let path: String
    private let isOwned: Bool

    /// Opens a file for reading once from start to end.
    ///
    /// - Throws: ``FileError``; a folder is refused.
    public init(path: String) throws(FileError) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        isOwned = true
        guard descriptor >= 0 else { throw FileError("open", path) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw FileError("open", path) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw FileError("open", path, code: EISDIR)
        }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Reads from a descriptor that somebody else closes.
    public init(descriptor: CInt, named name: String) {
        self.descriptor = descriptor
        path = name
        isOwned = false
    }

    deinit {
        if isOwned, descriptor >= 0 { close(descriptor) }
    }

    /// Fills a buffer; see ``ByteSource``.
    public func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = unsafe read(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError("read", path)
            }
            if count == 0 { break }
            filled += count
        }
        return filled
    }
}

extension FileSource {
    /// The rest of a file that is small.
    ///
    /// - Parameter limit: the largest size in bytes.
    /// - Returns: all of them.
    /// - Throws: ``FileError``; `EFBIG` for more than the limit.
    public func bytes(limit: Int) throws -> [UInt8] {
        let bytes = try unsafe [UInt8](unsafeUninitializedCapacity: limit + 1) { buffer, count in
            count = try unsafe fill(UnsafeMutableRawBufferPointer(buffer))
        }
        guard bytes.count <= limit else { throw FileError("read", path, code: EFBIG) }
        return bytes
    }
}
