// SPDX-License-Identifier: Apache-2.0

extension VaultState {
    /// Applies the next of the entries that say which keys a person has, who is no administrator.
    ///
    /// Those are the person's `enrol`, and each `rekey` and `revoke` of their keys. Applied in the order of
    /// the log between the entries that ``replay(governance:at:facts:)`` takes, they give the keys that the
    /// whole log gives. The invitation is not asked for: who was invited by whom is not shown to
    /// everybody. So the person counts as one of the least role.
    ///
    /// - Parameters:
    ///   - person: By the first key.
    ///   - entry: The entry; its signatures are checked.
    ///   - index: Its index in the log, beyond those of the entries before.
    ///   - facts: What the entries before said.
    /// - Throws: ``PolicyViolation``; state and facts are unchanged then.
    public mutating func replay(
        keysOf person: Fingerprint,
        _ entry: Entry,
        at index: UInt64,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        switch entry.signed.statement.act {
        case .enrol(let enrol):
            guard index >= size else { throw .indexGap }
            guard enrol.record.fingerprint == person else { throw .otherPersonsKey }
            guard members[person] == nil else { throw .repeatedMember }
            _ = try verifySignatures(of: entry.signed)
            members[person] = Member(
                person,
                person: person,
                role: .submitter,
                enrolled: index,
                signing: enrol.record.signing
            )
            size = index + 1
        case .rekey(let rekey) where rekey.person == person:
            try replay(governance: entry, at: index, facts: &facts)
        case .revoke(let revoke) where revoke.person == person:
            try replay(governance: entry, at: index, facts: &facts)
        default: throw .otherPersonsKey
        }
    }
}
