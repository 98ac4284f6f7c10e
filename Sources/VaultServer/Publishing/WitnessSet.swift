// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import TransparencyLog

/// The witnesses of this log, and the quorum of them: those of the vault's policy, or of a policy file.
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
        for witness in file.witnesses {
            guard let url = witness.url, !Self.isAddress(url) else { continue }
            let reason =
                "witness \"\(witness.key.name)\": got \"\(url)\", want a URL of http or https"
            throw .badWitnessPolicy(path: path, reason: reason)
        }
        self.init(
            TrustPolicy(
                logs: [TrustPolicy.Log(key: log)],
                witnesses: file.witnesses,
                quorum: file.quorum
            ),
            timeout: timeout
        )
    }

    /// Takes the witnesses of a policy; those whose addresses cannot be used count, and are never asked.
    init(_ policy: TrustPolicy, timeout: Duration) {
        let http = WitnessClient.makeHTTP(timeout: timeout)
        self.policy = policy
        self.http = http
        clients = policy.witnesses.compactMap { witness in
            guard let url = witness.url, Self.isAddress(url) else { return nil }
            let prefix = url.hasSuffix("/") ? String(url.dropLast()) : url
            return WitnessClient(key: witness.key, url: prefix, http: http, timeout: timeout)
        }
    }

    private static func isAddress(_ url: String) -> Bool {
        url.hasPrefix("https://") || url.hasPrefix("http://")
    }

    /// Ends all connections; it must be called.
    func close() async {
        try? await http.shutdown()
    }
}
