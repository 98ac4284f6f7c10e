// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Files as one ZIP archive, which is read as a stream and stored nowhere.
///
/// Nothing of this device is in it: no times, no people, no compression that differs between versions of
/// a library. The same files under the same names give the same bytes. See <doc:Zip>.
public struct ZipArchive: ByteSource {
    /// A file that goes into an archive.
    public struct Entry: Sendable {
        let name: String
        let path: String

        /// Names a file.
        ///
        /// - Parameters:
        ///   - name: its path in the archive, `/` between the parts; at most 65 535 bytes of UTF-8.
        ///   - path: where it lies.
        public init(name: String, path: String) {
            precondition(name.utf8.count <= 0xffff)
            self.name = name
            self.path = path
        }
    }

    /// A file while its bytes are taken.
    private struct Content {
        let path: String
        let source: FileSource
        let size: UInt64
        let checksum: UInt32
        var taken: UInt64 = 0
        var seen = CRC32()

        /// Whether the file is, to its end, what its header says.
        var isAsTold: Bool { taken == size && seen.value == checksum }
    }

    private var waiting: ArraySlice<Entry>
    private var records: ZipRecords
    /// Bytes between the files, from `start` on still to be taken.
    private var pending: [UInt8] = []
    private var start = 0
    private var content: Content?
    /// Where the next header begins.
    private var offset: UInt64 = 0
    private var hasEnded = false

    /// Names the files; none is read yet.
    ///
    /// - Parameter entries: in the order that they get in the archive.
    public init(_ entries: [Entry]) { self.init(entries, limit: 0xffff_ffff) }

    /// With another limit than that of 32 bits, for tests.
    init(_ entries: [Entry], limit: UInt64) {
        waiting = entries[...]
        records = ZipRecords(limit: limit)
    }

    /// Fills a buffer; see ``ByteSource``.
    ///
    /// - Throws: ``FileError``, or ``ZipError/changed(path:)``.
    public mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            if start < pending.count {
                let part = pending[start...].prefix(rest.count)
                unsafe rest.copyBytes(from: part)
                start += part.count
                filled += part.count
            } else if content != nil {
                filled += try unsafe take(rest)
            } else if let entry = waiting.popFirst() {
                try begin(entry)
            } else if !hasEnded {
                hasEnded = true
                put(records.end(at: offset))
            } else {
                break
            }
        }
        return filled
    }

    /// A header names the checksum of what follows: so each file is read twice.
    private mutating func begin(_ entry: Entry) throws {
        let (size, checksum) = try Self.measure(entry.path)
        put(
            records.add(
                ZipRecords.File(
                    name: Array(entry.name.utf8),
                    size: size,
                    checksum: checksum,
                    offset: offset
                )
            )
        )
        offset += UInt64(pending.count) + size
        let source = try FileSource(path: entry.path)
        content = Content(path: entry.path, source: source, size: size, checksum: checksum)
    }

    private mutating func put(_ bytes: [UInt8]) {
        pending = bytes
        start = 0
    }

    private mutating func take(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard var content = content.take() else { return 0 }
        let count = try unsafe content.source.fill(buffer)
        unsafe content.seen.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        content.taken += UInt64(count)
        if count < buffer.count {
            guard content.isAsTold else { throw ZipError.changed(path: content.path) }
        } else {
            self.content = content
        }
        return count
    }

    private static func measure(_ path: String) throws -> (size: UInt64, checksum: UInt32) {
        let source = try FileSource(path: path)
        var checksum = CRC32()
        var size: UInt64 = 0
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var count = 0
        repeat {
            count = try unsafe buffer.withUnsafeMutableBytes { buffer in
                let count = try unsafe source.fill(buffer)
                unsafe checksum.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                return count
            }
            size += UInt64(count)
        } while count == buffer.count
        return (size, checksum.value)
    }
}

/// Why files did not become an archive.
public enum ZipError: Error, Equatable, Sendable {
    /// A file changed while the archive was made of it.
    case changed(path: String)
}

extension ZipError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .changed(let path): "\"\(path)\" changed while it was read"
        }
    }
}
