// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import TransparencyLog
import Vault

/// The HTTP interface of one open vault; described in `openapi.json` and in <doc:HTTP>.
struct API: Sendable {
    let vault: OpenVault
    let card: String
    let configuration: ServerConfiguration
    let metrics: Metrics
    let logger: Logger
    let now: @Sendable () -> UTCTime
    let verifier: RequestVerifier
    let bodies: BodyBudget
    /// Downloads in flight: each is charged for the pieces it holds.
    let downloads: BodyBudget
    let records = RecordCache()

    init(
        vault: OpenVault,
        card: String,
        configuration: ServerConfiguration,
        metrics: Metrics,
        logger: Logger,
        now: @escaping @Sendable () -> UTCTime
    ) {
        self.vault = vault
        self.card = card
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
        self.now = now
        verifier = RequestVerifier(now: now)
        bodies = BodyBudget(
            capacity: configuration.bodyMemory.bytes,
            perHolder: configuration.memberUploads,
            patience: configuration.bodyWait
        )
        downloads = BodyBudget(
            capacity: 32 * Self.downloadPiece,
            perHolder: 8,
            patience: configuration.bodyWait
        )
    }

    /// Every route, in the order of the OpenAPI file.
    var router: Router<VaultContext> {
        let router = Router(context: VaultContext.self)
        router.add(middleware: Observation(metrics: metrics, logger: logger))
        addPublicRoutes(to: router)
        addUploadRoutes(to: router)
        addCaseRoutes(to: router)
        addGovernanceRoutes(to: router)
        addReceiptRoutes(to: router)
        addTimestampRoutes(to: router)
        addDownloadRoutes(to: router)
        addEnvelopeRoutes(to: router)
        return router
    }
}

extension API {
    /// Adds a route whose requests are signed by an enrolled key.
    func signed(
        _ router: Router<VaultContext>,
        _ method: HTTPRequest.Method,
        _ path: RouterPath,
        _ answer: @escaping @Sendable (Request, VaultContext, Caller) async throws -> Response
    ) {
        router.on(path, method: method) { request, context in
            let caller = try verifier.caller(of: request, in: vault.state)
            return try await answer(request, context, caller)
        }
    }
}

extension VaultContext {
    /// A path parameter that is a hash; anything else is nothing that exists.
    func hash(_ name: String) throws -> Hash {
        guard let text = parameters.get(name), let hash = Hash(hex: text) else {
            throw APIError.notFound
        }
        return hash
    }

    /// A path parameter that is a case id.
    func caseID(_ name: String) throws -> CaseID {
        guard let text = parameters.get(name), let id = CaseID(hex: text) else {
            throw APIError.notFound
        }
        return id
    }
}

extension Response {
    static func text(_ text: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    static func bytes(_ buffer: ByteBuffer, immutable: Bool = false) -> Response {
        var headers: HTTPFields = [.contentType: "application/octet-stream"]
        if immutable { headers[.cacheControl] = "public, max-age=31536000, immutable" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }

    static func json(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(value)))
        )
    }
}
