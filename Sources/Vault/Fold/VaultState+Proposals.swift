// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog

/// How far a statement of a quorum class is from the signatures that it needs.
public struct Tally: Hashable, Sendable {
    /// How many administrators have to sign.
    public let needed: UInt64
    /// The administrators who did, each named by their first key.
    public let approvers: Set<Fingerprint>
    /// The statement with the actor's line, and of the others those that count, in their order.
    public let statement: SignedStatement

    /// Whether it may be sent to the log.
    public var isComplete: Bool { UInt64(approvers.count) >= needed }
}

extension VaultState {
    /// Checks that a statement would be an entry now, had enough administrators signed it.
    ///
    /// - Parameters:
    ///   - statement: With the signatures that are there; at least the actor's.
    ///   - accepted: The vault's time, rounded.
    ///   - facts: What the entries so far said.
    /// - Throws: ``PolicyViolation``, but for ``PolicyViolation/quorumMissing``.
    public func requireProposable(
        _ statement: VerifiedStatement,
        accepted: UTCTime,
        facts: some VaultFacts
    ) throws(PolicyViolation) {
        var (state, facts) = (self, facts)
        try state.fold(
            statement.signed,
            accepted: max(accepted, self.accepted),
            at: size,
            signers: .some,
            facts: &facts
        )
    }

    /// Counts who signed a statement, as of now.
    ///
    /// Lines do not count that are by other people than administrators, by keys that have ended or by
    /// people who signed already, and lines that do not verify: whatever was put below the actor's
    /// line, what is left stands in the one order that an entry may have. The actor's own line is for
    /// the caller to check, who may be the only one to know the key.
    ///
    /// - Parameters:
    ///   - signed: The statement, with the actor's line first.
    ///   - more: Further lines.
    /// - Returns: `nil` for an act of one person alone.
    /// - Throws: ``PolicyViolation/endedKey`` or ``PolicyViolation/notAdministrator``, where the actor
    ///   may not do this whoever else signs.
    public func tally(
        of signed: SignedStatement,
        adding more: [NoteSignature] = []
    ) throws(PolicyViolation) -> Tally? {
        guard let kind = signed.statement.act.quorum else { return nil }
        // A member who is no administrator is not in every state: see ``replay(governance:at:facts:)``.
        let actor = members[signed.statement.actor]
        guard actor?.isActive ?? true else { throw .endedKey }
        guard actor?.role == .admin || kind.isOpenToMembers else { throw .notAdministrator }
        var approvers: Set<Fingerprint> = []
        if let actor, actor.role == .admin { approvers.insert(actor.person) }
        var lines: [Fingerprint: NoteSignature] = [:]
        for line in signed.note.signatures.dropFirst() + more {
            guard let key = Fingerprint(hex: line.name), let signer = members[key],
                signer.isActive, signer.role == .admin, signer.person != actor?.person,
                signer.key.isValid(line, over: signed.note.text),
                approvers.insert(signer.person).inserted
            else { continue }
            lines[key] = line
        }
        let ordered = lines.sorted { $0.key < $1.key }.map(\.value)
        guard
            let statement = try? signed.signed(
                with: Array(signed.note.signatures.prefix(1)) + ordered
            )
        else { throw .surplusSignature }
        return Tally(
            needed: policy?.quorum(of: kind) ?? 1,
            approvers: approvers,
            statement: statement
        )
    }

    /// Applies the next of the entries that say who the administrators are and what they decided.
    ///
    /// Those are the genesis, each `policy`, `log.key` and `freeze`, and each `invite`, `enrol`, `rekey` and `revoke` of an
    /// administrator. No rule of theirs asks for anything that the entries between say: so all of them
    /// in their order give the same administrators and the same policy as the whole log.
    ///
    /// - Parameters:
    ///   - entry: The entry; its signatures are checked.
    ///   - index: Its index in the log, beyond those of the entries before.
    ///   - facts: What the entries before said.
    /// - Throws: ``PolicyViolation``; state and facts are unchanged then.
    public mutating func replay(
        governance entry: Entry,
        at index: UInt64,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        guard index >= size else { throw .indexGap }
        var next = self
        next.size = index
        try next.replay(entry, at: index, facts: &facts)
        self = next
    }
}
