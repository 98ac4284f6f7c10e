// SPDX-License-Identifier: Apache-2.0

/// Reads a payload at any place, opening only the chunks that are asked for.
///
/// The last chunk is opened first of all: only then is the size authentic.
@safe public struct PayloadReader: ~Copyable {
    /// Fills a buffer from a place in the payload, counted from the byte after the nonce.
    public typealias Read = (_ offset: UInt64, _ buffer: UnsafeMutableRawBufferPointer) throws ->
        Void

    /// The plaintext's size in bytes.
    public let size: UInt64

    private var cipher: PayloadCipher
    private let read: Read
    private var buffer = [UInt8](repeating: 0, count: PayloadLayout.sealedChunkSize)
    /// The chunk whose plaintext lies in the buffer.
    private var current: UInt64

    /// Opens the last chunk.
    ///
    /// - Parameters:
    ///   - fileKey: the file's.
    ///   - nonce: the payload's first 16 bytes.
    ///   - payloadSize: in bytes, nonce included.
    ///   - read: fills buffers with sealed bytes.
    /// - Throws: ``PayloadError``, and what `read` throws.
    public init(
        fileKey: borrowing FileKey,
        nonce: [UInt8],
        payloadSize: UInt64,
        read: @escaping Read
    ) throws {
        let size = PayloadLayout.plaintextSize(payloadSize: payloadSize)
        self.size = size ?? 0
        unsafe self.read = unsafe read
        cipher = PayloadCipher(fileKey: fileKey, nonce: nonce)
        current = .max
        guard let size else { throw PayloadError.truncated }
        try load(PayloadLayout.chunkCount(plaintextSize: size) - 1)
    }

    /// Reads from a place on.
    ///
    /// - Parameters:
    ///   - output: as many bytes as are wanted.
    ///   - offset: in the plaintext, in bytes.
    /// - Returns: how many bytes were read; fewer than wanted only where the plaintext ends.
    /// - Throws: ``PayloadError``, and what `read` throws.
    public mutating func read(into output: UnsafeMutableRawBufferPointer, at offset: UInt64) throws
        -> Int
    {
        var done = 0
        while done < output.count, offset + UInt64(done) < size {
            let place = offset + UInt64(done)
            let (chunk, start) = place.quotientAndRemainder(
                dividingBy: UInt64(PayloadLayout.chunkSize)
            )
            if chunk != current { try load(chunk) }
            let count = min(output.count - done, plaintextSize(of: chunk) - Int(start))
            unsafe UnsafeMutableRawBufferPointer(rebasing: output[done...])
                .copyBytes(from: buffer[Int(start)..<(Int(start) + count)])
            done += count
        }
        return done
    }

    private func plaintextSize(of chunk: UInt64) -> Int {
        Int(min(UInt64(PayloadLayout.chunkSize), size - chunk * UInt64(PayloadLayout.chunkSize)))
    }

    private mutating func load(_ chunk: UInt64) throws {
        current = .max
        let count = plaintextSize(of: chunk)
        let isLast = chunk == PayloadLayout.chunkCount(plaintextSize: size) - 1
        let read = unsafe read
        let authentic = try unsafe buffer.withUnsafeMutableBytes { buffer in
            let sealed = unsafe UnsafeMutableRawBufferPointer(
                rebasing: buffer[..<(count + PayloadLayout.tagSize)]
            )
            try unsafe read(chunk * UInt64(PayloadLayout.sealedChunkSize), sealed)
            return unsafe cipher.open(
                UnsafeRawBufferPointer(sealed),
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]),
                chunk: chunk,
                isLast: isLast
            )
        }
        guard authentic else { throw PayloadError.forgedChunk(index: chunk) }
        current = chunk
    }
}
