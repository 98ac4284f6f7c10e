// SPDX-License-Identifier: Apache-2.0

import Bulk

/// What an object is made from.
public enum Plaintext: Sendable {
    /// A file, read once.
    case file(SourceFile)
    /// Bytes in memory: the manifest.
    case bytes([UInt8])
    /// Bytes that come in while they are sealed.
    case pipe(PlaintextPipe)

    /// Its size in bytes.
    public var size: UInt64 {
        switch self {
        case .file(let file): file.size
        case .bytes(let bytes): UInt64(bytes.count)
        case .pipe(let pipe): pipe.size
        }
    }

    /// What is known of the content before it is sealed; see ``JobSecret/fileKey(_:content:)``.
    var content: String {
        switch self {
        case .file(let file): "file of \(file.size)"
        case .bytes(let bytes): "bytes \(Hash(hashing: bytes).hex)"
        case .pipe(let pipe): "committed \(pipe.sha256.hex)"
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(SourceError) {
        switch self {
        case .file(let file):
            try unsafe file.read(into: buffer, at: offset)
        case .bytes(let bytes):
            unsafe buffer.copyBytes(from: bytes[Int(offset)...].prefix(buffer.count))
        case .pipe(let pipe):
            try unsafe pipe.read(into: buffer)
        }
    }

    func requireUnchanged() throws(SourceError) {
        if case .file(let file) = self { try file.requireUnchanged() }
    }
}
