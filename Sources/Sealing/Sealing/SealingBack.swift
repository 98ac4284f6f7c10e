// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk

/// The second thread's part: seals the chunks that the first left, hashes segments and hands them out.
@safe final class SealingBack: @unchecked Sendable {
    // Handed to one thread, which alone uses it from then on.
    private var cipher: PayloadCipher
    private let recorded: [Int: Hash]
    private let stream: SegmentStream
    private let object: UnfinishedObject
    private var hasher = SHA256Hasher()
    private var segments: [Hash] = []

    /// - Parameters:
    ///   - cipher: the payload's.
    ///   - recorded: what segments must hash to.
    ///   - stream: where segments go.
    ///   - object: what is known of the object before it is sealed.
    init(
        cipher: consuming PayloadCipher,
        recorded: [Int: Hash],
        stream: SegmentStream,
        object: UnfinishedObject
    ) {
        self.cipher = cipher
        self.recorded = recorded
        self.stream = stream
        self.object = object
    }

    /// Takes a step; after a failure it only drops what still comes.
    func receive(_ step: SealingStep) {
        guard !stream.isOver else { return }
        switch step {
        case .group(let group):
            seal(group)
            if group.endsSegment { hand(group.buffer, count: group.bytes.upperBound) }
        case .end(let sha256):
            stream.end(.success(object.finished(sha256: sha256, segments: segments)))
        }
    }

    private func seal(_ group: SealingGroup) {
        var hashed = group.bytes.lowerBound
        for place in 0..<group.count {
            let start = group.start + place * PayloadLayout.sealedChunkSize
            let end = start + PayloadLayout.sealedChunkSize
            unsafe cipher.seal(
                UnsafeRawBufferPointer(group.buffer[start..<start + PayloadLayout.chunkSize]),
                into: group.buffer[start..<end],
                chunk: group.chunk + UInt64(place),
                isLast: false
            )
            unsafe hasher.update(raw: UnsafeRawBufferPointer(group.buffer[hashed..<end]))
            hashed = end
        }
        unsafe hasher.update(
            raw: UnsafeRawBufferPointer(group.buffer[hashed..<group.bytes.upperBound])
        )
    }

    private func hand(_ buffer: SegmentBuffer, count: Int) {
        let digest = hasher.cut()
        let index = segments.count
        // A text that differs under the same key and nonce must not leave: see ObjectSealer.
        if let before = recorded[index], before != digest {
            return stream.end(.failure(.source(.changed(.content(segment: index)))))
        }
        segments.append(digest)
        stream.add(SealedSegment(index: index, digest: digest, count: count, buffer: buffer))
    }
}
