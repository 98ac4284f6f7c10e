// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// Who the administrators of a vault are and what they decided, as its log tells it.
///
/// The rules of the fold are applied to the entries about administrators, each proved to be in the
/// log, with every signature: see ``VaultState/replay(governance:at:facts:)``.
struct Governance: Sendable {
    /// Knows the administrators and the policy, and nothing else of the vault.
    private(set) var state = VaultState()
    /// The entries, in the order of the log.
    private(set) var entries: [LoggedEntry] = []
    private var facts = LogFacts()

    /// The leaf indices of the entries, ascending.
    var indices: [UInt64] { entries.map(\.index) }

    /// Takes the next entry.
    ///
    /// - Parameters:
    ///   - logged: The entry.
    ///   - genesis: The leaf hash of entry 0, from the invitation.
    /// - Throws: ``ClientError`` `.untrusted` where the first is another, and for an entry that the
    ///   rules do not allow.
    mutating func add(_ logged: LoggedEntry, genesis: Hash) throws {
        if entries.isEmpty {
            guard logged.index == 0, logged.entry.leafHash == genesis else {
                throw ClientError.untrusted("the vault keeps back its genesis")
            }
        }
        do throws(PolicyViolation) {
            try state.replay(governance: logged.entry, at: logged.index, facts: &facts)
        } catch {
            throw ClientError.untrusted(
                "entry \(logged.index) is not one that the vault's rules allow, as far as the entries "
                    + "about administrators show: \(error)"
            )
        }
        entries.append(logged)
    }

    /// How the log's key changed hands.
    var logKeys: LogKeyHistory {
        get throws {
            var history: LogKeyHistory?
            for logged in entries {
                switch logged.statement.act {
                case .genesis(let genesis): history = LogKeyHistory(genesis.logKey)
                case .logKey(let act): _ = history?.add(act.handover, since: logged.index + 1)
                default: break
                }
            }
            guard let history, history.keys == state.logKeys else {
                throw ClientError.untrusted("the vault keeps back its genesis")
            }
            return history
        }
    }

    /// Makes sure that what the owner of a case alone may not do was decided by administrators.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where those who signed may not, or are not enough, as far
    ///   as the entries so far show.
    func require(_ decided: CaseView.Decided) throws {
        let signed = decided.logged.entry.signed
        let actor = state.member(signed.statement.actor)
        let isAllowed: Bool
        do throws(PolicyViolation) {
            let isEnough = try state.tally(of: signed)?.isComplete ?? true
            isAllowed = isEnough && (decided.isByOwner || actor?.isActive == true)
        } catch {
            isAllowed = false
        }
        guard isAllowed else {
            throw ClientError.untrusted(
                "entry \(decided.logged.index), of the act \(signed.statement.act.name.rawValue), is not "
                    + "signed by those who may decide that: the vault let in what its rules forbid"
            )
        }
    }

    /// What the administrators decided last, and the statement by which they did.
    var decided: (policy: Policy, statement: Hash) {
        get throws {
            guard let policy = state.policy, let statement = state.policyStatement else {
                throw ClientError.untrusted("the vault keeps back its genesis")
            }
            return (policy, statement)
        }
    }
}
