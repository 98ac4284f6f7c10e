// SPDX-License-Identifier: Apache-2.0

import Bulk
import Logging
import ServiceLifecycle
import Vault

/// Follows the policy in force while the vault is served.
///
/// Checkpoints are shown to the witnesses that it names, from the moment it is in the log; and where it
/// no longer names the TLS key that is shown, somebody has to know.
struct PolicyFollower: Service {
    let vault: OpenVault
    let tlsKey: Hash
    /// Shows checkpoints to those who were asked before the first signature.
    let first: WitnessPublisher?
    /// How often it looks.
    let interval: Duration
    let logger: Logger
    /// What shows checkpoints to the witnesses of a policy; `nil` where there are none.
    let publisher: @Sendable (Policy?) throws -> WitnessPublisher?

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var current = first
            var policy = vault.state.policy
            while true {
                warn(of: policy)
                await withTaskGroup { [current, policy] group in
                    // It ends when it is cancelled, and only then are its connections closed.
                    if let current { group.addTask { try? await current.run() } }
                    group.addTask { await waitForChange(of: policy) }
                    await group.next()
                    group.cancelAll()
                }
                guard !Task.isCancelled else { return }
                policy = vault.state.policy
                current = publisher(for: policy)
            }
        }
    }

    private func waitForChange(of policy: Policy?) async {
        while vault.state.policy == policy {
            do { try await Task.sleep(for: interval) } catch { return }
        }
    }

    private func publisher(for policy: Policy?) -> WitnessPublisher? {
        do {
            let next = try publisher(policy)
            logger.info(
                "the policy has changed",
                metadata: ["witnesses": "\(next?.witnesses.clients.count ?? 0)"]
            )
            return next
        } catch {
            logger.error("the witnesses cannot be used", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    private func warn(of policy: Policy?) {
        guard let policy, !policy.tlsKeys.contains(tlsKey) else { return }
        logger.critical(
            "the policy no longer names the TLS key that is shown: members' devices refuse it",
            metadata: ["tls-key": "\(tlsKey)"]
        )
    }
}
