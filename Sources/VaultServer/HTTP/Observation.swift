// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Vault

/// Counts and logs every request, and turns errors into problem JSON.
///
/// A log line holds the method, the route's pattern, the status and the time taken. It never holds a
/// path, a query, a header, an address or a fingerprint: the pattern is our own text, so nothing that
/// a client chose can reach a log. At `notice`, the default, only failures of the vault itself are
/// written; a refused request is the client's affair and is counted.
struct Observation: RouterMiddleware {
    let metrics: Metrics
    let logger: Logger

    func handle(
        _ request: Request,
        context: VaultContext,
        next: @concurrent (Request, VaultContext) async throws -> Response
    ) async throws -> Response {
        let began = ContinuousClock.now
        metrics.inFlight.add(1)
        defer { metrics.inFlight.add(-1) }
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(to: error, context)
        }
        response.headers[.contentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        metrics.respond(response.status.code)
        metrics.bytesSent.add(response.body.contentLength ?? 0)
        if response.status == .serviceUnavailable { metrics.unavailable.add() }
        logger.debug(
            "answered",
            metadata: [
                "method": "\(known(request.method))",
                "route": "\(context.endpointPath ?? "none")",
                "status": "\(response.status.code)",
                "milliseconds": "\((ContinuousClock.now - began).inMilliseconds)",
            ]
        )
        return response
    }

    private func answer(to error: any Error, _ context: VaultContext) -> Response {
        let problem: APIError
        switch error {
        case let error as APIError: problem = error
        case let error as any HTTPResponseError where error.status == .notFound: problem = .notFound
        default:
            problem = APIError(.internal, "the vault could not answer")
            logger.error(
                "request failed",
                metadata: [
                    "route": "\(context.endpointPath ?? "none")",
                    // The type alone: what an error says may quote the request.
                    "error": "\(type(of: error))",
                ]
            )
        }
        metrics.reject(problem.type.rawValue)
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if let retryAfter = problem.retryAfter {
            headers[.retryAfter] = "\(max(1, retryAfter.components.seconds))"
        }
        return Response(
            status: problem.type.status,
            headers: headers,
            body: problem.body,
            closing: problem.closes ? context.channel : nil
        )
    }

    private func known(_ method: HTTPRequest.Method) -> String {
        [.get, .head, .put, .post].contains(method) ? method.rawValue : "other"
    }
}

extension Response {
    /// An answer that may end the connection, since the rest of the request is not wanted.
    init(
        status: HTTPResponse.Status,
        headers: HTTPFields,
        body: ByteBuffer,
        closing channel: (any Channel)?
    ) {
        guard let channel else {
            self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
            return
        }
        var headers = headers
        headers[.connection] = "close"
        self.init(
            status: status,
            headers: headers,
            body: ResponseBody(contentLength: body.readableBytes) { writer in
                try await writer.write(body)
                try await writer.finish(nil)
                channel.close(promise: nil)
            }
        )
    }
}

extension HTTPField.Name {
    static let contentTypeOptions = constant("x-content-type-options")
    /// The access statement that releases what is asked for: its id as 64 hex digits.
    static let saksiAccess = constant("saksi-access")
    static let signature = constant("signature")
    static let signatureInput = constant("signature-input")

    private static func constant(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is a token") }
        return field
    }
}
