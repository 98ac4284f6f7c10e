// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An open file or folder, closed when it goes out of scope; every system call of the directory
/// engine is here.
struct OpenFile: ~Copyable {
    let descriptor: CInt
    private let path: String

    /// - Throws: ``StorageError``; `missing` when there is no such file.
    init(_ path: String, _ flags: CInt, mode: mode_t = 0o600) throws(StorageError) {
        descriptor = unsafe open(path, flags | O_CLOEXEC, mode)
        self.path = path
        guard descriptor >= 0 else { throw StorageError.system("open", path) }
    }

    deinit { close(descriptor) }

    /// The size in bytes.
    func size() throws(StorageError) -> UInt64 {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw StorageError.system("lseek", path) }
        return UInt64(end)
    }

    /// Fills the buffer from an offset; gives the count of bytes, less than the buffer at the end.
    func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: UInt64
    ) throws(StorageError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = unsafe pread(
                descriptor,
                rest.baseAddress,
                rest.count,
                off_t(offset) + off_t(done)
            )
            if count < 0 {
                if errno == EINTR { continue }
                throw StorageError.system("read", path)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Writes the whole buffer at an offset.
    func write(_ buffer: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
            let count = unsafe pwrite(
                descriptor,
                rest.baseAddress,
                rest.count,
                off_t(offset) + off_t(done)
            )
            if count < 0 {
                if errno == EINTR { continue }
                throw StorageError.system("write", path)
            }
            done += count
        }
    }

    /// Reads up to a count of bytes from an offset.
    func read(_ count: Int, at offset: UInt64) throws(StorageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let outcome = unsafe bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(StorageError) in try unsafe read(into: buffer, at: offset) }
        }
        return Array(bytes.prefix(try outcome.get()))
    }

    /// Writes all bytes at an offset.
    func write(_ bytes: [UInt8], at offset: UInt64) throws(StorageError) {
        let outcome = unsafe bytes.withUnsafeBytes { buffer in
            Result { () throws(StorageError) in try unsafe write(buffer, at: offset) }
        }
        try outcome.get()
    }
}

extension StorageError {
    /// The failure of a system call, from `errno`.
    static func system(_ call: String, _ path: String) -> StorageError {
        let number = errno
        let code: Code =
            switch number {
            case ENOENT, ENOTDIR: .missing
            case ENOSPC, EDQUOT: .full
            case EROFS: .readOnly
            case EACCES, EPERM: .denied
            case EWOULDBLOCK: .inUse
            default: .failed
            }
        let words = unsafe String(cString: strerror(number))
        return StorageError(code, path: path, detail: "\(call): \(words)")
    }
}
