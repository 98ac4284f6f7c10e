// SPDX-License-Identifier: Apache-2.0

import Timestamp

extension FuzzTarget {
    private static let request = TimestampRequest(
        imprint: MessageImprint(hashing: [1, 2, 3]),
        policy: OID("1.3.6.1.4.1.32473.1"),
        nonce: TimestampRequest.Nonce(7)
    )

    static let timestamps: [FuzzTarget] = [
        FuzzTarget("timestamp-request", seeds: { [request.bytes] }) { input in
            let read = try TimestampRequest(parsing: input)
            let again = try TimestampRequest(parsing: read.bytes)
            precondition(again == read)
        },
        FuzzTarget(
            "timestamp-answer",
            seeds: { [[0x30, 9, 0x30, 7, 2, 1, 2, 3, 2, 0, 0x80]] },
            run: { input in
                let stored = try StoredTimestamp(parsing: input)
                let trust = TimestampTrust(roots: CertificateFile())
                let found = stored.verify(answering: request, trusting: trust, at: 0)
                precondition(found.byOpenSSL != nil, "verified without a root")
            }
        ),
        FuzzTarget("timestamp-certificates") { input in
            let file = try CertificateFile(parsing: input)
            precondition(file != CertificateFile())
        },
        .text("timestamp-policy", seeds: { ["1.3.6.1.4.1.32473.1", "2.999.1"] }) {
            OID($0).map { "\($0)" }
        },
    ]
}
