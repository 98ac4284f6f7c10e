// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore
import Vault

extension API {
    /// The announced size of a body.
    ///
    /// Chunked bodies are refused: room is reserved before reading.
    ///
    /// - Throws: `.malformed` without a size, `.tooLarge` beyond `limit` bytes; then the connection ends.
    func announcedSize(of request: Request, limit: Int) throws -> Int {
        guard let text = request.headers[.contentLength], text.allSatisfy(\.isASCIIDigit),
            let size = Int(text), request.headers[.transferEncoding] == nil
        else {
            var error = APIError(.malformed, "the request needs one Content-Length")
            error.closes = true
            throw error
        }
        guard size <= limit else {
            var error = APIError(.tooLarge, "the body is larger than its kind may be")
            error.closes = true
            throw error
        }
        return size
    }

    /// Room in memory for a body, or 503.
    func room(_ size: Int, for holder: String) async throws -> BodyBudget.Room {
        guard let room = await bodies.reserve(size, for: holder) else {
            throw APIError.busy(configuration.retryAfter)
        }
        return room
    }

    /// A whole body, in one buffer of its announced size.
    ///
    /// The chunks are copied: each lies in a receive buffer that is larger than it, for a slow sender
    /// far larger, so keeping them would hold several times the body's size.
    ///
    /// - Throws: `.malformed` where the body is shorter or longer than announced or arrives too slowly.
    @concurrent func body(
        of request: Request,
        size: Int,
        within time: Duration
    ) async throws -> ByteBuffer {
        let deadline = ContinuousClock.now + time
        var whole = ByteBufferAllocator().buffer(capacity: size)
        do {
            for try await chunk in request.body {
                guard ContinuousClock.now < deadline,
                    whole.readableBytes + chunk.readableBytes <= size
                else { throw APIError.interrupted }
                whole.writeImmutableBuffer(chunk)
            }
        } catch {
            throw APIError.interrupted
        }
        guard whole.readableBytes == size else { throw APIError.interrupted }
        metrics.bytesReceived.add(size)
        return whole
    }
}

extension APIError {
    /// A body that did not arrive whole, or not in time.
    static var interrupted: APIError {
        var error = APIError(.malformed, "the body did not arrive whole in time")
        error.closes = true
        return error
    }
}
