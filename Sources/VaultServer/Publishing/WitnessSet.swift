// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import TransparencyLog

/// The witnesses that a policy file names for this log, and the quorum of them.
struct WitnessSet: Sendable {
    /// Those with an address.
    let clients: [WitnessClient]
    /// This log, all witnesses, and which of them must have cosigned for a checkpoint to count as witnessed.
    let policy: TrustPolicy
    private let http: HTTPClient

    /// Reads a policy file.
    ///
    /// - Throws: ``StartError/badWitnessPolicy(path:reason:)``
    init(
        parsing text: String,
        at path: String,
        log: VerifierKey,
        timeout: Duration
    ) throws(StartError) {
        let file: TrustPolicy
        do {
            file = try TrustPolicy(parsing: Array(text.utf8))
        } catch {
            throw .badWitnessPolicy(path: path, reason: "\(error)")
        }
        policy = TrustPolicy(
            logs: [TrustPolicy.Log(key: log)],
            witnesses: file.witnesses,
            quorum: file.quorum
        )
        let addresses = file.witnesses.compactMap { witness in
            witness.url.map { (witness.key, $0) }
        }
        for (key, url) in addresses {
            guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
                let reason = "witness \"\(key.name)\": got \"\(url)\", want a URL of http or https"
                throw .badWitnessPolicy(path: path, reason: reason)
            }
        }
        let http = WitnessClient.makeHTTP(timeout: timeout)
        self.http = http
        clients = addresses.map { key, url in
            let prefix = url.hasSuffix("/") ? String(url.dropLast()) : url
            return WitnessClient(key: key, url: prefix, http: http, timeout: timeout)
        }
    }

    /// Ends all connections; it must be called.
    func close() async {
        try? await http.shutdown()
    }
}
