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

    private func entries(
        of id: CaseID,
        from: UInt64,
        for caller: Caller
    ) async throws -> Response {
        let reads = caller.mayRead(id)
        guard reads || caller.state.maySubmit(caller.member, id) else { throw APIError.notFound }
        return try await page(
            from: from,
            find: { try await vault.index.entries(of: id, from: $0, limit: $1) },
            leaf: \.index,
            shows: { reads ? true : try await isVisible($0, toSubmitter: caller) }
        )
    }

    /// Those that change to whom a submission is sealed, or who may submit.
    private static let actsForSubmitters: Set<ActName> = [
        .caseOpen, .caseGrant, .caseRemove, .caseRotate, .caseEscrow, .caseRecover,
    ]

    /// What somebody sees who may only submit: how the case came to be, who reads it, and what they
    /// did or were granted themselves.
    ///
    /// Not the grants of other submitters: a phone that is seized does not tell who else submits.
    private func isVisible(
        _ entry: CaseEntry,
        toSubmitter caller: Caller
    ) async throws -> Bool {
        if caller.isOwn(entry.actor) { return true }
        guard let act = ActName(rawValue: entry.act), Self.actsForSubmitters.contains(act) else {
            return false
        }
        switch try await vault.log.entry(at: entry.index).signed.statement.act {
        case .caseGrant(let grant): return grant.right == .read || caller.isOwn(grant.member)
        case .caseRemove(let remove): return remove.right == .read || caller.isOwn(remove.member)
        default: return true
        }
    }
}
