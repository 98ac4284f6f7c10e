// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// `case.escrow`: seals a case's keyring to a recovery key too, which custodians hold in shares.
public struct CaseEscrow: Hashable, Sendable {
    /// The most shares there may be.
    public static let maximumShares: UInt64 = 16

    /// The case.
    public let caseID: CaseID
    /// How many shares open the recovery key, at least 2.
    public let threshold: UInt64
    /// How many there are.
    public let shares: UInt64
    /// The age recipient of the recovery key.
    public let recovery: String
    /// The SHA-256 of the new keyring, sealed to the recovery key too.
    public let keyring: Hash
    /// The SHA-256 of the keyring that it takes the place of.
    public let previous: Hash

    /// Puts the act together.
    public init(
        caseID: CaseID,
        threshold: UInt64,
        shares: UInt64,
        recovery: String,
        keyring: Hash,
        replacing previous: Hash
    ) {
        self.caseID = caseID
        self.threshold = threshold
        self.shares = shares
        self.recovery = recovery
        self.keyring = keyring
        self.previous = previous
    }
}

extension CaseEscrow: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        caseID = try reader.identifier("case")
        threshold = try reader.decimal("threshold")
        guard threshold >= 2 else { throw reader.malformed("threshold", .range) }
        shares = try reader.decimal("shares")
        guard shares >= threshold, shares <= Self.maximumShares else {
            throw reader.malformed("shares", .range)
        }
        recovery = try reader.recipient("recovery")
        keyring = try reader.hash("keyring")
        previous = try reader.hash("previous")
    }

    func write(to writer: inout LineWriter) {
        writer.add("case", caseID)
        writer.add("threshold", threshold)
        writer.add("shares", shares)
        writer.add("recovery", recovery)
        writer.add("keyring", keyring)
        writer.add("previous", previous)
    }

    /// By the case's owner, in place of the current keyring.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        let found = try state.requireOwner(context.person, of: caseID)
        guard previous == found.keyring else { throw .otherKeyring }
        state.cases[caseID]?.keyring = keyring
        state.cases[caseID]?.escrow = Escrow(threshold: threshold, shares: shares)
    }
}

/// `case.recover`: gives a case to another owner, who opens it with its custodians' shares.
public struct CaseRecover: Hashable, Sendable {
    /// The statement is no longer good at this accepted time.
    public let expires: UTCTime
    /// The case.
    public let caseID: CaseID
    /// The new owner: a person whose role is reader.
    public let owner: Fingerprint

    /// Puts the act together.
    public init(expires: UTCTime, caseID: CaseID, owner: Fingerprint) {
        self.expires = expires
        self.caseID = caseID
        self.owner = owner
    }
}

extension CaseRecover: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        expires = try reader.time("expires")
        caseID = try reader.identifier("case")
        owner = try reader.fingerprint("owner")
    }

    func write(to writer: inout LineWriter) {
        writer.add("expires", expires)
        writer.add("case", caseID)
        writer.add("owner", owner)
    }

    var quorum: QuorumClass? { .caseRecover }

    var deadline: UTCTime? { expires }

    /// By administrators, who get no key by it; to a reader with an active key.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        guard state.cases[caseID] != nil else { throw .unknownCase }
        guard let member = state.members[owner], member.person == owner else {
            throw .unknownMember
        }
        guard !state.activeKeys(of: owner).isEmpty else { throw .noActiveKey }
        guard member.role == .reader else { throw .roleForbidsRight }
        state.cases[caseID]?.owner = owner
        state.cases[caseID]?.readers.insert(owner)
        state.cases[caseID]?.submitters.insert(owner)
    }
}
