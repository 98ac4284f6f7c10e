// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// An entry of the log, and whether it was allowed at its place.
public struct JudgedEntry: Sendable {
    /// Its index in the log.
    public let index: UInt64
    /// The hash of its leaf.
    public let leafHash: Hash
    /// What it says; `nil` where that cannot be read.
    public let entry: Entry?
    /// The case that it is about, also where only earlier entries tell.
    public let caseID: CaseID?
    /// What is wrong with it; `nil` where it was allowed.
    public let fault: EntryFault?
}

/// What is wrong with an entry of the log.
public enum EntryFault: Error, Equatable, Sendable {
    /// It is not an entry in its only form.
    case unreadable(EntryError)
    /// It breaks a rule of the vault.
    case violation(PolicyViolation)

    /// The stable name of the rule: that of the violation, or `unreadable-entry`.
    public var rule: String {
        switch self {
        case .unreadable: "unreadable-entry"
        case .violation(let violation): violation.rule
        }
    }
}

extension EntryFault: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .unreadable(let error): "it cannot be read: \(error)"
        case .violation(let violation): violation.description
        }
    }
}
