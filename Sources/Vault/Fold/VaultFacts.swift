// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// What grows with the log, kept outside of ``VaultState`` so that the state stays small.
///
/// The fold asks, and tells what each entry adds. All answers are about the entries before the one
/// that is applied. A violation tells nothing.
public protocol VaultFacts {
    /// The index of the entry that holds a statement, by the statement's id.
    func statementIndex(_ id: Hash) -> UInt64?

    /// What the log says of a submission now, by its record.
    ///
    /// Asked only for the records that ``Act/records`` names, and for those that were submitted where
    /// these took their place: the first of ``Submission/earlier``.
    func submission(record: Hash) -> Submission?

    /// Takes note that an entry holds a statement.
    mutating func add(statement id: Hash, at index: UInt64)

    /// Takes note of a new submission, or of a changed one.
    mutating func set(_ submission: Submission, record: Hash)
}

extension VaultFacts {
    /// What the log says of a submission now, by any of its records: consent, overrides and hold are those of the
    /// record that was submitted, which count for all that took its place.
    func submission(_ record: Hash) -> Submission? {
        guard var found = submission(record: record) else { return nil }
        if let first = found.earlier.first.flatMap({ submission(record: $0) }) {
            found.classes = first.classes
            found.overrides = first.overrides
            found.isHeld = first.isHeld
        }
        return found
    }

    /// Changes consent or hold of a submission, by any of its records.
    mutating func change(_ record: Hash, _ change: (inout Submission) -> Void) {
        let first = submission(record: record)?.earlier.first ?? record
        guard var submission = submission(record: first) else { return }
        change(&submission)
        set(submission, record: first)
    }
}

/// What the log says of one record of a submission.
public struct Submission: Hashable, Sendable {
    /// The index of the entry that holds the `submit` statement, or the `reencrypt` one.
    public let index: UInt64
    /// The case.
    public let caseID: CaseID
    /// The key that submitted.
    public let submitter: Fingerprint
    /// The epoch that it was sealed to.
    public let epoch: UInt64
    /// To whom it may be given, as the submitter last said; none when consent was withdrawn.
    public var classes: [ConsentClass]
    /// To whom it may be given once although consent does not say so, ascending; see ``ExportOverride``.
    public var overrides: [ConsentClass] = []
    /// The records that this one took the place of: first the one that was submitted.
    public var earlier: [Hash] = []
    /// Whether it may not be erased, whatever the case is.
    public var isHeld = false
    /// Whether all of it was erased.
    public var isErased = false
    /// Whether another record took the place of this one.
    public var isReplaced = false

    /// Says what is known of a submission.
    public init(
        index: UInt64,
        caseID: CaseID,
        submitter: Fingerprint,
        epoch: UInt64,
        classes: [ConsentClass]
    ) {
        self.index = index
        self.caseID = caseID
        self.submitter = submitter
        self.epoch = epoch
        self.classes = classes
    }

    /// Whether it may be given to a class now: by consent, or once by an override.
    public func allows(_ consentClass: ConsentClass) -> Bool {
        classes.contains(consentClass) || overrides.contains(consentClass)
    }
}
