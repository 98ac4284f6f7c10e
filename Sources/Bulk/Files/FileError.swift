// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A system call on a file that failed.
public struct FileError: Error, Hashable, Sendable {
    /// What was tried, such as `write`.
    public let operation: String
    /// The file's path, or a name for a stream.
    public let path: String
    /// The error number, errno(3).
    public let code: CInt

    /// - Parameters:
    ///   - operation: a verb.
    ///   - path: the file's path, or a name for a stream.
    ///   - code: the error number.
    public init(_ operation: String, _ path: String, code: CInt) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// Takes the error number that the last system call left in errno(3).
    public init(_ operation: String, _ path: String) {
        self.init(operation, path, code: errno)
    }

    /// Whether the file was there already, and was to be left alone.
    public var isExistingFile: Bool { code == EEXIST }

    /// Whether it was a device, a pipe or a socket, where only a file will do.
    public var isStream: Bool { code == ESPIPE }
}

extension FileError: CustomStringConvertible {
    /// Such as `cannot write "a.age": No space left on device`.
    public var description: String {
        let reason = unsafe String(cString: strerror(code))
        return "cannot \(operation) \"\(path)\": \(reason)"
    }
}
