// SPDX-License-Identifier: Apache-2.0

import Bulk
import Logging
import Vault
import VaultServer

@testable import VaultClient

/// The vault's own keys change hands.
extension World {
    private var rotation: LogKeyRotation {
        LogKeyRotation(TestVault.configuration(folder.child("data"), tls: false))
    }

    /// Makes the log's next key, and has the administrator put the handover into the log.
    @discardableResult
    func handOver() async throws -> LogHandover {
        let handover = try LogHandover(parsing: try await rotation.handOver())
        let (_, decision) = try await act(as: "admin") {
            try await $0.changeLogKey(to: handover, for: 3600)
        }
        guard case .logged = decision else { preconditionFailure("one was enough") }
        return handover
    }

    /// Destroys the key that is no longer in force; the daemon begins anew.
    func retire() async throws {
        try await restart { _ = try await rotation.retire() }
    }

    /// Makes the next TLS key, and lets the policy name both.
    @discardableResult
    func announceKey() async throws -> TLSRotation.Keys {
        let keys = try TLSRotation(configuration).prepare()
        _ = try await act(as: "admin") {
            try await $0.changePolicy(for: 3600) {
                $0.tlsKeys = [keys.current, keys.next].sorted()
            }
        }
        return keys
    }

    /// Serves the vault with the next TLS key.
    func changeOver() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try await restart { try await TLSRotation(configuration).takeNext(logger: logger) }
    }

    /// Takes a TLS key out of the policy.
    func drop(_ key: Hash) async throws {
        _ = try await act(as: "admin") {
            try await $0.changePolicy(for: 3600) { $0.tlsKeys.removeAll { $0 == key } }
        }
    }

    /// Takes a TLS key out of the policy, with a program that does not mind that the vault shows it.
    func dropRegardless(_ key: Hash) async throws {
        let change = try await policyChange { $0.tlsKeys.removeAll { $0 == key } }
        _ = try await act(as: "admin") { try await $0.decide(change) }
    }

    /// The policy in force, changed, as an act.
    func policyChange(_ change: (inout Policy) -> Void) async throws -> Act {
        let (policy, statement) = try await act(as: "admin") { try await $0.governance().decided }
        var next = policy
        change(&next)
        return .policy(
            PolicyChange(
                expires: UTCTime(seconds: VaultClock.deviceTime + 3600),
                replacing: statement,
                with: next
            )
        )
    }

    /// The TLS keys that a person's device takes.
    func pins(of name: String) async throws -> [Hash] {
        try await act(as: name) { await $0.trust.state.tlsKey.hashes }
    }
}
