// SPDX-License-Identifier: Apache-2.0

/// A stream to write to, which lends its own buffer so that nothing is copied on the way.
public protocol ByteSink {
    /// Room for the next bytes; valid until the next call.
    ///
    /// - Parameter count: at most 128 KiB.
    /// - Returns: a buffer of exactly this size.
    /// - Throws: where earlier bytes could not be written.
    mutating func space(_ count: Int) throws -> UnsafeMutableRawBufferPointer

    /// Adds the first bytes of the room that was lent last.
    mutating func commit(_ count: Int)

    /// Hands on everything that was committed, and waits until it is written.
    mutating func flush() throws
}

extension ByteSink {
    /// Adds a copy of some bytes.
    public mutating func write(_ bytes: some Collection<UInt8>) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(64 << 10)
            try unsafe space(part.count).copyBytes(from: part)
            commit(part.count)
            rest = rest.dropFirst(part.count)
        }
    }
}
