// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog

extension Policy {
    /// Which checkpoints count as witnessed: those of the log with the quorum of the policy's witnesses.
    ///
    /// Where the quorum is 0, the log's signature is enough.
    public func trust(in logs: [TrustPolicy.Log]) -> TrustPolicy {
        TrustPolicy(
            logs: logs,
            witnesses: witnesses.map { TrustPolicy.Witness(key: $0.key, url: $0.url) },
            threshold: witnessQuorum
        )
    }
}
