// SPDX-License-Identifier: Apache-2.0

import Bulk

/// A stream over an array.
struct MemorySource: ByteSource {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let part = rest.prefix(buffer.count)
        unsafe buffer.copyBytes(from: part)
        rest = rest.dropFirst(part.count)
        return part.count
    }
}

/// Collects what is committed.
@safe final class MemorySink: ByteSink {
    private(set) var bytes: [UInt8] = []
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)

    deinit { unsafe room.deallocate() }

    func space(_ count: Int) -> UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(rebasing: room[..<count])
    }

    func commit(_ count: Int) { unsafe bytes.append(contentsOf: room[..<count]) }

    func flush() {}
}
