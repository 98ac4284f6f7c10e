// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// One line on the terminal that says how far a piece of work is: share, amount, rate, time remaining.
///
/// Drawn on stderr and only when that is a terminal; ten times a second at most.
final class ProgressBar: Sendable {
    private struct State {
        var drawn: ContinuousClock.Instant?
        var began: ContinuousClock.Instant?
        var baseline: UInt64 = 0
        var last = (done: UInt64(0), total: UInt64(0))
    }

    private let state = Mutex(State())
    private let isShown: Bool
    private let label: String
    private let amount: @Sendable (UInt64) -> String

    init(
        _ label: String,
        isShown: Bool = Terminal.isInteractive,
        amount: @escaping @Sendable (UInt64) -> String = Amount.bytes
    ) {
        self.label = label
        self.isShown = isShown
        self.amount = amount
    }

    /// Takes what is done, in bytes or another unit, of what there is to do; what was done before the
    /// first call is not counted into the rate.
    func update(done: UInt64, total: UInt64) {
        guard isShown else { return }
        let line: String? = state.withLock { state in
            let now = ContinuousClock.now
            state.last = (done, total)
            guard let began = state.began else {
                state.began = now
                state.baseline = done
                return nil
            }
            if let drawn = state.drawn, now - drawn < .milliseconds(100), done < total {
                return nil
            }
            state.drawn = now
            let elapsed = began.duration(to: now) / .seconds(1)
            let rate = elapsed > 0 ? Double(done - min(state.baseline, done)) / elapsed : 0
            return text(done: done, total: total, rate: rate)
        }
        if let line { Terminal.write("\r\(line)\u{1b}[K", to: STDERR_FILENO) }
    }

    /// Ends the line, so that what follows starts on its own.
    func finish() {
        let wasDrawn = state.withLock { state in
            defer { state.drawn = nil }
            return state.drawn != nil
        }
        if wasDrawn { Terminal.write("\n", to: STDERR_FILENO) }
    }

    private func text(done: UInt64, total: UInt64, rate: Double) -> String {
        let share = total == 0 ? 1 : min(1, Double(done) / Double(total))
        let filled = Int(share * 24)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
        var line = "\(label) [\(bar)] \(Int(share * 100))%  \(amount(done))"
        if rate > 0 {
            let left = Double(total - min(done, total)) / rate
            line += "  \(amount(UInt64(rate)))/s  \(Amount.time(seconds: left)) left"
        }
        return line
    }
}

/// Amounts as people read them.
enum Amount {
    /// A number of things: `1 file`, `2 files`.
    static func count(_ number: Int, _ thing: String) -> String {
        "\(number) \(thing)\(number == 1 ? "" : "s")"
    }

    /// Bytes with a binary unit: `4.0 MiB`.
    static func bytes(_ count: UInt64) -> String {
        var value = Double(count)
        var unit = "B"
        for next in ["KiB", "MiB", "GiB", "TiB"] where value >= 1024 {
            value /= 1024
            unit = next
        }
        guard unit != "B" else { return "\(count) B" }
        let tenths = UInt64((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(unit)"
    }

    /// A time span: `2:05`, or `1:02:05` from an hour on.
    static func time(seconds: Double) -> String {
        let whole = Int(min(seconds.rounded(.up), 359_999))
        let clock = [whole / 3600, whole / 60 % 60, whole % 60]
        let shown = clock[0] == 0 ? clock[1...] : clock[...]
        let texts = shown.enumerated().map { place, value in
            place == 0 || value > 9 ? "\(value)" : "0\(value)"
        }
        return texts.joined(separator: ":")
    }
}
