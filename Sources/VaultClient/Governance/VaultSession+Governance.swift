// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

extension VaultSession {
    /// Who the administrators are and what they decided, up to now; the device follows the policy.
    ///
    /// - Parameter decisions: Entries of a case, in the order of the log, that administrators must have
    ///   decided; each is judged by who they were, and by the policy, at its place.
    /// - Returns: What the entries about them amount to.
    /// - Throws: ``ClientError`` `.untrusted` where an entry is missing that this device saw before,
    ///   and where ``Governance`` refuses one.
    func governance(judging decisions: [CaseView.Decided] = []) async throws -> Governance {
        let known = await trust.state
        let size = known.head.size
        let genesis = try known.knownGenesis
        var governance = Governance()
        var left = decisions[...]
        try await receipts(at: Self.governancePath) { logged in
            while let next = left.first, next.logged.index < logged.index {
                try governance.require(left.removeFirst())
            }
            try governance.add(logged, genesis: genesis)
        }
        for decided in left { try governance.require(decided) }
        let seen = known.governance ?? SeenEntries()
        if let missing = seen.missing(from: governance.indices) {
            throw ClientError.untrusted(
                "the vault keeps back entry \(missing), about its administrators, which this device "
                    + "has seen"
            )
        }
        guard !governance.entries.isEmpty else {
            throw ClientError.untrusted("the vault keeps back its genesis")
        }
        if let keys = governance.state.logKeys { try await receipts.follower.learn(keys) }
        if governance.indices != seen.indices {
            let indices = governance.indices
            let predecessor = governance.state.foundation?.predecessor.map(KnownPredecessor.init)
            try await trust.update { state in
                state.predecessor = predecessor
                var seen = state.governance ?? SeenEntries()
                seen.formUnion(indices)
                state.governance = seen
            }
        }
        if let frozen = governance.state.frozen { try await trust.note(end: frozen.index + 1) }
        try await follow(governance.decided.policy, at: size)
        return governance
    }

    /// Where the vault shows the entries about administrators.
    static let governancePath = "/v1/governance/entries"

    /// Asks for receipts by the page, and takes each that proves its entry, in the order of the log.
    ///
    /// - Parameters:
    ///   - path: What is asked.
    ///   - first: From which index on.
    ///   - take: Called with each entry.
    /// - Throws: ``ClientError``, and what `take` throws.
    func receipts(
        at path: String,
        from first: UInt64 = 0,
        take: (LoggedEntry) async throws -> Void
    ) async throws {
        let pages = EntryPages(connection: connection, signer: signer, trust: trust)
        try await pages.each(at: path, from: first) { bytes, floor in
            let logged = try await receipts.verified(bytes, floor: floor)
            try await take(logged)
            return logged.index
        }
    }
}
