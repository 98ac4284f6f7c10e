// SPDX-License-Identifier: Apache-2.0

/// How often, and how long apart, something is tried again.
///
/// Every request of the vault is safe to repeat: uploads are content-addressed, and a statement that
/// was already accepted is answered with its first receipt.
public struct Pace: Sendable {
    /// How many times in all.
    let attempts: Int
    /// Waits; a parameter so that tests need not.
    let wait: @Sendable (Duration) async throws -> Void

    /// Six times over about fifteen seconds, then it is the person's turn.
    public static let patient = Pace(attempts: 6) { try await Task.sleep(for: $0) }

    /// Tries as often as said, and waits as said.
    public init(attempts: Int, wait: @escaping @Sendable (Duration) async throws -> Void) {
        precondition(attempts > 0, "something is tried at least once")
        self.attempts = attempts
        self.wait = wait
    }

    /// The pause before the next try: doubling from half a second, with jitter so that many clients
    /// do not come back at once; never shorter than what the vault asked for.
    func pause(after attempt: Int, asked: Duration?) -> Duration {
        let base = Duration.milliseconds(500 << min(attempt, 4))
        let jittered = base * Double.random(in: 0.5...1)
        return min(max(jittered, asked ?? .zero), .seconds(60))
    }
}
