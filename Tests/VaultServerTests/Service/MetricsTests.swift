// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import VaultServer

@Suite struct MetricsTests {
    @Test("writes the Prometheus text format")
    func text() {
        let metrics = Metrics()
        metrics.statements.add(3)
        metrics.reject("signature")
        metrics.reject("signature")
        metrics.roundSeconds.observe(.milliseconds(4))
        metrics.roundSeconds.observe(.seconds(60))
        let lines = metrics.text.split(separator: "\n")
        #expect(lines.contains("saksi_statements_total 3"))
        #expect(lines.contains("saksi_rejected_total{reason=\"signature\"} 2"))
        #expect(lines.contains("saksi_round_seconds_bucket{le=\"0.0025\"} 0"))
        #expect(lines.contains("saksi_round_seconds_bucket{le=\"0.005\"} 1"))
        #expect(lines.contains("saksi_round_seconds_bucket{le=\"10.0\"} 1"))
        #expect(lines.contains("saksi_round_seconds_bucket{le=\"+Inf\"} 2"))
        #expect(lines.contains("saksi_round_seconds_count 2"))
    }
}
