// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import TimestampClient
import TransparencyLog
import Vault

/// The witnesses of this log, and the quorum of them: those of the vault's policy, or of a policy file.
struct WitnessSet: Sendable {
    /// Those with an address.
    let clients: [WitnessClient]
    /// All witnesses, and which of them must have cosigned for a checkpoint to count as witnessed.
    private let named: TrustPolicy
    private let http: HTTPClient

    /// Reads a policy file.
    ///
    /// - Throws: ``StartError/badWitnessPolicy(path:reason:)``
    init(
        parsing text: String,
        at path: String,
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
        self.init(file, timeout: timeout)
    }

    /// Takes the witnesses of a policy; those whose addresses cannot be used count, and are never asked.
    init(_ policy: TrustPolicy, timeout: Duration) {
        let http = HTTPClient.outbound(timeout: timeout)
        named = policy
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

    /// The keys of all witnesses.
    var keys: [VerifierKey] { named.witnesses.map(\.key) }

    /// Which checkpoints of this log count as witnessed; `nil` where none are asked for.
    func policy(for log: LogKeys) -> TrustPolicy? {
        guard named.quorum != .none else { return nil }
        return TrustPolicy(logs: log.logs, witnesses: named.witnesses, quorum: named.quorum)
    }

    /// Ends all connections; it must be called.
    func close() async {
        try? await http.shutdown()
    }
}
