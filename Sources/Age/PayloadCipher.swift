// SPDX-License-Identifier: Apache-2.0

import Bulk

/// Seals and opens a payload's chunks, each by its index, in any order and on any thread.
///
/// STREAM with ChaCha20-Poly1305 (c2sp.org/age, "Payload"): a chunk's nonce is its index in 11 bytes
/// and a byte that marks the last one. Several ciphers made from one file key and nonce may share
/// the work; each index is sealed only once.
public struct PayloadCipher: ~Copyable, Sendable {
    private var cipher: ChaCha20Poly1305

    /// - Parameters:
    ///   - fileKey: the file's.
    ///   - nonce: the payload's first 16 bytes; random, or derived and never used before.
    public init(fileKey: borrowing FileKey, nonce: [UInt8]) {
        precondition(nonce.count == PayloadLayout.nonceSize)
        cipher = fileKey.payloadCipher(nonce: nonce)
    }

    /// Seals one chunk.
    ///
    /// - Parameters:
    ///   - plaintext: 65 536 bytes, or in the last chunk fewer; none only in an empty payload.
    ///   - output: 16 bytes longer; it may begin at the same address (in place) or lie apart.
    ///   - index: from 0 on.
    ///   - isLast: whether the payload ends here.
    public mutating func seal(
        _ plaintext: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer,
        chunk index: UInt64,
        isLast: Bool
    ) {
        precondition(plaintext.count == PayloadLayout.chunkSize || isLast)
        precondition(plaintext.count <= PayloadLayout.chunkSize)
        precondition(plaintext.count > 0 || index == 0)
        unsafe cipher.seal(plaintext, into: output, nonce: Self.nonce(index, isLast: isLast))
    }

    /// Opens one chunk.
    ///
    /// Where it was not sealed for this place, the output is zeroed or, in place, the sealed bytes are left standing.
    ///
    /// - Parameters:
    ///   - sealed: 16 to 65 552 bytes.
    ///   - output: 16 bytes shorter; it may begin at the same address (in place) or lie apart.
    ///   - index: from 0 on.
    ///   - isLast: whether the payload should end here.
    /// - Returns: whether the chunk is authentic.
    public mutating func open(
        _ sealed: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer,
        chunk index: UInt64,
        isLast: Bool
    ) -> Bool {
        precondition(sealed.count <= PayloadLayout.sealedChunkSize)
        return unsafe cipher.open(sealed, into: output, nonce: Self.nonce(index, isLast: isLast))
    }

    /// The index in 11 bytes, big-endian, of which 64 bits can never run out; then the mark.
    private static func nonce(_ index: UInt64, isLast: Bool) -> ChaCha20Poly1305.Nonce {
        ChaCha20Poly1305.Nonce { place in
            switch place {
            case 0..<3: 0
            case 3..<11: UInt8(truncatingIfNeeded: index >> UInt64(8 * (10 - place)))
            default: isLast ? 1 : 0
            }
        }
    }
}
