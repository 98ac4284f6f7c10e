// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Hummingbird
import Timestamp
import TransparencyLog
import Vault

extension API {
    /// Time-stamped checkpoints, for every member: they date what is below their size.
    func addTimestampRoutes(to router: Router<VaultContext>) {
        signed(router, .get, "v1/timestamps") { request, _, _ in
            let from = try leafIndex(request.uri.queryParameters["from"])
            guard let found = try await stamped(from: from) else { throw APIError.notFound }
            return try .json(found)
        }
    }

    private struct StampedCheckpoint: Encodable {
        let size: UInt64
        let checkpoint: String
        let tokens: [Token]

        struct Token: Encodable {
            let authority: String
            let response: String
            let chain: String
            let lists: String
        }
    }

    /// The smallest stamped checkpoint of a size or more, with all its time-stamps; `nil` where there is
    /// none.
    private func stamped(from size: UInt64) async throws -> StampedCheckpoint? {
        let stamps = Stamps(store: vault.store)
        let whole = try await stamps.inventory().parts.filter {
            guard let stamped = $0.key.size else { return false }
            return stamped >= size && $0.value.isSuperset(of: [.token, .chain])
        }
        guard let first = whole.keys.min(), let found = first.size else { return nil }
        var tokens: [StampedCheckpoint.Token] = []
        for stamp in whole.keys.sorted() where stamp.subject == first.subject {
            guard let parts = whole[stamp],
                let kept = try await stamps.kept(stamp, parts: parts)
            else { continue }
            tokens.append(
                StampedCheckpoint.Token(
                    authority: stamp.authority.hex,
                    response: Base64.padded.encode(kept.response.bytes),
                    chain: String(
                        decoding: CertificateFile(certificates: kept.chain).pem,
                        as: UTF8.self
                    ),
                    lists: String(decoding: kept.revocationListsPEM, as: UTF8.self)
                )
            )
        }
        let note = try await stamps.bytes(of: first.subject)
        return StampedCheckpoint(
            size: found,
            checkpoint: String(decoding: note, as: UTF8.self),
            tokens: tokens
        )
    }
}

extension Stamps.Stamp {
    /// The size of the stamped checkpoint; `nil` for a renewal.
    fileprivate var size: UInt64? {
        if case .checkpoint(let size, _) = subject { size } else { nil }
    }
}
