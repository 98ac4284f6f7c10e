// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Secrets

/// Whole files of any size, in memory that does not grow with them.
///
/// The caller's thread reads and runs the cipher; a sink such as `OverlappedWriter` writes at the
/// same time.
public enum AgeStream {
    /// Seals a stream.
    ///
    /// - Parameters:
    ///   - source: the plaintext.
    ///   - sink: receives the file; not flushed.
    ///   - header: made with this file key.
    ///   - fileKey: used for this plaintext only.
    ///   - nonce: the payload's, 16 bytes; never used before with this file key.
    /// - Throws: what the source and the sink throw.
    public static func seal(
        from source: inout some ByteSource,
        to sink: inout some ByteSink,
        header: Header,
        fileKey: borrowing FileKey,
        nonce: [UInt8]
    ) throws {
        try sink.write(header.bytes + nonce)
        var cipher = PayloadCipher(fileKey: fileKey, nonce: nonce)
        let buffer = Buffer(count: (chunksPerRead + 1) * PayloadLayout.chunkSize)
        var chunk: UInt64 = 0
        // A full chunk waits here until it is known whether another one follows.
        var waiting = 0
        var hasEnded = false
        while !hasEnded {
            let filled =
                try unsafe waiting + source.fill(.init(rebasing: buffer.bytes[waiting...]))
            hasEnded = filled < buffer.count
            let end = hasEnded ? filled : filled - PayloadLayout.chunkSize
            var start = 0
            repeat {
                let size = min(PayloadLayout.chunkSize, end - start)
                unsafe cipher.seal(
                    .init(rebasing: buffer.bytes[start..<(start + size)]),
                    into: try sink.space(size + PayloadLayout.tagSize),
                    chunk: chunk,
                    isLast: hasEnded && start + size == end
                )
                sink.commit(size + PayloadLayout.tagSize)
                start += size
                chunk += 1
            } while start < end
            waiting = filled - end
            unsafe buffer.bytes.copyMemory(from: .init(rebasing: buffer.bytes[end..<filled]))
        }
    }

    /// Opens a stream, armored or not.
    ///
    /// The sink receives only what is authentic, chunk by chunk; when an error is thrown, it holds
    /// what was authentic before.
    ///
    /// - Parameters:
    ///   - source: the file.
    ///   - sink: receives the plaintext; not flushed.
    ///   - identities: called once with the header, so that a passphrase is asked for only where
    ///     there is a use for it.
    /// - Throws: ``DecryptionError``; what the source, the sink and `identities` throw.
    public static func open(
        from source: some ByteSource,
        to sink: inout some ByteSink,
        identities: (Header) throws -> [any Identity]
    ) throws {
        var reader = try FileReader(source)
        let header = try reader.header()
        let fileKey = try header.fileKey(for: identities(header))
        var opener = PayloadOpener(fileKey: fileKey, nonce: try reader.payloadNonce())
        let buffer = Buffer(count: chunksPerRead * PayloadLayout.sealedChunkSize)
        var filled = 0
        repeat {
            unsafe filled = try reader.fill(buffer.bytes)
            for start in stride(from: 0, to: filled, by: PayloadLayout.sealedChunkSize) {
                let end = min(start + PayloadLayout.sealedChunkSize, filled)
                let size = max(0, end - start - PayloadLayout.tagSize)
                let output = try unsafe sink.space(size)
                do throws(PayloadError) {
                    try unsafe opener.open(.init(rebasing: buffer.bytes[start..<end]), into: output)
                } catch {
                    throw DecryptionError.payload(error)
                }
                sink.commit(size)
            }
        } while filled == buffer.count
        do throws(PayloadError) { try opener.finish() } catch {
            throw DecryptionError.payload(error)
        }
    }

    /// Reads a stream to its end without opening it: what there is to see from outside.
    ///
    /// - Returns: the header, whether there was armor, and the payload's size in bytes, its nonce
    ///   included.
    /// - Throws: ``DecryptionError`` for armor and header; what the source throws.
    public static func inspect(_ source: some ByteSource) throws -> (
        header: Header, isArmored: Bool, payloadSize: UInt64
    ) {
        var reader = try FileReader(source)
        let header = try reader.header()
        let buffer = Buffer(count: chunksPerRead * PayloadLayout.sealedChunkSize)
        var size: UInt64 = 0
        var filled = 0
        repeat {
            unsafe filled = try reader.fill(buffer.bytes)
            size += UInt64(filled)
        } while filled == buffer.count
        return (header, reader.isArmored, size)
    }

    /// One MiB: large enough for the disk, small enough for the cache.
    private static let chunksPerRead = 16
}

/// Memory for the plaintext or the sealed bytes of some chunks, wiped when let go.
@safe private final class Buffer {
    let bytes: UnsafeMutableRawBufferPointer
    let count: Int

    init(count: Int) {
        self.count = count
        unsafe bytes = .allocate(byteCount: count, alignment: 64)
    }

    deinit {
        unsafe ConstantTime.wipe(bytes)
        unsafe bytes.deallocate()
    }
}
