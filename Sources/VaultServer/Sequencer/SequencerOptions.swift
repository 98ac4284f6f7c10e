// SPDX-License-Identifier: Apache-2.0

public import Vault

/// How the sequencer batches.
public struct SequencerOptions: Sendable {
    /// How long after a round has begun the next one may, unless `flushCount` statements wait.
    public var groupInterval: Duration = .milliseconds(50)
    /// How many statements start a round at once, so that busy clients do not wait for the timer.
    public var flushCount = 32
    /// How many statements may wait; more are answered with ``SubmissionError/busy(retryAfter:)``.
    public var poolLimit = 4096
    /// How many bytes the statements that wait may take, with the records they name.
    ///
    /// One member has at most half. Beyond it, ``SubmissionError/busy(retryAfter:)``.
    public var poolMemory = 128 << 20
    /// What those are told to wait.
    public var retryAfter: Duration = .seconds(1)
    /// How long after a round its files are synced and its staging object is deleted.
    public var settleInterval: Duration = .seconds(1)
    /// To what the accepted time of entries is rounded down.
    public var rounding: AcceptedRounding = .minute

    /// Told after each round that added entries: how many, the log's size then, and how long the
    /// round took.
    public var observer: (@Sendable (_ entries: Int, _ size: UInt64, _ took: Duration) -> Void)?

    /// The defaults.
    public init() {}
}

/// Time and chance, as the daemon is given them.
struct VaultClock: Sendable {
    /// The time of day.
    var now: @Sendable () -> UTCTime
    /// 16 random bytes.
    var token: @Sendable () -> [UInt8] = {
        (0..<16).map { _ in UInt8.random(in: .min ... .max) }
    }
}
