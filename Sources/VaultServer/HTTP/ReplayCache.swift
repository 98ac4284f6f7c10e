// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Remembers the nonces of signed requests for as long as their signatures are good.
///
/// Nonces lie in buckets by the signature's `created` time, so that a whole bucket is forgotten once
/// no signature of its time would be accepted. What is kept of a nonce is a 64-bit keyed hash: the key
/// is random in each process, so nobody can make two collide on purpose. The number kept is bounded.
final class ReplayCache: Sendable {
    enum Outcome: Equatable { case fresh, replayed, full }

    private static let bucketSeconds: Int64 = 16
    private let window: Int64
    private let capacity: Int
    private let state = Mutex(State())

    private struct State {
        var buckets: [Int64: Set<Int>] = [:]
        var count = 0
    }

    /// - Parameters:
    ///   - window: seconds before and after now in which `created` is accepted
    ///   - capacity: nonces kept at most
    init(window: Int64, capacity: Int = 1_000_000) {
        self.window = window
        self.capacity = capacity
    }

    /// Notes a nonce; a second call with the same key id, nonce and `created` says `.replayed` for as
    /// long as such a signature would be accepted.
    ///
    /// With another `created` it may count as another: that is then another signature.
    func note(keyID: some Hashable, nonce: [UInt8], created: Int64, now: Int64) -> Outcome {
        var hasher = Hasher()
        hasher.combine(keyID)
        hasher.combine(nonce)
        let mark = hasher.finalize()
        let bucket = created / Self.bucketSeconds
        let oldest = (now - window) / Self.bucketSeconds
        return state.withLock { state in
            for old in state.buckets.keys where old < oldest {
                state.count -= state.buckets.removeValue(forKey: old)?.count ?? 0
            }
            if state.buckets[bucket]?.contains(mark) == true { return .replayed }
            guard state.count < capacity else { return .full }
            state.buckets[bucket, default: []].insert(mark)
            state.count += 1
            return .fresh
        }
    }
}
