// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Foundation

/// Plaintext on its way from one thing that is opened to another that is sealed: in memory only.
///
/// Whoever opens puts pieces in and waits while one is there; the thread that seals takes them out. What
/// goes through is not yet known to be whole: what was made of it counts only once the opener has found
/// the hash that was committed to.
public final class PlaintextPipe: Sendable {
    /// The SHA-256 that was committed to.
    ///
    /// The keys of what is sealed derive from it; see ``JobSecret``.
    public let sha256: Hash
    /// All bytes.
    public let size: UInt64

    private let state: State

    /// Where the pieces are; everything in it is touched under its lock.
    @safe private final class State: @unchecked Sendable {
        let changed = NSCondition()
        var piece: ArraySlice<UInt8> = []
        var isOver = false
        var waiting: CheckedContinuation<Void, Never>?

        /// Lets whoever puts pieces in go on.
        func resume() {
            waiting?.resume()
            waiting = nil
        }
    }

    /// Makes a pipe for a plaintext.
    public init(sha256: Hash, size: UInt64) {
        self.sha256 = sha256
        self.size = size
        state = State()
    }

    /// Puts a piece in, once the one before was taken out.
    ///
    /// - Returns: Whether anybody still wants it; not after ``end()``.
    public func put(_ bytes: [UInt8]) async -> Bool {
        if !bytes.isEmpty { await vacancy() }
        return state.changed.withLock {
            guard !state.isOver else { return false }
            if !bytes.isEmpty { state.piece = bytes[...] }
            state.changed.signal()
            return true
        }
    }

    /// Ends the pipe: nobody puts anything in any more, or nobody takes it out.
    public func end() {
        state.changed.withLock {
            state.isOver = true
            state.resume()
            state.changed.broadcast()
        }
    }

    private func vacancy() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            state.changed.withLock {
                state.waiting = continuation
                if state.piece.isEmpty || state.isOver { state.resume() }
            }
        }
    }

    /// Takes the next bytes out, and waits for them; called by one thread of its own.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceError) {
        var filled = 0
        while filled < buffer.count {
            guard let part = next(atMost: buffer.count - filled) else { throw .cutOff }
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyBytes(from: part)
            filled += part.count
        }
    }

    private func next(atMost count: Int) -> ArraySlice<UInt8>? {
        state.changed.withLock {
            while state.piece.isEmpty, !state.isOver { state.changed.wait() }
            guard !state.piece.isEmpty else { return nil }
            let part = state.piece.prefix(count)
            state.piece = state.piece.dropFirst(count)
            if state.piece.isEmpty { state.resume() }
            return part
        }
    }
}
