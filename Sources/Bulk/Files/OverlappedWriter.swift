// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import Dispatch
import Glibc
import Synchronization

/// Writes to a descriptor on a thread of its own, while the caller fills the next buffer.
///
/// Where the file was opened with `O_DIRECT`, whole blocks go past the page cache, which costs a
/// third of the time of writing through it once memory is full of dirty pages; what does not fill a
/// block is carried to the next buffer, and only the file's end goes through the cache.
public final class OverlappedWriter: ByteSink {
    private let ring: Ring
    private var current: Int
    private var filled = 0
    private var lent = 0

    /// - Parameters:
    ///   - descriptor: open for writing; somebody else closes it, after this writer is gone.
    ///   - name: for error messages.
    public init(descriptor: CInt, named name: String) {
        ring = Ring(descriptor: descriptor, name: name)
        current = ring.takeFree()
    }

    deinit {
        ring.end()
    }

    /// Room for the next bytes; see ``ByteSink``.
    public func space(_ count: Int) throws(FileError) -> UnsafeMutableRawBufferPointer {
        precondition(count <= Ring.slack)
        if filled >= Ring.bufferSize { try handOn(filled / Ring.block * Ring.block) }
        lent = count
        return unsafe UnsafeMutableRawBufferPointer(
            rebasing: ring.buffers[current][filled..<(filled + count)]
        )
    }

    /// Adds the first bytes of the room that was lent last.
    public func commit(_ count: Int) {
        precondition(count <= lent)
        filled += count
        lent = 0
    }

    /// Writes everything that was committed.
    ///
    /// - Throws: ``FileError``.
    public func flush() throws(FileError) {
        try handOn(filled)
        waitUntilIdle()
        try ring.check()
    }

    /// Waits until nothing is being written: the descriptor may be closed then.
    func waitUntilIdle() { ring.waitUntilIdle() }

    /// Gives the first bytes of the current buffer to the thread and carries the rest over.
    private func handOn(_ count: Int) throws(FileError) {
        try ring.check()
        let next = ring.takeFree()
        let rest = unsafe UnsafeRawBufferPointer(rebasing: ring.buffers[current][count..<filled])
        unsafe ring.buffers[next].copyMemory(from: rest)
        ring.write(current, count: count)
        current = next
        filled -= count
    }
}

/// A few aligned buffers that go round between the caller and the writing thread.
///
/// A buffer belongs to one side at a time: a semaphore hands it over, and the order is that of
/// the ring, so neither side ever looks for one. That is the whole proof of `@unchecked Sendable`;
/// the one value both sides touch at any time, the error number, is atomic.
@safe private final class Ring: @unchecked Sendable {
    static let block = 4096
    static let bufferSize = 1 << 20
    /// What may be added to a buffer that is nearly full.
    static let slack = 128 << 10
    private static let count = 4

    let buffers: [UnsafeMutableRawBufferPointer]
    /// How much of each buffer is filled; memory of its own, since both sides touch it at once.
    private let sizes = UnsafeMutablePointer<Int>.allocate(capacity: Ring.count)
    private var nextFree = 0
    private var nextWritten = 0
    private let free = DispatchSemaphore(value: Ring.count)
    private let filled = DispatchSemaphore(value: 0)
    private let failure = Atomic<CInt>(0)
    private let descriptor: CInt
    private let name: String
    private let ended = DispatchSemaphore(value: 0)

    init(descriptor: CInt, name: String) {
        self.descriptor = descriptor
        self.name = name
        unsafe buffers = (0..<Ring.count).map { _ in
            UnsafeMutableRawBufferPointer.allocate(
                byteCount: Ring.bufferSize + Ring.slack,
                alignment: Ring.block
            )
        }
        let thread = DispatchQueue(label: "saksi.writer")
        thread.async { self.run() }
    }

    deinit {
        for index in 0..<Ring.count {
            unsafe OPENSSL_cleanse(buffers[index].baseAddress, buffers[index].count)
            unsafe buffers[index].deallocate()
        }
        unsafe sizes.deallocate()
    }

    // The caller's side.

    func takeFree() -> Int {
        free.wait()
        defer { nextFree = (nextFree + 1) % Ring.count }
        return nextFree
    }

    func write(_ index: Int, count: Int) {
        unsafe sizes[index] = count
        filled.signal()
    }

    /// The caller holds one buffer; once it holds all of them nothing is left to be written.
    func waitUntilIdle() {
        for _ in 1..<Ring.count { free.wait() }
        for _ in 1..<Ring.count { free.signal() }
    }

    func check() throws(FileError) {
        let code = failure.load(ordering: .acquiring)
        if code != 0 { throw FileError("write", name, code: code) }
    }

    func end() {
        waitUntilIdle()
        // The buffer that the caller still holds is the next in order; its size ends the thread.
        write(nextWritten, count: -1)
        ended.wait()
        free.signal()
    }

    // The thread's side.

    private func run() {
        while true {
            filled.wait()
            let index = nextWritten
            guard unsafe sizes[index] >= 0 else { break }
            nextWritten = (nextWritten + 1) % Ring.count
            // After a failure nothing more is written, so that what is there has no hole.
            if failure.load(ordering: .relaxed) == 0 {
                let code = unsafe write(
                    UnsafeRawBufferPointer(rebasing: buffers[index][..<sizes[index]])
                )
                failure.store(code, ordering: .releasing)
            }
            free.signal()
        }
        ended.signal()
    }

    /// Gives the error number, or 0.
    private func write(_ bytes: UnsafeRawBufferPointer) -> CInt {
        var written = 0
        while written < bytes.count {
            var end = bytes.count
            if end - written < Ring.block || end % Ring.block != 0 {
                // Whole blocks first, then the end of the file, which only the cache can take.
                let blocks = written + (end - written) / Ring.block * Ring.block
                if blocks > written { end = blocks } else { leaveDirectMode() }
            }
            let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[written..<end])
            let count = unsafe Glibc.write(descriptor, part.baseAddress, part.count)
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            written += count
            // A short write leaves the offset between two blocks.
            if count % Ring.block != 0 { leaveDirectMode() }
        }
        return 0
    }

    private func leaveDirectMode() {
        let flags = fcntl(descriptor, F_GETFL)
        if flags & OpenFlags.direct != 0 {
            _ = fcntl(descriptor, F_SETFL, flags & ~OpenFlags.direct)
        }
    }
}

/// What open(2) takes and Swift's Glibc module does not name.
public enum OpenFlags {
    #if arch(arm64)
        /// Past the page cache; the number differs between machines.
        public static let direct: CInt = 0o200000
    #else
        /// Past the page cache; the number differs between machines.
        public static let direct: CInt = 0o40000
    #endif
    /// A file without a name, which is gone with its last descriptor.
    static let temporary = __O_TMPFILE
}
