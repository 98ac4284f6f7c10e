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
    /// Who receives the right.
    public let member: Fingerprint
    /// The right.
    public let right: CaseRight
    /// With the right to read, the SHA-256 of the new keyring, sealed to the new reader too.
    public let keyring: Hash?

    /// Puts the act together.
    public init(caseID: CaseID, member: Fingerprint, right: CaseRight, keyring: Hash? = nil) {
        self.caseID = caseID
        self.member = member
        self.right = right
        self.keyring = keyring
    }
}

extension CaseGrant: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        caseID = try reader.identifier("case")
        member = try reader.fingerprint("member")
        right = try reader.word("right")
        keyring = right == .read ? try reader.hash("keyring") : nil
    }

    func write(to writer: inout LineWriter) {
        writer.add("case", caseID)
        writer.add("member", member)
        writer.add("right", right)
        if let keyring { writer.add("keyring", keyring) }
    }

    /// By the case's owner; `read` to a reader, `submit` to a reader or submitter.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        guard let found = state.cases[caseID] else { throw .unknownCase }
        guard found.owner == context.actor else { throw .notOwner }
        guard let receiver = state.members[member] else { throw .unknownMember }
        switch (right, receiver.role) {
        case (.read, .reader):
            state.cases[caseID]?.readers.insert(member)
        case (.submit, .reader), (.submit, .submitter):
            state.cases[caseID]?.submitters.insert(member)
        default: throw .roleForbidsRight
        }
        if let keyring { state.cases[caseID]?.keyring = keyring }
    }
}
