// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// What a case's owner gives another member.
public enum CaseRight: String, CaseIterable, Sendable {
    /// To read everything that was submitted and will be.
    case read
    /// To submit.
    case submit
}

/// `case.grant`: gives a member a right to a case.
public struct CaseGrant: Hashable, Sendable {
    /// The case.
    public let caseID: CaseID
    /// The person who receives the right, by the first of their keys.
    public let member: Fingerprint
    /// The right.
    public let right: CaseRight
    /// With the right to read, the SHA-256 of the new keyring, sealed to the new reader too.
    public let keyring: Hash?
    /// With the right to read, the SHA-256 of the keyring that the new one takes the place of.
    ///
    /// Of two grants at once the second would be sealed without the first one's reader, who would have
    /// the right and no key.
    public let previous: Hash?

    /// Puts the act together.
    public init(
        caseID: CaseID,
        member: Fingerprint,
        right: CaseRight,
        keyring: Hash? = nil,
        replacing previous: Hash? = nil
    ) {
        self.caseID = caseID
        self.member = member
        self.right = right
        self.keyring = keyring
        self.previous = previous
    }
}

extension CaseGrant: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        caseID = try reader.identifier("case")
        member = try reader.fingerprint("member")
        right = try reader.word("right")
        keyring = right == .read ? try reader.hash("keyring") : nil
        previous = right == .read ? try reader.hash("previous") : nil
    }

    func write(to writer: inout LineWriter) {
        writer.add("case", caseID)
        writer.add("member", member)
        writer.add("right", right)
        if let keyring { writer.add("keyring", keyring) }
        if let previous { writer.add("previous", previous) }
    }

    /// By the case's owner, to a person with an active key; `read` to a reader, in place of the current
    /// keyring; `submit` to a reader or submitter.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        guard let found = state.cases[caseID] else { throw .unknownCase }
        guard found.owner == context.person else { throw .notOwner }
        guard let receiver = state.members[member], receiver.person == member else {
            throw .unknownMember
        }
        guard !state.activeKeys(of: member).isEmpty else { throw .noActiveKey }
        switch (right, receiver.role) {
        case (.read, .reader):
            guard previous == found.keyring else { throw .otherKeyring }
            state.cases[caseID]?.readers.insert(member)
        case (.submit, .reader), (.submit, .submitter):
            state.cases[caseID]?.submitters.insert(member)
        default: throw .roleForbidsRight
        }
        if let keyring { state.cases[caseID]?.keyring = keyring }
    }
}
