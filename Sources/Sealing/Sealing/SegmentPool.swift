// SPDX-License-Identifier: Apache-2.0

import Foundation
import Vault

/// The memory of a submission: a fixed number of buffers of one segment, used again and again.
///
/// Whoever is slow holds the others up: sealing waits for a buffer until one that was handed out is
/// released. With six, four segments can be on their way while two are being made.
public final class SegmentPool: Sendable {
    /// How many bytes each buffer holds: one segment.
    public static let bufferSize = Int(ObjectDescription.segmentSize)

    private let free: BlockingQueue<SegmentMemory>

    /// - Parameter count: how many buffers there are; at least 1. Each takes 4 MiB once it is used.
    public init(count: Int = 6) {
        precondition(count > 0)
        free = BlockingQueue(limit: count)
        for _ in 0..<count { free.put(SegmentMemory()) }
    }

    /// Waits for a buffer.
    func take() -> SegmentBuffer {
        guard let memory = free.take() else { preconditionFailure("a pool is never closed") }
        return SegmentBuffer(memory: memory, pool: self)
    }

    fileprivate func giveBack(_ memory: SegmentMemory) { free.put(memory) }
}

/// A buffer on loan; letting go of it gives it back.
@safe final class SegmentBuffer: @unchecked Sendable {
    // Passed from one thread to the next, never used by two at a time except for disjoint ranges.
    private let memory: SegmentMemory
    private let pool: SegmentPool

    fileprivate init(memory: SegmentMemory, pool: SegmentPool) {
        self.memory = memory
        self.pool = pool
    }

    deinit { pool.giveBack(memory) }

    /// The whole buffer.
    var bytes: UnsafeMutableRawBufferPointer { unsafe memory.bytes }

    /// A part of it.
    subscript(range: Range<Int>) -> UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory.bytes[range])
    }
}

/// Page-aligned memory, which the system provides when it is first touched.
@safe private final class SegmentMemory: @unchecked Sendable {
    // Owned by one buffer, or by the pool, at a time.
    let bytes: UnsafeMutableRawBufferPointer

    init() {
        unsafe bytes = .allocate(byteCount: SegmentPool.bufferSize, alignment: 4096)
    }

    deinit { unsafe bytes.deallocate() }
}

/// A bounded queue between two threads that wait for each other.
final class BlockingQueue<Element: Sendable>: @unchecked Sendable {
    // `elements` and `isClosed` are only touched while `condition` is locked.
    private let condition = NSCondition()
    private let limit: Int
    private var elements: [Element] = []
    private var isClosed = false

    init(limit: Int) { self.limit = limit }

    /// How many elements wait now; another thread may change that at any time.
    var depth: Int { condition.withLock { elements.count } }

    /// Adds an element, waiting for room; a closed queue drops it.
    func put(_ element: Element) {
        condition.lock()
        defer { condition.unlock() }
        while elements.count >= limit && !isClosed { condition.wait() }
        guard !isClosed else { return }
        elements.append(element)
        condition.broadcast()
    }

    /// Removes the oldest element, waiting for one; `nil` when the queue is closed and empty.
    func take() -> Element? {
        condition.lock()
        defer { condition.unlock() }
        while elements.isEmpty && !isClosed { condition.wait() }
        guard !elements.isEmpty else { return nil }
        condition.broadcast()
        return elements.removeFirst()
    }

    /// Ends the queue: what is in it can still be taken.
    func close() {
        condition.withLock {
            isClosed = true
            condition.broadcast()
        }
    }
}
