// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What the daemon counts, written in the Prometheus text format.
///
/// No label ever holds what a client chose: reasons are problem slugs, statuses are numbers.
final class Metrics: Sendable {
    /// A number that only grows, or one that is set.
    final class Counter: Sendable {
        private let number = Atomic<Int>(0)
        var value: Int { number.load(ordering: .relaxed) }
        func add(_ amount: Int = 1) { number.add(amount, ordering: .relaxed) }
        func set(_ value: Int) { number.store(value, ordering: .relaxed) }
    }

    let statements = Counter()
    let rounds = Counter()
    let entries = Counter()
    let bytesReceived = Counter()
    let bytesSent = Counter()
    let inFlight = Counter()
    let unavailable = Counter()
    let collected = Counter()
    let cosignatures = Counter()
    let witnessFailures = Counter()
    /// The largest size whose checkpoint met the quorum.
    let witnessed = Counter()
    let timestamps = Counter()
    let timestampFailures = Counter()
    let roundSeconds = Histogram(bounds: [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
    ])
    private let rejected = Mutex<[String: Int]>([:])
    private let responses = Mutex<[Int: Int]>([:])

    /// Counts a refused request by its problem's slug.
    func reject(_ slug: String) { rejected.withLock { $0[slug, default: 0] += 1 } }

    /// Counts an answer by its status.
    func respond(_ status: Int) { responses.withLock { $0[status, default: 0] += 1 } }

    /// Everything, in the text exposition format 0.0.4.
    var text: String {
        var out = ""
        func counter(_ name: String, _ help: String, _ value: Int, type: String = "counter") {
            out +=
                "# HELP saksi_\(name) \(help)\n# TYPE saksi_\(name) \(type)\nsaksi_\(name) \(value)\n"
        }
        func labelled(_ name: String, _ label: String, _ help: String, _ values: [(String, Int)]) {
            out += "# HELP saksi_\(name) \(help)\n# TYPE saksi_\(name) counter\n"
            for (key, value) in values { out += "saksi_\(name){\(label)=\"\(key)\"} \(value)\n" }
        }
        counter("statements_total", "Statements accepted.", statements.value)
        labelled(
            "rejected_total",
            "reason",
            "Requests refused, by problem type.",
            rejected.withLock { $0.sorted { $0.key < $1.key } }.map { ($0.key, $0.value) }
        )
        labelled(
            "responses_total",
            "status",
            "Answers, by HTTP status.",
            responses.withLock { $0.sorted { $0.key < $1.key } }.map { ("\($0.key)", $0.value) }
        )
        counter("rounds_total", "Rounds committed.", rounds.value)
        out += roundSeconds.text(name: "saksi_round_seconds", help: "Time of a round.")
        counter("entries", "Entries in the log.", entries.value, type: "gauge")
        counter("received_bytes_total", "Bytes of request bodies.", bytesReceived.value)
        counter("sent_bytes_total", "Bytes of response bodies.", bytesSent.value)
        counter("requests_in_flight", "Requests being answered.", inFlight.value, type: "gauge")
        counter("unavailable_total", "Requests answered with 503.", unavailable.value)
        counter("collected_total", "Abandoned uploads removed.", collected.value)
        counter("cosignatures_total", "Cosignatures by witnesses.", cosignatures.value)
        counter(
            "witness_failures_total",
            "Requests to witnesses that came to nothing.",
            witnessFailures.value
        )
        counter(
            "witnessed_entries",
            "Entries below the newest checkpoint that met the witness quorum.",
            witnessed.value,
            type: "gauge"
        )
        counter("timestamps_total", "Checkpoints time-stamped.", timestamps.value)
        counter(
            "timestamp_failures_total",
            "Requests for time-stamps that came to nothing.",
            timestampFailures.value
        )
        return out
    }
}

/// A cumulative histogram with fixed bounds, in seconds.
final class Histogram: Sendable {
    private struct State {
        var counts: [Int]
        var sum = 0.0
        var total = 0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count)))
    }

    /// Counts one observation.
    func observe(_ duration: Duration) {
        let parts = duration.components
        let seconds = Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
        state.withLock { state in
            if let bucket = bounds.firstIndex(where: { seconds <= $0 }) {
                state.counts[bucket] += 1
            }
            state.sum += seconds
            state.total += 1
        }
    }

    func text(name: String, help: String) -> String {
        let state = state.withLock { $0 }
        var out = "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
        var below = 0
        for (bound, count) in zip(bounds, state.counts) {
            below += count
            out += "\(name)_bucket{le=\"\(bound)\"} \(below)\n"
        }
        out += "\(name)_bucket{le=\"+Inf\"} \(state.total)\n"
        return out + "\(name)_sum \(state.sum)\n\(name)_count \(state.total)\n"
    }
}
