// SPDX-License-Identifier: Apache-2.0

import Bulk
import Hummingbird
import NIOCore
import TransparencyLog
import Vault

extension API {
    /// Proofs of single entries, and the entries themselves for those who audit.
    func addReceiptRoutes(to router: Router<VaultContext>) {
        signed(router, .get, "v1/members/:fingerprint") { _, context, _ in
            guard let text = context.parameters.get("fingerprint"),
                let member = Fingerprint(hex: text),
                let index = try await vault.index.enrolment(of: member)
            else { throw APIError.notFound }
            return .text(try await vault.log.receipt(for: index).text)
        }
        signed(router, .get, "v1/members/:fingerprint/entries") { request, context, caller in
            guard let text = context.parameters.get("fingerprint"),
                let key = Fingerprint(hex: text), let person = caller.state.person(of: key)
            else { throw APIError.notFound }
            // Who invited whom, and to which case, is not for everybody.
            let showsInvite = caller.isOwn(key) || caller.state.mayAudit(caller.member)
            return try await page(
                from: try leafIndex(request.uri.queryParameters["from"]),
                find: { try await vault.index.entries(ofPerson: person, from: $0, limit: $1) },
                leaf: \.index,
                shows: { showsInvite || !$0.isInvite }
            )
        }
        signed(router, .get, "v1/receipts/:statement") { _, context, caller in
            let id = try context.hash("statement")
            guard let index = try await vault.index.statement(id) else { throw APIError.notFound }
            if !caller.state.mayAudit(caller.member) {
                let statement = try await vault.log.entry(at: index).signed.statement
                guard try await isVisible(statement, to: caller) else { throw APIError.notFound }
            }
            return .text(try await vault.log.receipt(for: index).text)
        }
        signed(router, .get, "tile/entries/**") { request, _, caller in
            guard caller.state.mayAudit(caller.member),
                let path = try? EntryBundlePath(parsing: String(request.uri.path.dropFirst()))
            else { throw APIError.notFound }
            let bundle = try await existing { try await vault.log.bundle(path) }
            return .bytes(ByteBuffer(bytes: bundle))
        }
        signed(router, .get, "v1/checkpoints") { request, _, caller in
            guard caller.state.mayAudit(caller.member) else { throw APIError.notFound }
            let from = try leafIndex(request.uri.queryParameters["from"])
            let history = try await vault.log.checkpoints(from: from, count: 500)
            let notes = history.notes.map { String(decoding: $0, as: UTF8.self) }
            return try .json(CheckpointPage(checkpoints: notes, next: history.next))
        }
    }

    private struct CheckpointPage: Encodable {
        let checkpoints: [String]
        let next: UInt64?
    }

    /// Own statements, and those about a case that the caller reads.
    private func isVisible(_ statement: Statement, to caller: Caller) async throws -> Bool {
        if caller.isOwn(statement.actor) { return true }
        if case .consent(let act) = statement.act {
            let submission = try await vault.index.submission(act.record)
            return submission.map { caller.mayRead($0.caseID) } ?? false
        }
        return statement.act.caseID.map(caller.mayRead) ?? false
    }
}
