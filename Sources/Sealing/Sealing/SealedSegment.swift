// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Synchronization

/// A finished segment of a payload, on its way to the vault.
///
/// It holds one of the pool's buffers until the last reference to it is gone.
@safe public final class SealedSegment: Sendable {
    /// Its place in the payload, from 0.
    public let index: Int
    /// Its SHA-256, which is its address.
    public let digest: Hash
    /// Its size in bytes, 1 to 4 MiB.
    public let count: Int

    private let buffer: SegmentBuffer

    init(index: Int, digest: Hash, count: Int, buffer: SegmentBuffer) {
        self.index = index
        self.digest = digest
        self.count = count
        self.buffer = buffer
    }

    /// Lends the bytes; the pointer must not leave the closure.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(buffer[0..<count]))
    }
}

/// Carries segments from the sealing threads to one reader that awaits them.
final class SegmentStream: Sendable {
    private struct State {
        var ready: [SealedSegment] = []
        var outcome: Result<SealedObject, SealError>?
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Whether nobody wants more: the reader went away, or the stream has failed.
    var isOver: Bool { state.withLock { $0.outcome != nil } }

    var outcome: Result<SealedObject, SealError>? { state.withLock { $0.outcome } }

    func add(_ segment: SealedSegment) {
        change { state in
            // After a failure nothing more may leave.
            if state.outcome == nil { state.ready.append(segment) }
        }
    }

    /// Ends the stream; the first end counts.
    func end(_ outcome: Result<SealedObject, SealError>) {
        change { state in
            guard state.outcome == nil else { return }
            state.outcome = outcome
            if case .failure = outcome { state.ready = [] }
        }
    }

    /// The next segment, or `nil` at the end.
    func next() async throws(SealError) -> SealedSegment? {
        while true {
            let found: Result<SealedSegment?, SealError>? = state.withLock { state in
                if !state.ready.isEmpty { return .success(state.ready.removeFirst()) }
                return state.outcome?.map { _ in nil }
            }
            if let found { return try found.get() }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if !state.ready.isEmpty || state.outcome != nil { return true }
                    precondition(state.waiting == nil, "two tasks wait for one object's segments")
                    state.waiting = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiting = state.withLock { state in
            body(&state)
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }
}
