// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The memory that request bodies, or statements that wait, may take at once, over all requests.
///
/// A request reserves its declared size before its body is read. Where there is no room it waits in
/// order for a while, its body held back by TCP, and is then refused: an upload is slow to send again,
/// so waiting is kinder than 503, and the wait is bounded. One holder has at most half of the memory
/// and `perHolder` bodies, so that nobody shuts out the others.
final class BodyBudget: Sendable {
    private let capacity: Int
    private let perHolder: Int
    private let patience: Duration
    private let state: Mutex<State>

    private struct State {
        var free: Int
        var held: [String: (bodies: Int, bytes: Int)] = [:]
        var waiting: [(ticket: UInt64, bytes: Int, resume: CheckedContinuation<Bool, Never>)] = []
        var nextTicket: UInt64 = 0
    }

    /// - Parameters:
    ///   - capacity: bytes in all
    ///   - perHolder: bodies of one holder at once
    ///   - patience: how long a request waits for room
    init(capacity: Int, perHolder: Int, patience: Duration) {
        self.capacity = capacity
        self.perHolder = perHolder
        self.patience = patience
        state = Mutex(State(free: capacity))
    }

    /// Reserves room for a body.
    ///
    /// - Parameters:
    ///   - bytes: the declared size of the body
    ///   - holder: who is charged; a member's fingerprint, or one name for all outsiders
    /// - Returns: room that is given back when the value goes, or `nil` where there was none in time
    func reserve(_ bytes: Int, for holder: String) async -> Room? {
        guard admit(bytes, holder) else { return nil }
        guard await take(bytes) else {
            leave(bytes, holder)
            return nil
        }
        return Room { [self] in
            leave(bytes, holder)
            give(back: bytes)
        }
    }

    /// A reservation; it ends with the value.
    final class Room: Sendable {
        private let release: @Sendable () -> Void

        fileprivate init(release: @escaping @Sendable () -> Void) { self.release = release }

        deinit { release() }
    }

    private func admit(_ bytes: Int, _ holder: String) -> Bool {
        state.withLock { state in
            let held = state.held[holder] ?? (0, 0)
            let fits = held.bytes == 0 || held.bytes + bytes <= capacity / 2
            guard held.bodies < perHolder, fits else { return false }
            state.held[holder] = (held.bodies + 1, held.bytes + bytes)
            return true
        }
    }

    private func leave(_ bytes: Int, _ holder: String) {
        state.withLock { state in
            let held = state.held[holder] ?? (1, bytes)
            state.held[holder] = held.bodies == 1 ? nil : (held.bodies - 1, held.bytes - bytes)
        }
    }

    private func take(_ bytes: Int) async -> Bool {
        let ticket: UInt64? = state.withLock { state in
            if state.waiting.isEmpty, state.free >= bytes {
                state.free -= bytes
                return nil
            }
            state.nextTicket += 1
            return state.nextTicket
        }
        guard let ticket else { return true }
        let deadline = ContinuousClock.now + patience
        let timer = Task {
            try? await Task.sleep(until: deadline, clock: .continuous)
            self.end(ticket)
        }
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let refused = state.withLock { state in
                    // The timer, or a cancellation, may have come before the wait began.
                    guard !Task.isCancelled, ContinuousClock.now < deadline else { return true }
                    state.waiting.append((ticket, bytes, continuation))
                    return false
                }
                if refused { continuation.resume(returning: false) } else { serve() }
            }
        } onCancel: {
            end(ticket)
        }
    }

    private func end(_ ticket: UInt64) {
        let found = state.withLock { state in
            state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0) }
        }
        found?.resume.resume(returning: false)
        // The one behind may be smaller.
        serve()
    }

    private func give(back bytes: Int) {
        state.withLock { $0.free += bytes }
        serve()
    }

    private func serve() {
        while let next = state.withLock({ state -> CheckedContinuation<Bool, Never>? in
            guard let first = state.waiting.first, first.bytes <= state.free else { return nil }
            state.free -= first.bytes
            return state.waiting.removeFirst().resume
        }) {
            next.resume(returning: true)
        }
    }
}
