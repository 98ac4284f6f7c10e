// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation

/// What a check found wrong, as the report says it.
struct Finding: Error {
    let text: String

    init(_ text: String) { self.text = text }
}

/// What a file's bytes are, whatever a list says of them.
struct FileDigest: Equatable {
    let sha256: Hash
    /// In bytes.
    let size: UInt64
}

/// The files of a bundle as they lie on the disk: hostile until a check says otherwise.
struct BundleFiles {
    /// The sizes in bytes, by path.
    private(set) var sizes: [String: UInt64] = [:]
    private let root: String

    /// More files than any bundle has; it keeps a hostile folder from filling the memory.
    private static let maximumCount = 1_000_000
    private static let maximumDepth = 8

    /// Lists a folder.
    ///
    /// - Throws: ``Finding`` for anything but folders and plain files with plain names.
    init(_ root: String) throws(Finding) {
        self.root = root
        var folded: Set<String> = []
        try list("", depth: 0, folded: &folded)
    }

    /// A whole file.
    func bytes(_ path: String, limit: Int = 64 << 20) throws(Finding) -> [UInt8] {
        guard let size = sizes[path] else { throw Finding("\(path) is missing") }
        guard size <= UInt64(limit) else { throw Finding("\(path) is larger than \(limit) bytes") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(size))
        try unsafe read(path) { unsafe bytes.append(contentsOf: $0) }
        return bytes
    }

    /// The SHA-256 of a file of any size, and how many bytes were read for it.
    func digest(_ path: String) throws(Finding) -> FileDigest {
        var hasher = SHA256Hasher()
        var size: UInt64 = 0
        try unsafe read(path) {
            unsafe hasher.update(raw: $0)
            size += UInt64($0.count)
        }
        return FileDigest(sha256: hasher.finalize(), size: size)
    }

    private func read(_ path: String, _ body: (UnsafeRawBufferPointer) -> Void) throws(Finding) {
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let descriptor = unsafe Glibc.open("\(root)/\(path)", flags)
        guard descriptor >= 0 else { throw Finding("\(path) cannot be read") }
        defer { close(descriptor) }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        let failed = unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 64) {
            buffer in
            while true {
                let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if count == 0 { return false }
                if count < 0 {
                    guard errno == EINTR else { return true }
                    continue
                }
                unsafe body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
        if failed { throw Finding("\(path) cannot be read") }
    }

    private mutating func list(_ folder: String, depth: Int, folded: inout Set<String>)
        throws(Finding)
    {
        guard depth < Self.maximumDepth else { throw Finding("\(folder) is nested too deeply") }
        let names = try Self.names(in: folder.isEmpty ? root : "\(root)/\(folder)")
        guard !names.isEmpty else { throw Finding("the folder \(folder) is empty") }
        for name in names {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            guard SafeName.isPath(path) else { throw Finding("\(path) is not a plain name") }
            guard folded.insert(path.lowercased()).inserted else {
                throw Finding("\(path) differs from another name only in its case")
            }
            var status = stat()
            guard unsafe lstat("\(root)/\(path)", &status) == 0 else {
                throw Finding("\(path) cannot be read")
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try list(path, depth: depth + 1, folded: &folded)
            case S_IFREG: sizes[path] = UInt64(status.st_size)
            case S_IFLNK: throw Finding("\(path) is a symbolic link")
            default: throw Finding("\(path) is not a file")
            }
            guard sizes.count <= Self.maximumCount else {
                throw Finding("there are too many files")
            }
        }
    }

    /// The names in a folder, in byte order; what is not UTF-8 shows as such and is then refused.
    private static func names(in folder: String) throws(Finding) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw Finding("\(folder) is no folder") }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
