// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// `policy`: sets the whole of what administrators decide together.
public struct PolicyChange: Hashable, Sendable {
    /// The statement is no longer good at this accepted time.
    public let expires: UTCTime
    /// The id of the statement that set the policy this one takes the place of; the genesis at first.
    ///
    /// Of two changes at once the second would undo what it does not know of.
    public let previous: Hash
    /// The new policy.
    public let policy: Policy

    /// Puts the act together.
    public init(expires: UTCTime, replacing previous: Hash, with policy: Policy) {
        self.expires = expires
        self.previous = previous
        self.policy = policy
    }
}

extension PolicyChange: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        expires = try reader.time("expires")
        previous = try reader.hash("previous")
        policy = try Policy(reading: &reader)
    }

    func write(to writer: inout LineWriter) {
        writer.add("expires", expires)
        writer.add("previous", previous)
        policy.write(to: &writer)
    }

    var quorum: QuorumClass? { .policy }

    var deadline: UTCTime? { expires }

    /// By administrators, in place of the current policy; with quorums that they can reach.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        guard previous == state.policyStatement else { throw .otherPolicy }
        try state.requireReachable(policy, administrators: state.administrators)
        state.policy = policy
        state.policyStatement = context.statement
    }
}
