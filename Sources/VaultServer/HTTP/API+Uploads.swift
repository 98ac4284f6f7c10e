// SPDX-License-Identifier: Apache-2.0

import Bulk
import HTTPTypes
import Hummingbird
import NIOCore
import Vault

extension API {
    /// Content-addressed uploads: what a statement will name lies here before it is made.
    func addUploadRoutes(to router: Router<VaultContext>) {
        for kind in ContentKind.allCases {
            let path = RouterPath("v1/\(kind.rawValue)/:name")
            signed(router, .put, path) { request, context, caller in
                try await take(kind, try context.hash("name"), request, caller)
            }
            signed(router, .head, path) { _, context, caller in
                let hash = try context.hash("name")
                guard try await vault.uploads.has(kind, hash, by: caller.member) else {
                    throw APIError.notFound
                }
                return Response(status: .ok)
            }
        }
        signed(router, .get, "v1/limits") { _, _, caller in
            try .json(
                Limits(
                    quota: UInt64(configuration.pendingQuota.bytes),
                    used: try await vault.uploads.used(by: caller.member),
                    segment: ContentKind.segments.sizeLimit,
                    record: ContentKind.records.sizeLimit,
                    envelope: ContentKind.envelopes.sizeLimit,
                    keyring: ContentKind.keyrings.sizeLimit,
                    pack: ContentKind.packs.sizeLimit
                )
            )
        }
    }

    private struct Limits: Encodable {
        let quota, used: UInt64
        let segment, record, envelope, keyring, pack: Int
    }

    private func take(
        _ kind: ContentKind,
        _ hash: Hash,
        _ request: Request,
        _ caller: Caller
    ) async throws -> Response {
        // Before the body: no statement will ever name what it holds.
        guard vault.state.frozen == nil else {
            throw APIError.refused(.frozen, "the vault is frozen and takes nothing more")
        }
        let size = try announcedSize(of: request, limit: kind.sizeLimit)
        let room = try await room(size, for: caller.member.hex)
        defer { withExtendedLifetime(room) {} }
        let body = try await body(of: request, size: size, within: configuration.uploadTimeout)
        do {
            let outcome = try await vault.uploads.put(
                kind,
                hash,
                by: caller.member,
                size: size,
                body: RequestBody(buffer: body)
            )
            return Response(status: outcome == .created ? .created : .ok)
        } catch {
            throw refusal(error)
        }
    }

    private func refusal(_ error: UploadError) -> any Error {
        switch error {
        case .tooLarge: APIError(.tooLarge, "the body is larger than its kind may be")
        case .empty: APIError(.malformed, "the body is empty")
        case .wrongHash: APIError(.digest, "the body does not hash to its name")
        case .quota: APIError(.quota, "too much is uploaded that no statement names yet")
        case .busy: APIError.busy(configuration.retryAfter)
        case .wrongSize, .interrupted: APIError.interrupted
        case .lostRecord: error
        case .storage(let error): error
        case .index(let error): error
        }
    }
}
