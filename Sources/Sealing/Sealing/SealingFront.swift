// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Vault

/// What the first thread passes to the second.
enum SealingStep: Sendable {
    /// Bytes of a segment, in order, some of their chunks still to be sealed.
    case group(SealingGroup)
    /// Everything has been passed on; the SHA-256 of the plaintext.
    case end(sha256: Hash)
}

/// A run of bytes in a segment's buffer.
struct SealingGroup: Sendable {
    let buffer: SegmentBuffer
    /// The bytes to be hashed, in the buffer.
    let bytes: Range<Int>
    /// Where the first chunk that is to be sealed begins in the buffer.
    let start: Int
    /// That chunk's index in the payload.
    let chunk: UInt64
    /// How many full inner chunks, one after the other, are to be sealed.
    let count: Int
    /// Whether the segment ends with these bytes.
    let endsSegment: Bool
}

/// The first thread's part: reads, hashes the plaintext, lays out the chunks, and seals some of them.
///
/// Chunks that lie within one segment are read to where they will stay and are sealed in place. One
/// in 64 crosses into the next segment; it and the last chunk are sealed aside and copied.
@safe final class SealingFront: @unchecked Sendable {
    // Handed to one thread, which alone uses it from then on.
    private let plaintext: Plaintext
    private let nonce: [UInt8]
    private let pool: SegmentPool
    private let stream: SegmentStream
    private var cipher: PayloadCipher
    private var hasher = SHA256Hasher()

    private let chunkCount: UInt64
    private let paddedSize: UInt64
    private let payloadSize: UInt64
    /// The chunk that is read next.
    private var chunk: UInt64 = 0
    /// A chunk that was sealed aside; `rest` of it belongs into the next segment.
    private var aside = [UInt8](repeating: 0, count: PayloadLayout.sealedChunkSize)
    private var rest = 0..<0
    /// How many chunks of each group this thread seals; it follows how far the other is behind.
    private var share = 4

    /// Sixteen chunks, 1 MiB: what two threads can pass on while it is in the cache.
    private static let groupSize = 16

    init(
        plaintext: Plaintext,
        nonce: [UInt8],
        cipher: consuming PayloadCipher,
        pool: SegmentPool,
        stream: SegmentStream
    ) {
        self.plaintext = plaintext
        self.nonce = nonce
        self.cipher = cipher
        self.pool = pool
        self.stream = stream
        paddedSize = Padme.paddedSize(of: plaintext.size)
        chunkCount = PayloadLayout.chunkCount(plaintextSize: paddedSize)
        payloadSize = PayloadLayout.payloadSize(plaintextSize: paddedSize)
    }

    /// Passes the whole payload on, step by step; on an error it ends the stream.
    ///
    /// - Parameters:
    ///   - depth: how many steps wait for the other thread.
    ///   - pass: takes a step; may wait.
    func run(depth: () -> Int = { 0 }, pass: (SealingStep) -> Void) {
        do throws(SourceError) {
            var left = payloadSize
            while left > 0 {
                let buffer = pool.take()
                guard !stream.isOver else { return }
                let size = Int(min(left, ObjectDescription.segmentSize))
                try fill(buffer, size: size, depth: depth, pass: pass)
                left -= UInt64(size)
            }
            pass(.end(sha256: hasher.cut()))
        } catch {
            stream.end(.failure(.source(error)))
        }
    }

    private func fill(
        _ buffer: SegmentBuffer,
        size: Int,
        depth: () -> Int,
        pass: (SealingStep) -> Void
    ) throws(SourceError) {
        var passed = 0
        var filled = begin(buffer)
        // Once at least: what is left of the last chunk may be a segment of its own.
        repeat {
            let room = (size - filled) / PayloadLayout.sealedChunkSize
            let before = max(chunkCount - chunk, 1) - 1
            let inner = Int(min(UInt64(Self.groupSize), before, UInt64(room)))
            var group = (start: filled, chunk: chunk, count: 0)
            if inner > 0 {
                share = depth() > 1 ? min(share + 1, 12) : max(share - 1, 0)
                let own = inner - min(share, inner)..<inner
                for place in 0..<inner {
                    try addChunk(to: buffer, at: filled, sealing: own.contains(place))
                    filled += PayloadLayout.sealedChunkSize
                }
                group.count = own.lowerBound
            } else if filled < size {
                filled += try addChunkAside(to: buffer, at: filled, size: size)
            }
            pass(
                .group(
                    SealingGroup(
                        buffer: buffer,
                        bytes: passed..<filled,
                        start: group.start,
                        chunk: group.chunk,
                        count: group.count,
                        endsSegment: filled == size
                    )
                )
            )
            passed = filled
        } while filled < size
    }

    /// Puts what comes before the first chunk: the nonce, or the end of the chunk before.
    private func begin(_ buffer: SegmentBuffer) -> Int {
        let head = chunk == 0 ? nonce[...] : aside[rest]
        unsafe buffer.bytes.copyBytes(from: head)
        rest = 0..<0
        return head.count
    }

    private func addChunk(to buffer: SegmentBuffer, at offset: Int, sealing: Bool)
        throws(SourceError)
    {
        let place = unsafe buffer[offset..<offset + PayloadLayout.sealedChunkSize]
        let text = unsafe UnsafeMutableRawBufferPointer(
            rebasing: place[..<PayloadLayout.chunkSize]
        )
        try unsafe read(into: text)
        if sealing {
            unsafe cipher.seal(
                UnsafeRawBufferPointer(text),
                into: place,
                chunk: chunk,
                isLast: false
            )
        }
        chunk += 1
    }

    /// Seals the next chunk aside and puts as much of it into the segment as still fits.
    private func addChunkAside(to buffer: SegmentBuffer, at offset: Int, size: Int)
        throws(SourceError) -> Int
    {
        let isLast = chunk + 1 == chunkCount
        let start = chunk * UInt64(PayloadLayout.chunkSize)
        let textSize = Int(min(UInt64(PayloadLayout.chunkSize), paddedSize - start))
        let sealedSize = textSize + PayloadLayout.tagSize
        let outcome = unsafe aside.withUnsafeMutableBytes { aside in
            Result { () throws(SourceError) in
                let text = unsafe UnsafeMutableRawBufferPointer(rebasing: aside[..<textSize])
                try unsafe read(into: text)
                unsafe cipher.seal(
                    UnsafeRawBufferPointer(text),
                    into: UnsafeMutableRawBufferPointer(rebasing: aside[..<sealedSize]),
                    chunk: chunk,
                    isLast: isLast
                )
            }
        }
        try outcome.get()
        chunk += 1
        let fitting = min(sealedSize, size - offset)
        unsafe buffer[offset..<offset + fitting].copyBytes(from: aside[..<fitting])
        rest = fitting..<sealedSize
        return fitting
    }

    /// Reads the next chunk's plaintext: content, and zeros after its end.
    private func read(into text: UnsafeMutableRawBufferPointer) throws(SourceError) {
        let offset = chunk * UInt64(PayloadLayout.chunkSize)
        let left = plaintext.size > offset ? plaintext.size - offset : 0
        let count = Int(min(UInt64(text.count), left))
        let content = unsafe UnsafeMutableRawBufferPointer(rebasing: text[..<count])
        if count > 0 {
            try unsafe plaintext.read(into: content, at: offset)
            unsafe hasher.update(raw: UnsafeRawBufferPointer(content))
        }
        unsafe UnsafeMutableRawBufferPointer(rebasing: text[count...]).initializeMemory(
            as: UInt8.self,
            repeating: 0
        )
        // Before the last bytes are passed on, so that a change leaves the object without its end.
        if UInt64(count) == left { try plaintext.requireUnchanged() }
    }
}
