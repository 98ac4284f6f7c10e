// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// The next epoch of a case's key, and everything that goes over to it at once.
public struct Rotation: Hashable, Sendable {
    /// The new epoch: the current one and 1.
    public let epoch: UInt64
    /// The age recipient of the new epoch.
    public let recipient: String
    /// The SHA-256 of the new keyring, sealed to those who read the case from now on.
    public let keyring: Hash
    /// The SHA-256 of the keyring that it takes the place of.
    public let previous: Hash
    /// How many records the case has: one for each submission, and for each that was sealed anew.
    ///
    /// One that came in meanwhile would be left sealed to the old epoch.
    public let submissions: UInt64
    /// The SHA-256 of each ``RewrapPack``, ascending; together they hold every envelope of the case.
    public let packs: [Hash]

    /// Puts a rotation together; the order of the packs does not matter.
    public init(
        epoch: UInt64,
        recipient: String,
        keyring: Hash,
        replacing previous: Hash,
        submissions: UInt64,
        packs: some Sequence<Hash>
    ) {
        self.epoch = epoch
        self.recipient = recipient
        self.keyring = keyring
        self.previous = previous
        self.submissions = submissions
        self.packs = Set(packs).sorted()
    }
}

extension Rotation {
    init(reading reader: inout LineReader) throws(LineError) {
        epoch = try reader.epoch("epoch")
        guard epoch >= 2 else { throw reader.malformed("epoch", .range) }
        recipient = try reader.recipient("recipient")
        keyring = try reader.hash("keyring")
        previous = try reader.hash("previous")
        submissions = try reader.decimal("submissions")
        packs = try reader.list("pack") { reader throws(LineError) in try reader.hash("pack") }
    }

    func write(to writer: inout LineWriter) {
        writer.add("epoch", epoch)
        writer.add("recipient", recipient)
        writer.add("keyring", keyring)
        writer.add("previous", previous)
        writer.add("submissions", submissions)
        writer.add("pack", packs)
    }

    /// Checks that nothing happened in the case since the rotation was prepared.
    ///
    /// - Throws: ``PolicyViolation/otherKeyring``, ``PolicyViolation/notNextEpoch`` or
    ///   ``PolicyViolation/otherSubmissions``.
    public func require(after found: Case) throws(PolicyViolation) {
        guard previous == found.keyring else { throw .otherKeyring }
        guard epoch == found.epoch + 1 else { throw .notNextEpoch }
        guard submissions == found.submissions else { throw .otherSubmissions }
    }
}

extension Case {
    /// Goes over to the next epoch.
    mutating func rotate(to rotation: Rotation) {
        epoch = rotation.epoch
        keyring = rotation.keyring
    }
}

/// Why a case has a new key.
public enum RotationReason: String, CaseIterable, Sendable {
    /// Somebody else has the old key, or may have it.
    case compromise
    /// Keys change from time to time, or readers have new devices.
    case planned
    /// The case was opened again with its custodians' shares.
    case recovery
}

/// `case.rotate`: gives a case its next key.
public struct CaseRotate: Hashable, Sendable {
    /// The case.
    public let caseID: CaseID
    /// Why.
    ///
    /// With ``RotationReason/recovery`` the escrow ends: its key was put together on a device.
    public let reason: RotationReason
    /// Who reads the case no more, ascending; they have no right to it afterwards.
    public let removed: [Fingerprint]
    /// The next epoch.
    public let rotation: Rotation

    /// Puts the act together; the order of those who are removed does not matter.
    public init(
        caseID: CaseID,
        reason: RotationReason,
        removing removed: some Sequence<Fingerprint> = [],
        rotation: Rotation
    ) {
        self.caseID = caseID
        self.reason = reason
        self.removed = Set(removed).sorted()
        self.rotation = rotation
    }
}

extension CaseRotate: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        caseID = try reader.identifier("case")
        reason = try reader.word("reason")
        removed = try reader.list("remove") { reader throws(LineError) in
            try reader.fingerprint("remove")
        }
        rotation = try Rotation(reading: &reader)
    }

    func write(to writer: inout LineWriter) {
        writer.add("case", caseID)
        writer.add("reason", reason)
        for member in removed { writer.add("remove", member) }
        rotation.write(to: &writer)
    }

    /// By the case's owner, who stays, when nothing happened in the case meanwhile.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        let found = try state.requireOwner(context.person, of: caseID)
        guard !removed.contains(found.owner) else { throw .ownerStays }
        guard found.readers.isSuperset(of: removed) else { throw .noSuchRight }
        try rotation.require(after: found)
        state.cases[caseID]?.readers.subtract(removed)
        state.cases[caseID]?.submitters.subtract(removed)
        state.cases[caseID]?.rotate(to: rotation)
        if reason == .recovery { state.cases[caseID]?.escrow = nil }
    }
}

extension VaultState {
    /// A case that a person owns.
    func requireOwner(_ person: Fingerprint, of id: CaseID) throws(PolicyViolation) -> Case {
        guard let found = cases[id] else { throw .unknownCase }
        guard found.owner == person else { throw .notOwner }
        return found
    }
}
