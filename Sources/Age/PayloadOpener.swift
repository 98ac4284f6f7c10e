// SPDX-License-Identifier: Apache-2.0

/// Opens a payload's chunks one after the other, and holds the stream to its rules.
///
/// A full chunk may be the last one or not, and nothing before it tells: it is tried as an inner
/// chunk first and then as the last.
public struct PayloadOpener: ~Copyable, Sendable {
    private enum State {
        case open
        case ended
        case failed(PayloadError)
    }

    private var cipher: PayloadCipher
    private var index: UInt64 = 0
    private var state = State.open

    /// - Parameters:
    ///   - fileKey: the file's.
    ///   - nonce: the payload's first 16 bytes.
    public init(fileKey: borrowing FileKey, nonce: [UInt8]) {
        cipher = PayloadCipher(fileKey: fileKey, nonce: nonce)
    }

    /// Opens the next chunk.
    ///
    /// Whoever reads cuts the stream into pieces of 65 552 bytes; only where the stream ends may a
    /// piece be shorter. What comes out is authentic even when a later call fails.
    ///
    /// - Parameters:
    ///   - sealed: the next piece.
    ///   - output: 16 bytes shorter; it may begin at the same address (in place) or lie apart.
    /// - Throws: ``PayloadError``, the same one from then on.
    public mutating func open(
        _ sealed: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) throws(PayloadError) {
        switch state {
        case .open: break
        case .ended: throw fail(.trailingData)
        case .failed(let error): throw error
        }
        guard sealed.count >= PayloadLayout.tagSize else { throw fail(.truncated) }
        if sealed.count == PayloadLayout.sealedChunkSize,
            unsafe cipher.open(sealed, into: output, chunk: index, isLast: false)
        {
            index += 1
            return
        }
        guard unsafe cipher.open(sealed, into: output, chunk: index, isLast: true) else {
            throw fail(.forgedChunk(index: index))
        }
        guard output.count > 0 || index == 0 else { throw fail(.emptyLastChunk) }
        state = .ended
    }

    /// Ends the stream.
    ///
    /// - Throws: `.truncated` where the last chunk has not come, or what ``open(_:into:)`` threw.
    public consuming func finish() throws(PayloadError) {
        switch state {
        case .open: throw .truncated
        case .ended: return
        case .failed(let error): throw error
        }
    }

    private mutating func fail(_ error: PayloadError) -> PayloadError {
        state = .failed(error)
        return error
    }
}
