// SPDX-License-Identifier: Apache-2.0

/// Why a person's keys end.
public enum RevokeReason: String, CaseIterable, Sendable {
    /// They did what they should not.
    case abuse
    /// Somebody else has the key, or may have it.
    case compromised
    /// They are no longer part of the work.
    case left
    /// The device is gone.
    case lost
}

/// `revoke`: ends a person's keys, all or some.
public struct Revoke: Hashable, Sendable {
    /// The statement is no longer good at this accepted time.
    public let expires: UTCTime
    /// Whose keys.
    public let person: Fingerprint
    /// Why.
    public let reason: RevokeReason
    /// The keys, ascending; none means every one that the person has.
    public let keys: [Fingerprint]

    /// Puts the act together; the order of the keys does not matter.
    public init(
        expires: UTCTime,
        person: Fingerprint,
        reason: RevokeReason,
        keys: some Sequence<Fingerprint> = []
    ) {
        self.expires = expires
        self.person = person
        self.reason = reason
        self.keys = Set(keys).sorted()
    }
}

extension Revoke: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        expires = try reader.time("expires")
        person = try reader.fingerprint("person")
        reason = try reader.word("reason")
        keys = try reader.list("key") { reader throws(LineError) in try reader.fingerprint("key") }
    }

    func write(to writer: inout LineWriter) {
        writer.add("expires", expires)
        writer.add("person", person)
        writer.add("reason", reason)
        writer.add("key", keys.map(\.hash))
    }

    var quorum: QuorumClass? { .revoke }

    var deadline: UTCTime? { expires }

    /// By administrators, of whom enough are left for every act.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        let theirs = state.members.values.filter { $0.person == person }
        guard let role = theirs.first?.role else { throw .unknownMember }
        let active = theirs.filter(\.isActive).map(\.fingerprint)
        let ending = keys.isEmpty ? active : keys
        for key in ending {
            guard state.members[key]?.person == person else { throw .otherPersonsKey }
            guard active.contains(key) else { throw .endedKey }
        }
        guard !ending.isEmpty else { throw .endedKey }
        if role == .admin, ending.count == active.count, let policy = state.policy {
            try state.requireReachable(policy, administrators: state.administrators - 1)
        }
        // Keys that ended otherwise before are revoked with the rest: nobody may replace them.
        let all = keys.isEmpty ? theirs.map(\.fingerprint) : ending
        state.end(all, at: context.index, .revoked)
    }
}
