// SPDX-License-Identifier: Apache-2.0

/// The checksum of ZIP (APPNOTE 4.4.7; ISO 3309, polynomial 0xEDB88320 reflected): against accidents only.
struct CRC32 {
    private var state = ~UInt32(0)

    /// The checksum of everything that was added.
    var value: UInt32 { ~state }

    /// Adds bytes: eight at a time, as one at a time is slower than a disk.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var state = state
        let whole = bytes.count & ~7
        unsafe Self.tables.withUnsafeBufferPointer { tables in
            for place in stride(from: 0, to: whole, by: 8) {
                let eight = unsafe UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                )
                var rest = eight ^ UInt64(state)
                state = 0
                for table in stride(from: 7, through: 0, by: -1) {
                    state ^= unsafe tables[table << 8 | Int(rest & 0xff)]
                    rest >>= 8
                }
            }
            for place in whole..<bytes.count {
                let low = unsafe UInt8(truncatingIfNeeded: state) ^ bytes[place]
                state = unsafe tables[Int(low)] ^ (state >> 8)
            }
        }
        self.state = state
    }

    /// Table `n`, 256 entries from `256 * n` on, has what a byte comes to with `n` zeros behind it.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = []
        for byte in 0..<UInt32(256) {
            var value = byte
            for _ in 0..<8 {
                let shifted = value >> 1
                value = value & 1 == 1 ? shifted ^ 0xedb8_8320 : shifted
            }
            tables.append(value)
        }
        for place in 256..<(8 * 256) {
            let before = tables[place - 256]
            tables.append(tables[Int(before & 0xff)] ^ (before >> 8))
        }
        return tables
    }()
}
