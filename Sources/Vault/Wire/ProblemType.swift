// SPDX-License-Identifier: Apache-2.0

/// What a vault says when it does not do what it was asked, as the `type` of problem JSON (RFC 9457).
public enum ProblemType: String, CaseIterable, Sendable {
    /// The request or its body is not in its form.
    case malformed
    /// The body does not hash to the name it was sent under.
    case digest
    /// A signature is missing, or by an unknown key, or does not verify.
    case signature
    /// The request was signed too long ago, or in the future.
    case clock
    /// The request was sent before.
    case replayed
    /// The statement breaks a rule; the member `rule` names it (``PolicyViolation/rule``).
    case refused
    /// There is no such thing, or not for the caller.
    case notFound = "not-found"
    /// The path does not take that method.
    case method
    /// The statement names what was not uploaded; the member `missing` lists it.
    case missing
    /// What was uploaded does not fit the statement.
    case inconsistent
    /// The body is larger than its kind may be.
    case tooLarge = "too-large"
    /// The range does not lie in the content.
    case range
    /// The vault failed.
    case `internal`
    /// The vault has too much to do; `Retry-After` says when to ask again.
    case busy
    /// The member's uploads that no statement names yet fill the quota.
    case quota
    /// The administrator has answered the proposal already, and otherwise.
    case answered
    /// So many proposals wait, of the member or in all, that no more are taken.
    case proposals

    private static let prefix = "urn:saksi:problem:"

    /// The `type` of the problem JSON.
    public var urn: String { Self.prefix + rawValue }

    /// Reads a `type`; `nil` for one that is not a vault's.
    public init?(urn: some StringProtocol) {
        guard urn.utf8.starts(with: Self.prefix.utf8) else { return nil }
        self.init(rawValue: String(urn.dropFirst(Self.prefix.count)))
    }
}
