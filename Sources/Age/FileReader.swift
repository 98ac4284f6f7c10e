// SPDX-License-Identifier: Apache-2.0

import Bulk

/// A stream that is an age file: takes the armor off, gives the header, then the payload.
struct FileReader<Source: ByteSource> {
    let isArmored: Bool

    private var source: Source
    private var decoder = ArmorDecoder()
    private var hasEnded = false
    /// Decoded bytes that nobody has taken yet, from `start` on.
    private var pending: [UInt8] = []
    private var start = 0
    private var block: [UInt8]

    init(_ source: Source) throws {
        var source = source
        var block = [UInt8](repeating: 0, count: 64 << 10)
        let count = try unsafe block.withUnsafeMutableBytes { try unsafe source.fill($0) }
        isArmored = AgeFile.isArmored(block[..<count])
        self.source = source
        self.block = block
        try take(count)
    }

    /// Reads the header.
    mutating func header() throws -> Header {
        do {
            var scanner = HeaderScanner()
            while true {
                if let size = try scanner.headerSize(in: pending) {
                    start = size
                    return try Header(parsing: Array(pending[..<size]))
                }
                guard try readOn() else { throw HeaderError.truncated }
            }
        } catch let error as HeaderError {
            throw DecryptionError.header(error)
        }
    }

    /// Reads the payload's nonce, whose absence counts as a failure of the header.
    mutating func payloadNonce() throws -> [UInt8] {
        var nonce = [UInt8](repeating: 0, count: PayloadLayout.nonceSize)
        let count = try unsafe nonce.withUnsafeMutableBytes { try unsafe fill($0) }
        guard count == nonce.count else { throw DecryptionError.header(.noPayloadNonce) }
        return nonce
    }

    /// Fills a buffer with what follows; fewer bytes than wanted only at the end.
    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            if start < pending.count {
                let part = pending[start...].prefix(buffer.count - filled)
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                    .copyBytes(from: part)
                filled += part.count
                start += part.count
            } else if isArmored {
                pending.removeAll(keepingCapacity: true)
                start = 0
                guard try readOn() else { break }
            } else if hasEnded {
                break
            } else {
                // Binary files go straight where they are wanted.
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                let count = try unsafe source.fill(rest)
                hasEnded = count < rest.count
                filled += count
            }
        }
        return filled
    }

    /// Adds the next block to what is pending; false at the end of the stream.
    private mutating func readOn() throws -> Bool {
        guard !hasEnded else { return false }
        let count = try unsafe block.withUnsafeMutableBytes { try unsafe source.fill($0) }
        try take(count)
        return true
    }

    private mutating func take(_ count: Int) throws {
        hasEnded = count < block.count
        guard isArmored else {
            pending += block[..<count]
            return
        }
        do throws(ArmorError) {
            try decoder.decode(block[..<count], into: &pending)
            if hasEnded { try decoder.finish() }
        } catch {
            throw DecryptionError.armor(error)
        }
    }
}
