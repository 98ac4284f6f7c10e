// SPDX-License-Identifier: Apache-2.0

/// `case.remove`: takes a right to a case from a person.
public struct CaseRemove: Hashable, Sendable {
    /// The case.
    public let caseID: CaseID
    /// Whose right.
    public let member: Fingerprint
    /// The right; with that to read, the one to submit goes too.
    public let right: CaseRight
    /// With the right to read, the next epoch, to which the person has no key.
    public let rotation: Rotation?

    /// Takes from a person the right to submit.
    public init(caseID: CaseID, submitter member: Fingerprint) {
        self.caseID = caseID
        self.member = member
        right = .submit
        rotation = nil
    }

    /// Takes from a person all rights to the case.
    public init(caseID: CaseID, reader member: Fingerprint, rotation: Rotation) {
        self.caseID = caseID
        self.member = member
        right = .read
        self.rotation = rotation
    }
}

extension CaseRemove: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        caseID = try reader.identifier("case")
        member = try reader.fingerprint("member")
        right = try reader.word("right")
        rotation = right == .read ? try Rotation(reading: &reader) : nil
    }

    func write(to writer: inout LineWriter) {
        writer.add("case", caseID)
        writer.add("member", member)
        writer.add("right", right)
        rotation?.write(to: &writer)
    }

    /// By the case's owner, who stays; from somebody who has the right.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        let found = try state.requireOwner(context.person, of: caseID)
        guard member != found.owner else { throw .ownerStays }
        let holders = right == .read ? found.readers : found.submitters
        guard holders.contains(member) else { throw .noSuchRight }
        if let rotation {
            try rotation.require(after: found)
            state.cases[caseID]?.readers.remove(member)
            state.cases[caseID]?.rotate(to: rotation)
        }
        state.cases[caseID]?.submitters.remove(member)
    }
}
