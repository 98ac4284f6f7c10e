// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Puts armor around what is written, on its way to another sink.
public struct ArmoredSink<Base: ByteSink>: ByteSink {
    private var base: Base
    private var encoder = ArmorEncoder()
    private var room: Room
    private var text: [UInt8] = []
    private var committed = 0

    /// - Parameter base: receives the text.
    public init(_ base: Base) {
        self.base = base
        room = Room()
    }

    /// Room for the next bytes; see `ByteSink`.
    public mutating func space(_ count: Int) throws -> UnsafeMutableRawBufferPointer {
        precondition(count <= Room.size)
        try encodeCommitted()
        return unsafe UnsafeMutableRawBufferPointer(rebasing: room.bytes[..<count])
    }

    /// Adds the first bytes of the room that was lent last.
    public mutating func commit(_ count: Int) { committed = count }

    /// Hands on everything that was committed and fills whole lines.
    public mutating func flush() throws {
        try encodeCommitted()
        try base.flush()
    }

    /// Writes the last line; nothing may follow.
    public mutating func finish() throws {
        try encodeCommitted()
        encoder.finish(into: &text)
        try base.write(text)
    }

    private mutating func encodeCommitted() throws {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: room.bytes[..<committed])
        committed = 0
        unsafe encoder.encode(bytes, into: &text)
        try base.write(text)
        text.removeAll(keepingCapacity: true)
    }
}

/// The room that an armored sink lends.
@safe private final class Room {
    static let size = 128 << 10

    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)

    deinit { unsafe bytes.deallocate() }
}
