// SPDX-License-Identifier: Apache-2.0

import Bulk
import HTTPTypes
import Hummingbird
import NIOCore
import TransparencyLog
import Vault

extension API {
    /// What administrators decided, and what waits for their decision.
    func addGovernanceRoutes(to router: Router<VaultContext>) {
        signed(router, .get, "v1/governance/entries") { request, _, _ in
            try await page(
                from: try leafIndex(request.uri.queryParameters["from"]),
                find: { try await vault.index.governance(from: $0, limit: $1) },
                leaf: { $0 },
                shows: { _ in true }
            )
        }
        signed(router, .post, "v1/proposals") { request, _, caller in
            let limit = Proposals.sizeLimit
            let isNew = try await withBody(of: request, limit: limit, caller) { note in
                try await vault.proposals.add(note, by: caller)
            }
            return Response(status: isNew ? .created : .ok)
        }
        signed(router, .get, "v1/proposals") { _, _, caller in
            try await answering {
                try .json(await vault.proposals.ids(for: caller).map(\.hex))
            }
        }
        signed(router, .get, "v1/proposals/:id") { _, context, caller in
            let id = try context.hash("id")
            let shown = try await answering { try await vault.proposals.show(id, to: caller) }
            return try .json(
                ShownProposal(
                    note: String(decoding: shown.note.note.bytes, as: UTF8.self),
                    rejections: shown.rejections.map { String(decoding: $0, as: UTF8.self) }
                )
            )
        }
        signed(router, .post, "v1/proposals/:id/approval") { request, context, caller in
            let id = try context.hash("id")
            try await withBody(of: request, limit: Proposals.lineLimit, caller) { line in
                try await vault.proposals.approve(id, line, by: caller)
            }
            return Response(status: .ok)
        }
        signed(router, .post, "v1/proposals/:id/rejection") { request, context, caller in
            let id = try context.hash("id")
            try await withBody(of: request, limit: Rejection.maximumSize, caller) { note in
                try await vault.proposals.reject(id, note, by: caller)
            }
            return Response(status: .ok)
        }
    }

    private struct ShownProposal: Encodable {
        let note: String
        let rejections: [String]
    }

    /// Reads a small body, for which there must be room as for any other.
    private func withBody<Answer>(
        of request: Request,
        limit: Int,
        _ caller: Caller,
        _ body: ([UInt8]) async throws -> Answer
    ) async throws -> Answer {
        let size = try announcedSize(of: request, limit: limit)
        let room = try await room(size, for: caller.member.hex)
        defer { withExtendedLifetime(room) {} }
        let bytes = try await self.body(
            of: request,
            size: size,
            within: configuration.statementTimeout
        )
        return try await answering { try await body(Array(bytes.readableBytesView)) }
    }

    private func answering<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
        do {
            return try await body()
        } catch let error as ProposalError {
            throw refusal(error)
        }
    }

    private func refusal(_ error: ProposalError) -> any Error {
        switch error {
        case .malformed: return APIError(.malformed, "the body does not have its form")
        case .notOfQuorumClass:
            return APIError(.malformed, "the act is not one that several administrators sign")
        case .otherSigners:
            return APIError(.malformed, "a proposal is signed by whoever sends it and nobody else")
        case .tooFar:
            return APIError(.malformed, "a proposal expires within 30 days")
        case .refused(let violation): return APIError.refused(violation)
        case .tooMany: return APIError(.proposals, "too many proposals wait already")
        case .answered:
            return APIError(.answered, "you have given the other answer to this proposal already")
        case .notFound: return APIError.notFound
        case .storage(let error): return error
        case .index(let error): return error
        }
    }
}
