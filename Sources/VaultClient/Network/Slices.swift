// SPDX-License-Identifier: Apache-2.0

import Evidence
import NIOCore
import Sealing
import Synchronization

/// What a request carries.
enum RequestBody: Sendable {
    case bytes(ByteBuffer)
    /// Lent from the pool of segments for as long as the request lives.
    case segment(SealedSegment)

    /// Bytes.
    var count: Int {
        switch self {
        case .bytes(let buffer): buffer.readableBytes
        case .segment(let segment): segment.count
        }
    }

    func slice(at offset: Int, count: Int) -> ByteBuffer {
        switch self {
        case .bytes(let buffer):
            return buffer.getSlice(at: buffer.readerIndex + offset, length: count) ?? ByteBuffer()
        case .segment(let segment):
            var slice = ByteBuffer()
            unsafe segment.withBytes {
                _ = unsafe slice.writeBytes(
                    UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count])
                )
            }
            return slice
        }
    }
}

/// A body given away in slices, so that a slow line is felt here and not hidden in a buffer.
///
/// Handed over whole, 4 MiB would count as sent at once, and the wait for the answer would start
/// minutes before the last byte left a telephone.
struct Slices: AsyncSequence, Sendable {
    static let size = 256 << 10

    let body: RequestBody
    let meter: Meter

    struct AsyncIterator: AsyncIteratorProtocol {
        let body: RequestBody
        let meter: Meter
        var offset = 0

        mutating func next() -> ByteBuffer? {
            let count = Swift.min(Slices.size, body.count - offset)
            guard count > 0 else { return nil }
            defer { offset += count }
            meter.add(count)
            return body.slice(at: offset, count: count)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: body, meter: meter) }
}

/// Counts what one request has sent, and takes it back when the request starts again.
final class Meter: Sendable {
    private let count = Mutex(0)
    private let report: @Sendable (Int) -> Void

    init(report: @escaping @Sendable (Int) -> Void) {
        self.report = report
    }

    func add(_ bytes: Int) {
        count.withLock { $0 += bytes }
        report(bytes)
    }

    func rewind() {
        let taken = count.withLock { count in
            defer { count = 0 }
            return count
        }
        if taken > 0 { report(-taken) }
    }
}
