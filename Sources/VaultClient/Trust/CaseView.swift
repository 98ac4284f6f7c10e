// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import TransparencyLog
import Vault

/// A case as its log entries tell it, every one of them proved and its signature checked.
///
/// The rules of the fold are applied again as far as the entries of one case show them. Whether an
/// administrator who invited somebody was one, only the whole log shows.
struct CaseView: Sendable {
    let id: CaseID
    /// Whose view it is: a person, as all who are named here but actors.
    ///
    /// Somebody who may only submit is not shown how anybody was let in.
    let viewer: Fingerprint
    private(set) var owner: Fingerprint?
    /// The entry by which administrators gave the case to its owner; `nil` where the owner opened it.
    private(set) var recovery: UInt64?
    /// From which keys signatures lead to those that acted as the owner; see ``KeyHolder/root``.
    private(set) var ownerRoots: Set<Fingerprint> = []
    /// The current epoch and its recipient.
    private(set) var epoch: UInt64 = 0
    private(set) var recipient = ""
    /// What the current keyring must hash to.
    private(set) var keyring: Hash?
    /// Those who hold the case's private key: the owner first.
    private(set) var readers: [Fingerprint] = []
    /// How the case can be opened without its readers; `nil` where it cannot.
    private(set) var escrow: CaseEscrow?
    /// Every escrow so far, in log order.
    private(set) var escrows: [CaseEscrow] = []
    /// Those who may submit, as far as it is shown.
    private(set) var submitters: Set<Fingerprint> = []
    /// In log order; the first is number 1.
    private(set) var submissions: [Submitted] = []
    /// Every record that was submitted, or took the place of another, in log order.
    private(set) var records: [Recorded] = []
    /// All entries that were shown, in log order.
    private(set) var entries: [LoggedEntry] = []
    /// Whether nothing of the case may be erased.
    private(set) var isHeld = false
    /// The places of the submissions, by each of their records.
    private var places: [Hash: Int] = [:]
    /// Invitations to the case that nobody has used, by their key.
    private var invitations: [[UInt8]: Invite] = [:]
    /// What the owner alone may not do; whether administrators did, their own entries show.
    private(set) var decisions: [Decided] = []

    /// One submission to the case.
    struct Submitted: Sendable {
        let submit: Submit
        let logged: LoggedEntry
        let submitter: Fingerprint
        /// As last given, narrowed or withdrawn by the submitter.
        var consent: [ConsentClass]
        /// To whom administrators allowed one export in spite of it.
        var overrides: Set<ConsentClass> = []
        /// Whether it is held, whatever the case is.
        var isHeld = false
        /// What was destroyed of it, under any of its records.
        var erased: [Erase] = []
        /// The records in whose place the newest is, in log order: first the one that was submitted.
        var earlier: [Hash] = []
        /// The newest record.
        var record: Hash

        /// Whether it may be given to a class now.
        func allows(_ consentClass: ConsentClass) -> Bool {
            consent.contains(consentClass) || overrides.contains(consentClass)
        }

        /// What destroyed an object; without one, what destroyed all of the newest record.
        func erasure(of object: ObjectID? = nil) -> Erase? { erasure(of: object, in: record) }

        /// What destroyed an object; without one, what destroyed all of a record.
        func erasure(of object: ObjectID?, in record: Hash) -> Erase? {
            erased.first {
                // An object that was erased before its record was replaced stands in both.
                $0.objects.isEmpty
                    ? $0.record == record : object.map($0.objects.contains) ?? false
            }
        }

        /// Whether an object was destroyed; without one, whether all of it was.
        func isErased(_ object: ObjectID? = nil) -> Bool { erasure(of: object) != nil }
    }

    /// One record of a submission.
    struct Recorded: Sendable {
        let name: Hash
        /// The index of the entry that brought it.
        let index: UInt64
        /// The place of the submission.
        fileprivate let place: Int
    }

    /// An entry that has to be an administrator's, or to bear the signatures of enough of them.
    struct Decided: Sendable {
        let logged: LoggedEntry
        /// Whether the case's owner of that time is who acts.
        let isByOwner: Bool
    }

    init(id: CaseID, viewer: Fingerprint) {
        self.id = id
        self.viewer = viewer
    }

    /// The submission at a number counted from 1.
    func submission(_ number: Int) -> Submitted? {
        submissions.indices.contains(number - 1) ? submissions[number - 1] : nil
    }

    /// Whether an object of a record was destroyed; without one, whether all of the record was.
    func isErased(_ object: ObjectID? = nil, in recorded: Recorded) -> Bool {
        submissions[recorded.place].erasure(of: object, in: recorded.name) != nil
    }

    /// Takes the next entry about this case.
    ///
    /// - Parameters:
    ///   - logged: The entry, its signature checked.
    ///   - holder: Whose key signed it; see ``VaultSession/holder(of:)``.
    /// - Throws: ``ClientError`` `.untrusted` for an entry of another case, one before the case was
    ///   opened, and an act that its actor was not allowed: the vault's rules do not let it in, so the
    ///   vault did not keep them.
    mutating func add(_ logged: LoggedEntry, by holder: KeyHolder) throws {
        let actor = holder.person
        if let last = entries.last {
            guard last.index < logged.index else {
                throw refused(logged, "is shown after entry \(last.index)")
            }
            guard last.entry.accepted <= logged.entry.accepted else {
                throw refused(logged, "was accepted before entry \(last.index)")
            }
        }
        let act = logged.statement.act
        if owner == nil, act.name != .caseOpen || act.caseID != id {
            throw ClientError.untrusted(
                "the vault keeps back the entry that opened case \(id.hex), and shows entry "
                    + "\(logged.index) first"
            )
        }
        if let named = act.caseID, named != id { throw refused(logged, "is of another case") }
        let decided = Decided(logged: logged, isByOwner: actor == owner)
        if act.quorum != nil || act.isForOwnerOrAdministrator && !decided.isByOwner {
            decisions.append(decided)
        }
        switch act {
        case .caseOpen(let open):
            guard owner == nil else { throw refused(logged, "opens the case a second time") }
            owner = actor
            readers = [actor]
            submitters = [actor]
            epoch = open.epoch
            recipient = open.recipient
            keyring = open.keyring
        case .caseGrant(let grant):
            try requireOwner(actor, logged)
            if let next = grant.keyring {
                try replace(grant.previous, by: next, logged)
                if !readers.contains(grant.member) { readers.append(grant.member) }
            } else {
                submitters.insert(grant.member)
            }
        case .invite(let invite):
            guard invitations.updateValue(invite, forKey: invite.inviteKey) == nil else {
                throw refused(logged, "is an invitation with the key of another")
            }
        case .enrol(let enrol): try add(enrol, logged)
        case .submit(let submit): try add(submit, logged, by: actor)
        case .access, .custody: try requireReader(actor, logged)
        case .export(let export):
            try requireReader(actor, logged)
            for place in Set(export.records.compactMap { places[$0] }) {
                guard submissions[place].allows(export.consentClass) else {
                    throw refused(logged, "exports for a class to which nobody consented")
                }
                if !submissions[place].consent.contains(export.consentClass) {
                    submissions[place].overrides.remove(export.consentClass)
                }
            }
        case .exportOverride(let override):
            for record in override.records {
                guard let place = places[record] else {
                    throw refused(logged, "is about what was not submitted here")
                }
                submissions[place].overrides.insert(override.consentClass)
            }
        case .consent(let consent):
            guard let place = places[consent.record] else {
                throw refused(logged, "is a consent to no submission here")
            }
            guard submissions[place].submitter == actor else {
                throw refused(logged, "changes the consent of another's submission")
            }
            submissions[place].consent = consent.classes
            submissions[place].overrides = []
        case .caseRotate(let rotate):
            try follow(rotate.rotation, logged, by: actor)
            guard let owner, !rotate.removed.contains(owner) else {
                throw refused(logged, "removes the owner")
            }
            readers.removeAll { rotate.removed.contains($0) }
            submitters.subtract(rotate.removed)
            if rotate.reason == .recovery { escrow = nil }
        case .caseRemove(let remove):
            guard remove.member != owner else { throw refused(logged, "removes the owner") }
            if let rotation = remove.rotation {
                try follow(rotation, logged, by: actor)
                readers.removeAll { $0 == remove.member }
            } else {
                try requireOwner(actor, logged)
            }
            submitters.remove(remove.member)
        case .caseEscrow(let next):
            try requireOwner(actor, logged)
            try replace(next.previous, by: next.keyring, logged)
            escrows.append(next)
            escrow = next
        case .caseRecover(let recover):
            owner = recover.owner
            recovery = logged.index
            ownerRoots = []
            if !readers.contains(recover.owner) { readers.append(recover.owner) }
            submitters.insert(recover.owner)
        case .hold(let hold):
            if hold.records.isEmpty { isHeld = hold.state == .on }
            for record in hold.records {
                guard let place = places[record] else {
                    throw refused(logged, "holds what was not submitted here")
                }
                submissions[place].isHeld = hold.state == .on
            }
        case .erase(let erase):
            guard let place = places[erase.record] else {
                throw refused(logged, "erases what was not submitted here")
            }
            submissions[place].erased.append(erase)
        case .reencrypt(let act): try add(act, logged, by: actor)
        case .genesis, .policy, .rekey, .revoke, .logKey, .freeze:
            throw refused(logged, "is of no case")
        }
        entries.append(logged)
        if actor == owner { ownerRoots.insert(holder.root) }
    }

    private func requireReader(_ actor: Fingerprint, _ logged: LoggedEntry) throws {
        guard readers.contains(actor) else {
            throw refused(logged, "is the act of a reader by somebody who is none")
        }
    }

    private func requireOwner(_ actor: Fingerprint, _ logged: LoggedEntry) throws {
        guard actor == owner else {
            throw refused(logged, "is an act of the owner by somebody else")
        }
    }

    /// The next keyring; an entry about the one before that was kept back shows here, too.
    private mutating func replace(
        _ previous: Hash?,
        by next: Hash,
        _ logged: LoggedEntry
    ) throws {
        guard previous == keyring else {
            throw refused(logged, "replaces another keyring than the one before")
        }
        keyring = next
    }

    /// Goes over to the next epoch; whoever sees all submissions knows whether one was left behind.
    private mutating func follow(
        _ rotation: Rotation,
        _ logged: LoggedEntry,
        by actor: Fingerprint
    ) throws {
        try requireOwner(actor, logged)
        guard rotation.epoch == epoch + 1 else {
            throw refused(logged, "leads to another epoch than the next")
        }
        guard !readers.contains(viewer) || rotation.submissions == records.count else {
            throw refused(logged, "takes over another number of submissions")
        }
        try replace(rotation.previous, by: rotation.keyring, logged)
        epoch = rotation.epoch
        recipient = rotation.recipient
    }

    /// Whoever holds the key of an invitation to the case is let in by it, once.
    private mutating func add(_ enrol: Enrol, _ logged: LoggedEntry) throws {
        guard let invite = invitations.removeValue(forKey: enrol.inviteKey) else {
            guard enrol.record.fingerprint == viewer else {
                throw refused(logged, "is an enrolment by no open invitation to this case")
            }
            return
        }
        let name = Invite.keyName(enrol.inviteKey)
        do {
            let key = try VerifierKey(name: name, ed25519: enrol.inviteKey)
            _ = try logged.entry.signed.note.verified(by: [key])
        } catch {
            throw refused(logged, "is an enrolment that the invitation's key did not sign")
        }
        guard logged.entry.accepted < invite.expires else {
            throw refused(logged, "is an enrolment by an invitation that had expired")
        }
        if invite.role == .submitter { submitters.insert(enrol.record.fingerprint) }
    }

    /// Each record once, by somebody who was let in, and sealed to the epoch of that time.
    private mutating func add(
        _ submit: Submit,
        _ logged: LoggedEntry,
        by actor: Fingerprint
    ) throws {
        guard actor == viewer || submitters.contains(actor) else {
            throw refused(logged, "is a submission by somebody whom no entry lets in")
        }
        guard submit.epoch == epoch else { throw refused(logged, "is sealed to another epoch") }
        guard places.updateValue(submissions.count, forKey: submit.record) == nil else {
            throw refused(logged, "submits a record a second time")
        }
        submissions.append(
            Submitted(
                submit: submit,
                logged: logged,
                submitter: actor,
                consent: submit.classes,
                record: submit.record
            )
        )
        records.append(
            Recorded(name: submit.record, index: logged.index, place: submissions.count - 1)
        )
    }

    /// Each record in the place of one that is there, and sealed to the epoch of that time.
    private mutating func add(
        _ act: Reencrypt,
        _ logged: LoggedEntry,
        by actor: Fingerprint
    ) throws {
        try requireOwner(actor, logged)
        guard let place = places[act.previous], submissions[place].record == act.previous,
            !submissions[place].isErased()
        else { throw refused(logged, "takes the place of a record that is not in force") }
        guard act.epoch == epoch else { throw refused(logged, "is sealed to another epoch") }
        guard places.updateValue(place, forKey: act.record) == nil else {
            throw refused(logged, "brings a record a second time")
        }
        submissions[place].earlier.append(act.previous)
        submissions[place].record = act.record
        records.append(Recorded(name: act.record, index: logged.index, place: place))
    }

    private func refused(_ logged: LoggedEntry, _ what: String) -> ClientError {
        ClientError.untrusted(
            "entry \(logged.index) \(what): the vault let in what its rules forbid"
        )
    }
}

extension Act {
    /// Whether the owner of a case may do it alone, and so may an administrator.
    fileprivate var isForOwnerOrAdministrator: Bool {
        switch self {
        case .invite, .hold: true
        default: false
        }
    }
}
