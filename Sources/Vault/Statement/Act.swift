// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// The names of the acts, as they stand in the first line of a statement.
public enum ActName: String, CaseIterable, Sendable {
    /// ``Genesis``.
    case genesis
    /// ``Invite``.
    case invite
    /// ``Enrol``.
    case enrol
    /// ``CaseOpen``.
    case caseOpen = "case.open"
    /// ``CaseGrant``.
    case caseGrant = "case.grant"
    /// ``Submit``.
    case submit
    /// ``Access``.
    case access
    /// ``Export``.
    case export
    /// ``Consent``.
    case consent
    /// ``Custody``.
    case custody
    /// ``PolicyChange``.
    case policy
    /// ``Rekey``.
    case rekey
    /// ``Revoke``.
    case revoke
    /// ``CaseRemove``.
    case caseRemove = "case.remove"
    /// ``CaseRotate``.
    case caseRotate = "case.rotate"
    /// ``CaseEscrow``.
    case caseEscrow = "case.escrow"
    /// ``CaseRecover``.
    case caseRecover = "case.recover"
    /// ``Hold``.
    case hold
    /// ``Erase``.
    case erase
    /// ``LogKeyChange``.
    case logKey = "log.key"
    /// ``Freeze``.
    case freeze
    /// ``Reencrypt``.
    case reencrypt
    /// ``ExportOverride``.
    case exportOverride = "export.override"
}

/// What a statement does.
///
/// Closed: an act that this version does not know is refused, because nobody could say whether it was
/// allowed.
public enum Act: Hashable, Sendable {
    /// Begins a vault.
    case genesis(Genesis)
    /// Lets one person join.
    case invite(Invite)
    /// Joins.
    case enrol(Enrol)
    /// Begins a case.
    case caseOpen(CaseOpen)
    /// Gives a member a right to a case.
    case caseGrant(CaseGrant)
    /// Submits evidence.
    case submit(Submit)
    /// Has evidence released.
    case access(Access)
    /// Takes evidence out of the vault.
    case export(Export)
    /// Gives, narrows or withdraws consent.
    case consent(Consent)
    /// Records a handling step outside of the vault.
    case custody(Custody)
    /// Changes what administrators decide together.
    case policy(PolicyChange)
    /// Enrols a further key of a member.
    case rekey(Rekey)
    /// Ends a person's keys.
    case revoke(Revoke)
    /// Takes a right to a case from a person.
    case caseRemove(CaseRemove)
    /// Gives a case its next key.
    case caseRotate(CaseRotate)
    /// Seals a case to its custodians.
    case caseEscrow(CaseEscrow)
    /// Gives a case to another owner.
    case caseRecover(CaseRecover)
    /// Keeps evidence from being erased.
    case hold(Hold)
    /// Has evidence destroyed.
    case erase(Erase)
    /// Puts a new key in the place of the log's.
    case logKey(LogKeyChange)
    /// Ends the log.
    case freeze(Freeze)
    /// Seals a submission anew, payloads and all.
    case reencrypt(Reencrypt)
    /// Lets evidence go where consent does not.
    case exportOverride(ExportOverride)

    init(_ name: ActName, reading reader: inout LineReader) throws(LineError) {
        self =
            switch name {
            case .genesis: .genesis(try Genesis(reading: &reader))
            case .invite: .invite(try Invite(reading: &reader))
            case .enrol: .enrol(try Enrol(reading: &reader))
            case .caseOpen: .caseOpen(try CaseOpen(reading: &reader))
            case .caseGrant: .caseGrant(try CaseGrant(reading: &reader))
            case .submit: .submit(try Submit(reading: &reader))
            case .access: .access(try Access(reading: &reader))
            case .export: .export(try Export(reading: &reader))
            case .consent: .consent(try Consent(reading: &reader))
            case .custody: .custody(try Custody(reading: &reader))
            case .policy: .policy(try PolicyChange(reading: &reader))
            case .rekey: .rekey(try Rekey(reading: &reader))
            case .revoke: .revoke(try Revoke(reading: &reader))
            case .caseRemove: .caseRemove(try CaseRemove(reading: &reader))
            case .caseRotate: .caseRotate(try CaseRotate(reading: &reader))
            case .caseEscrow: .caseEscrow(try CaseEscrow(reading: &reader))
            case .caseRecover: .caseRecover(try CaseRecover(reading: &reader))
            case .hold: .hold(try Hold(reading: &reader))
            case .erase: .erase(try Erase(reading: &reader))
            case .logKey: .logKey(try LogKeyChange(reading: &reader))
            case .freeze: .freeze(try Freeze(reading: &reader))
            case .reencrypt: .reencrypt(try Reencrypt(reading: &reader))
            case .exportOverride: .exportOverride(try ExportOverride(reading: &reader))
            }
    }

    /// The act's name.
    public var name: ActName {
        switch self {
        case .genesis: .genesis
        case .invite: .invite
        case .enrol: .enrol
        case .caseOpen: .caseOpen
        case .caseGrant: .caseGrant
        case .submit: .submit
        case .access: .access
        case .export: .export
        case .consent: .consent
        case .custody: .custody
        case .policy: .policy
        case .rekey: .rekey
        case .revoke: .revoke
        case .caseRemove: .caseRemove
        case .caseRotate: .caseRotate
        case .caseEscrow: .caseEscrow
        case .caseRecover: .caseRecover
        case .hold: .hold
        case .erase: .erase
        case .logKey: .logKey
        case .freeze: .freeze
        case .reencrypt: .reencrypt
        case .exportOverride: .exportOverride
        }
    }

    /// The act's lines and its rule.
    var body: any ActBody {
        switch self {
        case .genesis(let act): act
        case .invite(let act): act
        case .enrol(let act): act
        case .caseOpen(let act): act
        case .caseGrant(let act): act
        case .submit(let act): act
        case .access(let act): act
        case .export(let act): act
        case .consent(let act): act
        case .custody(let act): act
        case .policy(let act): act
        case .rekey(let act): act
        case .revoke(let act): act
        case .caseRemove(let act): act
        case .caseRotate(let act): act
        case .caseEscrow(let act): act
        case .caseRecover(let act): act
        case .hold(let act): act
        case .erase(let act): act
        case .logKey(let act): act
        case .freeze(let act): act
        case .reencrypt(let act): act
        case .exportOverride(let act): act
        }
    }

    /// The case that the act names; a `consent` names only a record.
    public var caseID: CaseID? {
        switch self {
        case .genesis, .enrol, .consent, .policy, .rekey, .revoke, .logKey, .freeze: nil
        case .invite(let act): act.caseID
        case .caseOpen(let act): act.caseID
        case .caseGrant(let act): act.caseID
        case .submit(let act): act.caseID
        case .access(let act): act.caseID
        case .export(let act): act.caseID
        case .custody(let act): act.caseID
        case .caseRemove(let act): act.caseID
        case .caseRotate(let act): act.caseID
        case .caseEscrow(let act): act.caseID
        case .caseRecover(let act): act.caseID
        case .hold(let act): act.caseID
        case .erase(let act): act.caseID
        case .reencrypt(let act): act.caseID
        case .exportOverride(let act): act.caseID
        }
    }

    /// The class of the signatures that the act needs; `nil` for an act of one person alone.
    public var quorum: QuorumClass? { body.quorum }

    /// The accepted time from which on the act is no longer good.
    public var deadline: UTCTime? { body.deadline }

    /// The records that the act names: those whose submissions its rule asks ``VaultFacts`` about.
    public var records: [Hash] {
        switch self {
        case .genesis, .invite, .enrol, .policy, .rekey, .revoke, .logKey, .freeze: []
        case .caseOpen, .caseGrant, .caseRemove, .caseRotate, .caseEscrow, .caseRecover: []
        case .submit(let act): [act.record]
        case .access(let act): act.records
        case .export(let act): act.records
        case .consent(let act): [act.record]
        case .custody(let act): [act.record]
        case .hold(let act): act.records
        case .erase(let act): [act.record]
        case .reencrypt(let act): [act.previous, act.record]
        case .exportOverride(let act): act.records
        }
    }
}

/// An act: its lines and, in the same file, its rule in the fold.
protocol ActBody: Hashable, Sendable {
    init(reading reader: inout LineReader) throws(LineError)

    func write(to writer: inout LineWriter)

    /// Whose signatures it needs beside the actor's: those of a policy's number of administrators.
    ///
    /// `nil` for an act of one person alone.
    var quorum: QuorumClass? { get }

    /// The accepted time from which on the statement is no longer good, however many signed it.
    var deadline: UTCTime? { get }

    /// Checks whether the act is allowed, and then changes the state; a violation changes nothing.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation)
}

extension ActBody {
    var quorum: QuorumClass? { nil }
    var deadline: UTCTime? { nil }
}

/// What an act's rule sees of its entry.
struct ActContext {
    let vault: String
    /// The id of the statement.
    let statement: Hash
    /// The key that acts.
    let actor: Fingerprint
    /// Whose key it is.
    let person: Fingerprint
    let accepted: UTCTime
    let index: UInt64
}
