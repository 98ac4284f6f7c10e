// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Page-aligned buffers for unbuffered writes, kept for reuse.
///
/// There are never more than threads that write, as each thread takes one and puts it back.
final class Slabs: Sendable {
    /// A segment's size; a larger object is written in several parts.
    static let size = 4 << 20
    /// What O_DIRECT asks of addresses, offsets and lengths on every common device.
    static let alignment = 4096

    private let free = Mutex<[Slab]>([])

    /// Lends a buffer of ``size`` bytes.
    func lend<Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let slab = free.withLock { $0.popLast() } ?? Slab()
        defer { free.withLock { $0.append(slab) } }
        try unsafe body(slab.bytes)
    }
}

/// Unchecked: a slab is used by the one thread that took it from the list under the mutex.
@safe private final class Slab: @unchecked Sendable {
    let bytes = UnsafeMutableRawBufferPointer.allocate(
        byteCount: Slabs.size,
        alignment: Slabs.alignment
    )

    deinit { unsafe bytes.deallocate() }
}
