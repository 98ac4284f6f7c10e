// SPDX-License-Identifier: Apache-2.0

import Bulk
public import Vault

extension VaultSession {
    /// To whom the submissions of a case may be given, and how that came about.
    ///
    /// - Parameter caseName: Its name or id.
    /// - Returns: Those of which the vault shows this person the entries.
    /// - Throws: ``ClientError``.
    public func consents(_ caseName: String) async throws -> [ConsentStanding] {
        let view = try await view(of: resolve(caseName))
        return view.submissions.enumerated().map { ConsentStanding($0 + 1, $1, in: view) }
    }

    /// Says anew to whom a submission of one's own may be given.
    ///
    /// - Parameters:
    ///   - item: The submission, as ``consents(_:)`` numbers it, or the SHA-256 of its record.
    ///   - caseName: The case.
    ///   - classes: Of those that it may be given to now; none withdraws consent.
    /// - Returns: The index of the entry.
    /// - Throws: ``ClientError``, `.failed` for a class that the consent does not hold.
    public func narrowConsent(
        to item: String,
        of caseName: String,
        classes: Set<ConsentClass>
    ) async throws -> UInt64 {
        let view = try await view(of: resolve(caseName))
        let record = try NamedEvidence.submission(item, in: view)
        guard
            let submission = view.submissions.first(where: {
                $0.record == record || $0.earlier.contains(record)
            })
        else { throw ItemReference.missing(item) }
        for added in classes.sorted() where !submission.consent.contains(added) {
            let now = submission.consent.map(\.rawValue).joined(separator: ", ")
            throw ClientError(
                .failed,
                "the consent does not hold \(added.rawValue): it holds \(now.isEmpty ? "nothing" : now)",
                hint: "consent is narrowed here; to widen it, ask the people and submit anew"
            )
        }
        return try await post(sign(.consent(Consent(record: record, classes: classes)))).index
    }

    /// Lets submissions be exported once for a class that their consent does not hold.
    ///
    /// - Parameters:
    ///   - items: The submissions, as ``consents(_:)`` numbers them, or the SHA-256 of their records.
    ///   - caseName: The case; by its id where this person does not read it.
    ///   - consentClass: For whom.
    ///   - authority: On whose: 1 to 32 of `a-z`, `0-9` and `-`.
    ///   - seconds: How long others may sign it.
    ///   - confirm: Is told what it does; nothing is signed before it returns.
    /// - Returns: What came of it.
    /// - Throws: ``ClientError``, or what `confirm` throws.
    public func overrideConsent(
        of items: [String],
        in caseName: String,
        for consentClass: ConsentClass,
        authority: String,
        for seconds: Int64,
        confirm: ([String]) throws -> Void
    ) async throws -> Decision {
        let id = try await resolve(caseName)
        let view = try await view(of: id, for: items)
        let act = ExportOverride(
            expires: try deadline(in: seconds),
            caseID: id,
            consentClass: consentClass,
            records: try items.map { try NamedEvidence.submission($0, in: view) },
            authority: authority
        )
        return try await decide(.exportOverride(act), confirm: confirm)
    }
}

/// To whom one submission may be given.
public struct ConsentStanding: Encodable, Sendable {
    /// As `saksi list` numbers it.
    public let number: Int
    /// SHA-256 of the record in force.
    public let record: String
    /// Now, by consent.
    public let classes: [String]
    /// Now, once, by a decision of administrators in spite of it.
    public let overrides: [String]
    /// The entries that said so, in log order.
    public let history: [Change]

    /// One entry about consent.
    public struct Change: Encodable, Sendable {
        /// Its index.
        public let index: UInt64
        /// When the vault accepted it, RFC 3339.
        public let accepted: String
        /// `submit`, `consent` or `export.override`.
        public let act: String
        /// The whole set that it gives; of an override the one class.
        public let classes: [String]
        /// Of an override.
        public let authority: String?
    }

    init(_ number: Int, _ submission: CaseView.Submitted, in view: CaseView) {
        let records = Set(submission.earlier + [submission.record])
        self.number = number
        record = submission.record.hex
        classes = submission.consent.map(\.rawValue)
        overrides = submission.overrides.sorted().map(\.rawValue)
        history = view.entries.compactMap { logged in
            let act = logged.statement.act
            guard !records.isDisjoint(with: act.records) else { return nil }
            let classes: [ConsentClass]
            var authority: String?
            switch act {
            case .submit(let submit): classes = submit.classes
            case .consent(let consent): classes = consent.classes
            case .exportOverride(let override):
                classes = [override.consentClass]
                authority = override.authority
            default: return nil
            }
            return Change(
                index: logged.index,
                accepted: logged.entry.accepted.text,
                act: act.name.rawValue,
                classes: classes.map(\.rawValue),
                authority: authority
            )
        }
    }
}
