// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A path as the kernel has it: bytes that need not be UTF-8, without NUL.
///
/// File names on a device are evidence. A `String` would repair what is not UTF-8, and then the name
/// is no longer the name.
public struct FilePath: Hashable, Sendable {
    /// The bytes, without a final NUL.
    public let bytes: [UInt8]

    /// Takes bytes as they are; `nil` when empty or with a NUL inside.
    public init?(bytes: [UInt8]) {
        guard !bytes.isEmpty, !bytes.contains(0) else { return nil }
        self.bytes = bytes
    }

    /// Takes a text that is known to be a path.
    init(_ text: String) {
        precondition(!text.isEmpty && !text.utf8.contains(0), "a path is not empty and has no NUL")
        bytes = Array(text.utf8)
    }

    /// The path as text, repaired where it is not UTF-8: for messages only.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The bytes after the last slash that is not at the end.
    public var name: [UInt8] {
        let end = bytes.lastIndex { $0 != UInt8(ascii: "/") } ?? bytes.startIndex
        return Array(bytes[...end].split(separator: UInt8(ascii: "/")).last ?? bytes[...end])
    }

    /// The folder the path is in; `.` for a bare name.
    var folder: FilePath {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return FilePath(".") }
        return slash == 0 ? FilePath("/") : FilePath(bytes: Array(bytes[..<slash])) ?? FilePath("/")
    }

    /// A path inside this folder.
    func appending(_ name: String) -> FilePath { FilePath(text: self, name) }

    private init(text folder: FilePath, _ name: String) {
        bytes = folder.bytes + [UInt8(ascii: "/")] + Array(name.utf8)
    }

    /// The same path seen from `/`, so that it means the same file from any folder.
    var absolute: FilePath {
        guard bytes.first != UInt8(ascii: "/") else { return self }
        let here = FilePath(FileManager.default.currentDirectoryPath)
        return FilePath(bytes: here.bytes + [UInt8(ascii: "/")] + bytes) ?? here
    }

    /// Lends the path as the C library wants it.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        unsafe (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer {
            guard let start = $0.baseAddress else { preconditionFailure("never empty") }
            return unsafe body(start)
        }
    }
}

extension FilePath {
    /// Whether anything is under this name, be it a link to nothing.
    public var exists: Bool {
        var status = stat()
        return unsafe withCString { unsafe lstat($0, &status) } == 0
    }
}
