// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

extension VaultSession {
    /// Who the administrators are and what they decided, up to now; the device follows the policy.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where an entry is missing that this device saw before,
    ///   and where ``Governance`` refuses one.
    func governance() async throws -> Governance {
        let known = await trust.state
        let size = known.head.size
        guard let genesis = Hash(hex: known.genesis) else {
            throw ClientError(.failed, "the keys of the vault are malformed")
        }
        var governance = Governance()
        try await receipts(at: Self.governancePath) { logged in
            try governance.add(logged, genesis: genesis)
        }
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
        if governance.indices != seen.indices {
            let indices = governance.indices
            try await trust.update { state in
                var seen = state.governance ?? SeenEntries()
                seen.formUnion(indices)
                state.governance = seen
            }
        }
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
        var next: UInt64? = first
        var last: UInt64?
        while let from = next {
            let floor = await trust.head
            let question = Request(path: path, query: "from=\(from)", limit: 64 << 20)
            let page = try decode(
                EntryPage.self,
                await connection.send(question, as: signer)
            )
            for receipt in page.receipts {
                let logged = try await receipts.verified(Array(receipt.utf8), floor: floor)
                try await take(logged)
                last = logged.index
            }
            next = page.next
            if let next {
                // Each page must bring something, or a vault could keep a device asking for ever.
                guard !page.receipts.isEmpty, next > last ?? from else {
                    throw ClientError.untrusted(
                        "the vault's pages of \(path) do not advance: from \(from) to \(next)"
                    )
                }
            }
        }
    }
}

private struct EntryPage: Decodable {
    let receipts: [String]
    let next: UInt64?
}
