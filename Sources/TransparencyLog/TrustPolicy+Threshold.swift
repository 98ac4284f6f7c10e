// SPDX-License-Identifier: Apache-2.0

extension TrustPolicy {
    /// Takes a checkpoint that at least so many of some witnesses have cosigned.
    ///
    /// - Parameters:
    ///   - logs: The accepted logs.
    ///   - witnesses: The known witnesses.
    ///   - threshold: How many of them; with 0 the log's signature is enough.
    public init(logs: [Log], witnesses: [Witness], threshold: UInt64) {
        self.init(
            logs: logs,
            witnesses: witnesses,
            quorum: threshold == 0
                ? .none
                : .group(
                    threshold: Int(clamping: threshold),
                    members: witnesses.map { .witness($0.key) }
                )
        )
    }
}
