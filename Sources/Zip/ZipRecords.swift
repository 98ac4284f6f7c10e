// SPDX-License-Identifier: Apache-2.0

/// What an archive says of its files, before each of them and in its directory at the end.
///
/// PKWARE's APPNOTE 6.3, sections 4.3.7 to 4.3.16. What does not fit into 32 bits, or the number of files
/// into 16, stands in the records of ZIP64 (section 4.5.3), and there alone.
struct ZipRecords {
    /// Sizes and places from this one on stand in ZIP64's fields.
    let limit: UInt64
    private(set) var directory: [UInt8] = []
    private(set) var count = 0

    /// - Parameter limit: smaller than what 32 bits can tell in tests alone.
    init(limit: UInt64 = 0xffff_ffff) { self.limit = limit }

    /// What is known of a file before its bytes.
    struct File {
        let name: [UInt8]
        let size: UInt64
        let checksum: UInt32
        /// Where its local header begins.
        let offset: UInt64
    }

    /// Takes a file into the directory.
    ///
    /// - Returns: The header before its bytes.
    mutating func add(_ file: File) -> [UInt8] {
        let isLarge = file.size >= limit
        var header: [UInt8] = []
        header.add(UInt32(0x0403_4b50))
        header += common(file, isLarge ? Self.zip64 : Self.stored)
        var extra: [UInt8] = []
        if isLarge { extra = Self.extra([file.size, file.size]) }
        header.add(UInt16(extra.count))
        header += file.name + extra

        let isFar = file.offset >= limit
        let version = isLarge || isFar ? Self.zip64 : Self.stored
        directory.add(UInt32(0x0201_4b50))
        directory.add(Self.unix | version)
        directory += common(file, version)
        extra = []
        if isLarge || isFar {
            extra = Self.extra(
                (isLarge ? [file.size, file.size] : []) + (isFar ? [file.offset] : [])
            )
        }
        directory.add(UInt16(extra.count))
        directory.add(UInt16(0))  // no comment
        directory.add(UInt16(0))  // the only disk
        directory.add(UInt16(0))  // nothing is said about text
        directory.add(Self.mode << 16)
        directory.add(isFar ? .max : UInt32(file.offset))
        directory += file.name + extra
        count += 1
        return header
    }

    /// The directory and what ends the archive.
    ///
    /// - Parameter offset: where the directory begins.
    /// - Returns: Their bytes.
    func end(at offset: UInt64) -> [UInt8] {
        let size = UInt64(directory.count)
        var end = directory
        if count >= 0xffff || size >= limit || offset >= limit {
            end.add(UInt32(0x0606_4b50))
            end.add(UInt64(44))  // what follows of this record
            end.add(Self.unix | Self.zip64)
            end.add(Self.zip64)
            end.add(UInt32(0))
            end.add(UInt32(0))
            end.add(UInt64(count))
            end.add(UInt64(count))
            end.add(size)
            end.add(offset)
            end.add(UInt32(0x0706_4b50))
            end.add(UInt32(0))
            end.add(offset + size)
            end.add(UInt32(1))
        }
        let shown = UInt16(min(count, 0xffff))
        end.add(UInt32(0x0605_4b50))
        end.add(UInt16(0))
        end.add(UInt16(0))
        end.add(shown)
        end.add(shown)
        end.add(size >= limit ? .max : UInt32(size))
        end.add(offset >= limit ? .max : UInt32(offset))
        end.add(UInt16(0))
        return end
    }

    /// From the version that is needed to the length of the name: the same in both places.
    private func common(_ file: File, _ version: UInt16) -> [UInt8] {
        let size = file.size >= limit ? .max : UInt32(file.size)
        var bytes: [UInt8] = []
        bytes.add(version)
        bytes.add(UInt16(0x0800))  // names are UTF-8
        bytes.add(UInt16(0))  // stored
        bytes.add(UInt16(0))  // 00:00:00
        bytes.add(UInt16(0x0021))  // 1980-01-01, the first day there is
        bytes.add(file.checksum)
        bytes.add(size)
        bytes.add(size)
        bytes.add(UInt16(file.name.count))
        return bytes
    }

    private static func extra(_ values: [UInt64]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.add(UInt16(0x0001))
        bytes.add(UInt16(8 * values.count))
        for value in values { bytes.add(value) }
        return bytes
    }

    private static let stored: UInt16 = 10
    private static let zip64: UInt16 = 45
    /// Says whose modes the attributes are.
    private static let unix: UInt16 = 3 << 8
    /// A plain file that its owner may write and everybody read.
    private static let mode: UInt32 = 0o100644
}

extension [UInt8] {
    /// Adds an integer, the lowest byte first.
    fileprivate mutating func add(_ value: some FixedWidthInteger & UnsignedInteger) {
        for place in 0..<(value.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: value >> (8 * place)))
        }
    }
}
