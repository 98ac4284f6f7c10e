// SPDX-License-Identifier: Apache-2.0

import Bulk
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import TransparencyLog
import Vault

extension API {
    /// What anybody may ask for: the public part of the log, the vault card, and taking a statement,
    /// which authenticates itself.
    func addPublicRoutes(to router: Router<VaultContext>) {
        router.get("checkpoint") { _, _ in
            var response = Response.text(
                String(decoding: vault.log.checkpoint.bytes, as: UTF8.self)
            )
            response.headers[.cacheControl] = "no-cache"
            return response
        }
        router.get("tile/:level/**") { request, _ in
            guard let path = try? TilePath(parsing: String(request.uri.path.dropFirst())) else {
                throw APIError.notFound
            }
            let tile = try await existing { try await vault.log.tile(path) }
            return Response.bytes(ByteBuffer(bytes: tile), immutable: true)
        }
        router.get("v1/vault") { _, _ in Response.text(presentCard) }
        router.get("v1/log-keys") { _, _ in Response.text(try await logKeys().text) }
        router.get("healthz") { _, _ in Response.text("ok\n") }
        router.get("readyz") { _, _ in
            guard await vault.isReady else {
                throw APIError.busy(configuration.retryAfter)
            }
            return Response.text("ok\n")
        }
        router.post("v1/statements") { request, _ in try await takeStatement(request) }
    }

    /// The vault card, with the log's key that is in force by now.
    private var presentCard: String {
        guard let card = try? VaultCard(parsing: self.card), let key = vault.state.logKeys?.current
        else { return self.card }
        return VaultCard(logKey: key, tlsKey: card.tlsKey, genesis: card.genesis).text
    }

    /// How the log's key changed hands: the entry before the first size of each key hands over to it.
    private func logKeys() async throws -> LogKeyHistory {
        guard let keys = vault.state.logKeys else { throw APIError.notFound }
        var history = LogKeyHistory(keys.terms[0].key)
        for term in keys.terms.dropFirst() {
            let entry = try await vault.log.entry(at: term.since - 1)
            guard case .logKey(let change) = entry.signed.statement.act,
                history.add(change.handover, since: term.since)
            else { throw APIError(.internal, "the log's keys are not those of its entries") }
        }
        return history
    }

    /// Reads a part of the log; what the log does not have is a 404.
    func existing(_ read: () async throws -> [UInt8]) async throws -> [UInt8] {
        do {
            return try await read()
        } catch let error as StorageError where error.code == .missing {
            throw APIError.notFound
        }
    }

    private func takeStatement(_ request: Request) async throws -> Response {
        let size = try announcedSize(of: request, limit: SignedStatement.maximumSize)
        let note = Array(
            try await body(
                of: request,
                size: size,
                within: configuration.statementTimeout
            ).readableBytesView
        )
        do {
            let receipt = try await vault.sequencer.submit(note)
            metrics.statements.add()
            await deleteDropped()
            return .text(receipt.text)
        } catch {
            throw refusal(error)
        }
    }

    /// Deletes what an accepted act does away with, before the answer says that it is done.
    ///
    /// The act stands in the log; where the deletion fails, the collector does it later.
    private func deleteDropped() async {
        guard vault.index.memory.takeDropped() else { return }
        do {
            try await vault.uploads.deleteDropped()
        } catch {
            logger.error("deleting failed", metadata: ["error": "\(type(of: error))"])
        }
    }

    private func refusal(_ error: SubmissionError) -> any Error {
        switch error {
        case .malformed:
            return APIError(.malformed, "the body is not a signed statement in its only form")
        case .signature: return APIError.signature
        case .refused(let violation): return APIError.refused(violation)
        case .missing(let keys):
            var refusal = APIError(.missing, "the statement names things that are not uploaded")
            refusal.missing = keys.prefix(1000).compactMap(\.uploadName)
            return refusal
        case .inconsistent:
            return APIError(.inconsistent, "what is uploaded does not fit the statement")
        case .missingLogKey:
            return APIError(
                .inconsistent,
                "the new key of the log is not on the daemon's machine: saksid rotate log-key makes it"
            )
        case .busy(let retryAfter): return APIError.busy(retryAfter)
        case .stopped: return APIError.busy(configuration.retryAfter)
        case .storage(let error): return error
        case .index(let error): return error
        }
    }
}

extension StorageKey {
    /// The name a client uploads it under, `segments/<sha256>`; `nil` for what is not uploaded.
    fileprivate var uploadName: String? {
        guard case .content(let kind, let hash) = self else { return nil }
        return "\(kind.rawValue)/\(hash.hex)"
    }
}
