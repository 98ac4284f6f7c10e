// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
public import Vault

extension VaultSession {
    // MARK: The log's key

    /// The keys of the log that this device knows, as a tlog-policy file.
    public var trustFile: String { log.keys.value.trustFile }

    /// Puts a new key in the place of the one that signs the log.
    ///
    /// - Parameters:
    ///   - handover: What `saksid rotate log-key` printed.
    ///   - seconds: How long others may sign it.
    /// - Returns: What came of it, and what it does.
    /// - Throws: ``ClientError``; `.failed` for a handover that is not from the key in force, or that one
    ///   of the keys has not signed.
    public func changeLogKey(
        to handover: LogHandover,
        for seconds: Int64
    ) async throws -> (effects: [String], decision: Decision) {
        let governance = try await governance()
        guard handover.isValid else {
            throw ClientError(.failed, "the handover card is not signed by both of its keys")
        }
        guard let keys = governance.state.logKeys, handover.old == keys.current else {
            throw ClientError(
                .failed,
                "the handover card is from another key than the one that signs this log: got "
                    + "\"\(handover.old)\", want \"\(log.keys.value.current)\"",
                hint: "have `saksid rotate log-key` print it again"
            )
        }
        let act = Act.logKey(LogKeyChange(expires: try deadline(in: seconds), handover: handover))
        return (act.effects(after: governance.state), try await decide(act))
    }

    /// Ends the vault: nothing is accepted after it.
    ///
    /// - Parameters:
    ///   - successor: The origin of the vault that takes its place, where there is one.
    ///   - seconds: How long others may sign it.
    /// - Returns: What came of it, and what it does.
    /// - Throws: ``ClientError``.
    public func freeze(
        for successor: String?,
        for seconds: Int64
    ) async throws -> (effects: [String], decision: Decision) {
        if let successor, !Origin.isWellFormed(successor) {
            throw ClientError(.failed, "\"\(successor)\" cannot be the name of a vault")
        }
        let act = Act.freeze(Freeze(expires: try deadline(in: seconds), successor: successor))
        return (act.effects(after: VaultState()), try await decide(act))
    }

    /// Says what comes after a vault that accepts nothing more, statement or upload, as its log tells it.
    func tellingOfFreeze<Answer>(_ ask: () async throws -> Answer) async throws -> Answer {
        do {
            return try await ask()
        } catch let error as ClientError where error.rule == .frozen {
            guard let frozen = try await governance().state.frozen else {
                throw ClientError.untrusted(
                    "the vault says that it is frozen, and its log does not say so"
                )
            }
            throw ClientError(
                .refused,
                "this vault was frozen by its administrators, in entry \(frozen.index): nothing is "
                    + "accepted any more",
                hint: frozen.successor.map {
                    "the vault \"\($0)\" takes its place: ask an administrator for an invitation"
                } ?? "what its log says can be read and checked as before",
                problem: error.problem,
                rule: .frozen
            )
        }
    }
}
