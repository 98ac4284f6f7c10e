// SPDX-License-Identifier: Apache-2.0

import Bulk
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import TransparencyLog

/// The HTTP interface of a witness (c2sp.org/tlog-witness): both of its prefixes are the root.
struct WitnessAPI: Sendable {
    let witness: Witness
    let logger: Logger
    /// How long a request's body may take.
    var bodyTimeout = Duration.seconds(10)

    var router: Router<VaultContext> {
        let router = Router(context: VaultContext.self)
        router.post("add-checkpoint") { request, context in await add(request, context) }
        router.get(":name/checkpoint") { _, context in
            guard let name = context.parameters.get("name").flatMap({ Hash(hex: $0) }),
                let note = try await witness.checkpoint(named: name)
            else { return Response(status: .notFound) }
            var response = Response.text(String(decoding: note.bytes, as: UTF8.self))
            response.headers[.cacheControl] = "no-cache"
            return response
        }
        return router
    }

    private func add(_ request: Request, _ context: VaultContext) async -> Response {
        do {
            let body = try await body(of: request)
            return .text(try await witness.add(body).line + "\n")
        } catch let refusal as WitnessRefusal {
            if case .otherRoot(let size) = refusal {
                // Signed by the log, so worth a person's time; all other refusals are the client's.
                logger.warning("a log has forked", metadata: ["size": "\(size)"])
            }
            return Response(
                status: .init(code: refusal.status),
                headers: [.contentType: refusal.mediaType],
                body: ByteBuffer(string: refusal.body),
                closing: refusal == .malformed(.tooLarge) ? context.channel : nil
            )
        } catch is CutBody {
            return Response(
                status: .badRequest,
                headers: [:],
                body: ByteBuffer(),
                closing: context.channel
            )
        } catch {
            logger.error("nothing can be cosigned", metadata: ["error": "\(error)"])
            return Response(status: .internalServerError)
        }
    }

    /// A body that ended early or took too long.
    private struct CutBody: Error {}

    private func body(of request: Request) async throws -> [UInt8] {
        let deadline = ContinuousClock.now + bodyTimeout
        var body: [UInt8] = []
        do {
            for try await chunk in request.body {
                guard body.count + chunk.readableBytes <= AddCheckpointRequest.maximumSize else {
                    throw WitnessRefusal.malformed(.tooLarge)
                }
                guard ContinuousClock.now < deadline else { throw CutBody() }
                body.append(contentsOf: chunk.readableBytesView)
            }
        } catch let refusal as WitnessRefusal {
            throw refusal
        } catch {
            throw CutBody()
        }
        return body
    }
}
