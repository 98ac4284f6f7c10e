// SPDX-License-Identifier: Apache-2.0

import Vault

/// Why an act did not happen, in words for the person who asked for it.
///
/// Messages are lower case without a full stop and never hold secrets. Text that came from the vault
/// or from a file name may be inside: whoever prints it must show control characters, not obey them.
public struct ClientError: Error, Sendable {
    /// What kind of failure it was, which is what the exit status says.
    public enum Code: Sendable {
        /// Something on this device, or in what was sealed, is not as it must be.
        case failed
        /// The vault refused: a rule does not allow the act.
        case refused
        /// The vault could not be reached, or broke off: the same act may be tried again.
        case network
        /// The vault showed something that an honest one cannot show.
        case untrusted
    }

    /// The kind of failure.
    public let code: Code
    /// What was found, in one sentence without a full stop.
    public let message: String
    /// What to do about it, where that is known.
    public let hint: String?
    /// What the vault called the problem, where it named one.
    let problem: ProblemType?
    /// The rule that the statement broke, where the vault named one.
    let rule: PolicyViolation?

    /// Says what was found and what to do about it.
    public init(_ code: Code, _ message: String, hint: String? = nil) {
        self.init(code, message, hint: hint, problem: nil)
    }

    init(
        _ code: Code,
        _ message: String,
        hint: String?,
        problem: ProblemType?,
        rule: PolicyViolation? = nil
    ) {
        self.code = code
        self.message = message
        self.hint = hint
        self.problem = problem
        self.rule = rule
    }

    /// Says what any error of this module, or of what it uses, means.
    public init(describing error: any Error) {
        switch error {
        case let error as ClientError: self = error
        case let error as FileError: self = error.described
        case is CancellationError: self.init(.failed, "the command was interrupted")
        default: self.init(.failed, "\(error)")
        }
    }

    /// The vault did what an honest vault cannot do.
    static func untrusted(_ message: String) -> ClientError {
        ClientError(
            .untrusted,
            message,
            hint: "stop using this vault and show this message to the people you trust there"
        )
    }
}
