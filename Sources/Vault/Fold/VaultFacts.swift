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
    /// Asked only for the records that ``Act/records`` names.
    func submission(record: Hash) -> Submission?

    /// Takes note that an entry holds a statement.
    mutating func add(statement id: Hash, at index: UInt64)

    /// Takes note of a new submission, or of a changed one.
    mutating func set(_ submission: Submission, record: Hash)
}

/// What the log says of one submission.
public struct Submission: Hashable, Sendable {
    /// The index of the entry that holds the `submit` statement.
    public let index: UInt64
    /// The case.
    public let caseID: CaseID
    /// The key that submitted.
    public let submitter: Fingerprint
    /// The epoch that it was sealed to.
    public let epoch: UInt64
    /// To whom it may be given, as the submitter last said; none when consent was withdrawn.
    public var classes: [ConsentClass]
    /// Whether it may not be erased, whatever the case is.
    public var isHeld = false
    /// Whether all of it was erased.
    public var isErased = false

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
}
