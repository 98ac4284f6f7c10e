// SPDX-License-Identifier: Apache-2.0

import Bulk
import Hummingbird
import NIOCore
import TransparencyLog
import Vault

extension API {
    /// What members see of their cases.
    func addCaseRoutes(to router: Router<VaultContext>) {
        signed(router, .get, "v1/cases") { _, _, caller in
            try .json(
                caller.state.cases(of: caller.member).map {
                    CaseRight(case: $0.id.hex, right: $0.standing.rawValue)
                }
            )
        }
        signed(router, .get, "v1/cases/:case/entries") { request, context, caller in
            let from = try leafIndex(request.uri.queryParameters["from"])
            return try await entries(of: try context.caseID("case"), from: from, for: caller)
        }
        signed(router, .get, "v1/keyrings/:name/current") { _, context, caller in
            let id = try context.caseID("name")
            guard caller.mayRead(id), let keyring = caller.state.case(id)?.keyring else {
                throw APIError.notFound
            }
            return try await whole(.keyrings, keyring, for: caller)
        }
    }

    private struct CaseRight: Encodable {
        let `case`, right: String
    }

    private struct Page: Encodable {
        let receipts: [String]
        let next: UInt64?
    }

    /// At most this many receipts are in a page.
    private static let pageCount = 500
    /// A page ends once its receipts fill this many bytes: an entry may be 64 KiB.
    private static let pageBytes = 1 << 20

    /// The number in a query from which a page begins; 0 where there is none.
    func leafIndex(_ text: Substring?) throws -> UInt64 {
        guard let text else { return 0 }
        guard let index = UInt64(text), index <= Int64.max, "\(index)" == text else {
            throw APIError(.malformed, "from is not a number in its only form")
        }
        return index
    }

    private func entries(
        of id: CaseID,
        from: UInt64,
        for caller: Caller
    ) async throws -> Response {
        let reads = caller.mayRead(id)
        guard reads || caller.state.maySubmit(caller.member, id) else { throw APIError.notFound }
        var receipts: [String] = []
        var bytes = 0
        var from = from
        while true {
            let found = try await vault.index.entries(of: id, from: from, limit: Self.pageCount)
            for entry in found {
                if !reads, try await !isVisible(entry, toSubmitter: caller.member) { continue }
                guard receipts.count < Self.pageCount, bytes < Self.pageBytes else {
                    return try .json(Page(receipts: receipts, next: entry.index))
                }
                let text = try await vault.log.receipt(for: entry.index).text
                receipts.append(text)
                bytes += text.utf8.count
            }
            guard found.count == Self.pageCount, let last = found.last else {
                return try .json(Page(receipts: receipts, next: nil))
            }
            from = last.index + 1
        }
    }

    /// What somebody sees who may only submit: how the case came to be, who reads it, and what they
    /// did or were granted themselves.
    ///
    /// Not the grants of other submitters: a phone that is seized does not tell who else submits.
    private func isVisible(
        _ entry: CaseEntry,
        toSubmitter member: Fingerprint
    ) async throws -> Bool {
        if entry.actor == member || entry.act == ActName.caseOpen.rawValue { return true }
        guard entry.act == ActName.caseGrant.rawValue,
            case .caseGrant(let grant) = try await vault.log.entry(at: entry.index).signed.statement
                .act
        else { return false }
        return grant.right == .read || grant.member == member
    }
}
