// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Vault

/// A case as its log entries tell it, every one of them proved and its signature checked.
struct CaseView: Sendable {
    let id: CaseID
    private(set) var owner: Fingerprint?
    /// The current epoch and its recipient.
    private(set) var epoch: UInt64 = 0
    private(set) var recipient = ""
    /// What the current keyring must hash to.
    private(set) var keyring: Hash?
    /// Those who hold the case's private key: the owner first.
    private(set) var readers: [Fingerprint] = []
    /// In log order; the first is number 1.
    private(set) var submissions: [Submitted] = []
    /// All entries that were shown, in log order.
    private(set) var entries: [LoggedEntry] = []

    /// One submission to the case.
    struct Submitted: Sendable {
        let submit: Submit
        let logged: LoggedEntry
        /// As last given, narrowed or withdrawn by the submitter.
        var consent: [ConsentClass]
    }

    init(id: CaseID) { self.id = id }

    /// The submission at a number counted from 1.
    func submission(_ number: Int) -> Submitted? {
        submissions.indices.contains(number - 1) ? submissions[number - 1] : nil
    }

    /// Takes the next entry about this case.
    ///
    /// - Throws: ``ClientError`` `.untrusted` for an act that only the owner may do and somebody else
    ///   did: the vault's rules do not allow it, so the vault did not keep them.
    mutating func add(_ logged: LoggedEntry) throws {
        if let last = entries.last, last.index >= logged.index {
            throw refused(logged, "is shown after entry \(last.index)")
        }
        let actor = logged.statement.actor
        switch logged.statement.act {
        case .caseOpen(let open) where open.caseID == id:
            guard owner == nil else { throw refused(logged, "opens the case a second time") }
            owner = actor
            readers = [actor]
            epoch = open.epoch
            recipient = open.recipient
            keyring = open.keyring
        case .caseGrant(let grant) where grant.caseID == id:
            guard actor == owner else {
                throw refused(logged, "is a grant by another than the owner")
            }
            if let next = grant.keyring {
                keyring = next
                if !readers.contains(grant.member) { readers.append(grant.member) }
            }
        case .submit(let submit) where submit.caseID == id:
            submissions.append(
                Submitted(submit: submit, logged: logged, consent: submit.classes)
            )
        case .consent(let consent):
            let place = submissions.firstIndex { $0.submit.record == consent.record }
            if let place {
                guard submissions[place].logged.statement.actor == actor else {
                    throw refused(logged, "changes the consent of another's submission")
                }
                submissions[place].consent = consent.classes
            }
        default: break
        }
        entries.append(logged)
    }

    private func refused(_ logged: LoggedEntry, _ what: String) -> ClientError {
        ClientError.untrusted(
            "entry \(logged.index) \(what): the vault let in what its rules forbid"
        )
    }
}
