// SPDX-License-Identifier: Apache-2.0

import Foundation

/// An open file, closed when it goes out of scope.
struct Descriptor: ~Copyable, Sendable {
    /// The number the kernel knows it by.
    let number: Int32

    /// Opens a file; never through a symbolic link when `flags` hold `O_NOFOLLOW`.
    ///
    /// - Throws: ``FileError`` with what the kernel said.
    init(opening path: FilePath, _ flags: Int32, mode: mode_t = 0o600) throws(FileError) {
        number = try Self.open(path, flags, mode: mode)
    }

    /// Opens a file that may be missing: `nil` where there is none.
    init?(ifPresent path: FilePath, _ flags: Int32) throws(FileError) {
        do {
            number = try Self.open(path, flags, mode: 0)
        } catch  where error.reason == ENOENT {
            return nil
        }
    }

    private static func open(
        _ path: FilePath,
        _ flags: Int32,
        mode: mode_t
    ) throws(FileError) -> Int32 {
        while true {
            let number = unsafe path.withCString {
                unsafe Foundation.open($0, flags | O_CLOEXEC, mode)
            }
            if number >= 0 { return number }
            guard errno == EINTR else { throw FileError(.open, path) }
        }
    }

    deinit { close(number) }

    /// Size, times and kind as they are now.
    func status(of path: FilePath) throws(FileError) -> stat {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw FileError(.read, path) }
        return status
    }

    /// Writes all the bytes at the current position.
    func write(_ bytes: [UInt8], to path: FilePath) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Foundation.write(number, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw FileError(.write, path)
            }
        }
    }

    /// Makes what was written durable.
    func sync(_ path: FilePath) throws(FileError) {
        guard fsync(number) == 0 else { throw FileError(.write, path) }
    }

    /// Takes the lock that ends with this descriptor, or gives `false` where another process has it.
    func lock(waiting: Bool) -> Bool {
        while flock(number, waiting ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
            guard errno == EINTR else { return false }
        }
        return true
    }
}

/// What the kernel refused, for which file, and why.
struct FileError: Error {
    enum Act: String { case open, read, write, remove }

    let act: Act
    let path: FilePath
    let reason: Int32

    init(_ act: Act, _ path: FilePath, reason: Int32 = errno) {
        self.act = act
        self.path = path
        self.reason = reason
    }

    /// The error as a person reads it.
    var described: ClientError {
        ClientError(
            .failed,
            "cannot \(act.rawValue) \"\(path.text)\": \(Self.words(for: reason))",
            hint: Self.hint(for: reason)
        )
    }

    private static func words(for reason: Int32) -> String {
        guard let words = unsafe strerror(reason) else { return "error \(reason)" }
        let text = unsafe String(cString: words)
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    private static func hint(for reason: Int32) -> String? {
        switch reason {
        case ENOSPC, EDQUOT: "free some space and run the same command again"
        case EPERM:
            "others may change what lies there: name a folder of your own with --home, or take that "
                + "right away with chmod go-w"
        case EROFS: "the disk is read-only: name another place with --home or -o"
        default: nil
        }
    }
}
