// SPDX-License-Identifier: Apache-2.0

/// What a member is in the vault; nobody is two things.
public enum Role: String, CaseIterable, Sendable {
    /// Invites people; never reads evidence.
    case admin
    /// Opens cases and reads those that are their own or granted to them.
    case reader
    /// Submits to cases.
    case submitter
    /// Reads the log, never evidence.
    case auditor
}
