// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

extension Act {
    /// What an act of a quorum class, or a hold, will do, in plain words; empty for any other.
    ///
    /// - Parameter state: Knows the administrators and the policy.
    /// - Returns: One sentence each.
    func effects(after state: VaultState) -> [String] {
        switch self {
        case .invite(let act): act.effects
        case .policy(let act):
            act.previous == state.policyStatement
                ? act.policy.changes(from: state.policy)
                : ["sets a policy in place of one that is not in force: it will be refused"]
        case .rekey(let act): act.effects
        case .revoke(let act): act.effects(administrators: state.administratingPeople)
        case .caseRecover(let act): act.effects
        case .erase(let act): act.effects
        case .exportOverride(let act): act.effects
        case .hold(let act): act.effects
        case .logKey(let act): act.effects(after: state.logKeys)
        case .freeze(let act): act.effects
        case .genesis, .enrol, .caseOpen, .caseGrant, .caseRemove, .caseRotate, .caseEscrow,
            .submit, .access, .export, .consent, .custody, .reencrypt:
            []
        }
    }
}

extension CaseRecover {
    fileprivate var effects: [String] {
        [
            "gives case \(caseID.hex) to another owner: the person \(owner.grouped)",
            "the new owner opens it only with the custodians' shares",
        ]
    }
}

extension Erase {
    fileprivate var effects: [String] {
        let what =
            objects.isEmpty
            ? "destroys the whole submission"
            : "destroys \(objects.count) of the files of the submission"
        return [
            "\(what) with the record \(record.hex), of case \(caseID.hex), for ever",
            "on the authority given: \(authority)",
            Self.limit,
        ] + objects.map { "destroys the object \($0.hex), not its name in the manifest" }
    }

    /// What no erasure reaches.
    private static let limit =
        "does not reach copies, exports, backups, or old cells of flash memory"
}

extension ExportOverride {
    fileprivate var effects: [String] {
        [
            "lets evidence of case \(caseID.hex) be exported once for \(consentClass.rawValue), though the "
                + "person who submitted it did not consent to that, or no longer does",
            "on the authority given: \(authority)",
            "the bundle will show this decision; what was handed over cannot be called back",
        ] + records.map { "is about the submission with the record \($0.hex)" }
    }
}

extension Hold {
    fileprivate var effects: [String] {
        let (verb, end) =
            switch state {
            case .on: ("keeps", "what is kept is not erased before administrators let go of it")
            case .off: ("lets go of", "what is let go of may be erased")
            }
        return records.isEmpty
            ? ["\(verb) case \(caseID.hex), all of it", end]
            : records.map { "\(verb) the submission with the record \($0.hex)" } + [end]
    }
}

extension LogKeyChange {
    fileprivate func effects(after keys: LogKeys?) -> [String] {
        guard handover.old == keys?.current else {
            return ["hands the log over from a key that is not in force: it will be refused"]
        }
        return [
            "from its entry on the log is signed by the key \(handover.new.text)",
            "the key that signed it until then vouches for no larger log: \(handover.old.text)",
            "compare the new key with the one that `saksid rotate log-key` printed",
        ]
    }
}

extension Freeze {
    fileprivate var effects: [String] {
        [
            "ends the vault for ever: nothing is accepted after it, and nobody can undo it",
            "the log can be read and checked as before; no evidence can be opened or exported any more, "
                + "since every access is an entry: have what is needed exported first",
        ] + (successor.map { ["it names the vault that takes its place: \($0)"] } ?? [])
    }
}

extension Invite {
    fileprivate var effects: [String] {
        [
            "gives out an invitation: whoever holds it becomes \(role.phrase)",
            "the invitation's name is \(Self.keyName(inviteKey))",
        ]
            + (caseID.map { ["it leads to case \($0.hex)"] } ?? [])
    }
}

extension Rekey {
    fileprivate var effects: [String] {
        let what =
            switch reason {
            case .device: "a key of a further device of the person"
            case .rotate: "a new key in the place of an older one of the person"
            case .replace: "a new key, in the place of lost ones, of the person"
            }
        return [
            "lets \(record.fingerprint.grouped) act as \(what) \(person.grouped)",
            "compare the new fingerprint with the person first, by voice or in person",
        ] + ends.map { "ends the key \($0.grouped)" }
    }
}

extension Revoke {
    fileprivate func effects(administrators: Set<Fingerprint>) -> [String] {
        let role = administrators.contains(person) ? "the administrator " : ""
        let what =
            keys.isEmpty
            ? ["ends every key of \(role)\(person.grouped)"]
            : keys.map { "ends the key \($0.grouped) of \(role)\(person.grouped)" }
        return what + ["the reason given: \(reason.rawValue)", Self.limit]
    }

    /// What nobody can take back.
    static let limit =
        "what was read, downloaded or exported with these keys stays known: no revocation recalls it"
}

extension Role {
    fileprivate var phrase: String {
        switch self {
        case .admin: "an administrator"
        case .auditor: "an auditor, who may read the whole log"
        case .reader: "a reader, who may open cases"
        case .submitter: "a submitter"
        }
    }
}

extension Policy {
    /// The policy as lines for people.
    var lines: [String] {
        QuorumClass.allCases.map { "quorum \($0.rawValue): \(quorum(of: $0))" }
            + tlsKeys.map { "tls-key: \($0.hex)" }
            + witnesses.map { "witness: \($0.key.text) \($0.url)" }
            + ["witness-quorum: \(witnessQuorum)"]
            + timestampers.map { "tsa: \($0.root.hex) \($0.url)" }
            + exportKeys.map { "export-key: \($0)" }
    }

    /// What this policy changes of another, line by line.
    func changes(from old: Policy?) -> [String] {
        let (before, after) = (old?.lines ?? [], lines)
        return before.filter { !after.contains($0) }.map { "no longer \($0)" }
            + after.filter { !before.contains($0) }.map { "from now on \($0)" }
    }
}
