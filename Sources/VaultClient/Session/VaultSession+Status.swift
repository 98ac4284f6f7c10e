// SPDX-License-Identifier: Apache-2.0

import Bulk
public import Vault

extension VaultSession {
    /// What became of this person's submissions, case by case.
    ///
    /// Who may only submit to a case is not shown what others did there: a phone that is seized does not
    /// tell who reads, and when.
    ///
    /// - Returns: The cases in which this person has a right, in the vault's order.
    /// - Throws: ``ClientError``; `.untrusted` where an entry does not hold what it must.
    public func status() async throws -> [CaseStatus] {
        var statuses: [CaseStatus] = []
        for summary in try await cases() {
            guard let id = CaseID(hex: summary.id) else { continue }
            let view = try await view(of: id)
            let isShown = view.readers.contains(identity.person)
            let own = view.submissions.filter {
                $0.submitter == identity.person
            }
            statuses.append(
                CaseStatus(
                    id: summary.id,
                    name: summary.name,
                    right: summary.right,
                    showsAccesses: isShown,
                    submissions: own.map { OwnSubmission($0, in: view) }
                )
            )
        }
        return statuses
    }
}

/// What became of a person's submissions to one case.
public struct CaseStatus: Encodable, Sendable {
    /// 32 hexadecimal digits.
    public let id: String
    /// Where this device may know it.
    public let name: String?
    /// `own`, `read` or `submit`.
    public let right: String
    /// Whether the vault shows this person who had something released.
    public let showsAccesses: Bool
    /// In log order.
    public let submissions: [OwnSubmission]

    private enum CodingKeys: String, CodingKey {
        case id = "case", name, right, showsAccesses, submissions
    }
}

/// One submission of one's own.
public struct OwnSubmission: Encodable, Sendable {
    /// SHA-256 of the record.
    public let record: String
    /// The index of its entry in the log.
    public let index: UInt64
    /// When the vault accepted it, RFC 3339.
    public let accepted: String
    /// To whom it may be given, as it stands now.
    public let consent: [String]
    /// What was done with it, as far as it is shown: accesses, exports, custody events, holds of it, its
    /// sealing anew, and its erasure.
    public let acts: [HandlingAct]

    init(_ submission: CaseView.Submitted, in view: CaseView) {
        let record = submission.record
        let records = Set(submission.earlier + [record])
        self.record = record.hex
        index = submission.logged.index
        accepted = submission.logged.entry.accepted.text
        consent = submission.consent.map(\.rawValue)
        acts = view.entries.compactMap { logged in
            switch logged.statement.act {
            case .access, .export, .exportOverride, .custody, .hold, .erase, .reencrypt: break
            default: return nil
            }
            let isOfIt = !records.isDisjoint(with: logged.statement.act.records)
            return isOfIt ? HandlingAct(logged) : nil
        }
    }
}

/// Something that was done with a submission.
public struct HandlingAct: Encodable, Sendable {
    /// The index of its entry in the log.
    public let index: UInt64
    /// When the vault accepted it, RFC 3339.
    public let accepted: String
    /// `access`, `export`, `export.override`, `custody`, `hold`, `reencrypt` or `erase`.
    public let act: String
    /// Under whose key.
    public let actor: Fingerprint
    /// The purpose, the class of recipients, the custody event, `on` or `off`, the reason, or the
    /// authority.
    public let purpose: String

    init(_ logged: LoggedEntry) {
        index = logged.index
        accepted = logged.entry.accepted.text
        act = logged.statement.act.name.rawValue
        actor = logged.statement.actor
        switch logged.statement.act {
        case .access(let access): purpose = "\(access.purpose), \(access.scope.rawValue)"
        case .export(let export): purpose = "for \(export.consentClass.rawValue)"
        case .exportOverride(let override):
            purpose = "for \(override.consentClass.rawValue), \(override.authority)"
        case .custody(let custody): purpose = custody.event.rawValue
        case .hold(let hold): purpose = hold.state.rawValue
        case .erase(let erase): purpose = erase.authority
        case .reencrypt(let act): purpose = act.reason.rawValue
        default: purpose = ""
        }
    }
}
