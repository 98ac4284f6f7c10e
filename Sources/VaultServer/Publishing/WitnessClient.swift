// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Bulk
import NIOCore
import NIOHTTP1
import TimestampClient
import TransparencyLog

/// One witness of the log, over HTTP; whatever it answers is bounded in size and in time.
struct WitnessClient: Sendable {
    /// The key that its cosignatures must verify under.
    let key: VerifierKey
    /// Its submission and monitoring prefix, without a slash at the end.
    let url: String
    let http: HTTPClient
    let timeout: Duration

    /// Sends a request.
    ///
    /// - Throws: an error of the network; the witness may have cosigned all the same.
    func send(_ request: AddCheckpointRequest) async throws -> CheckpointSubmission.Answer {
        var message = HTTPClientRequest(url: url + "/add-checkpoint")
        message.method = .POST
        message.body = .bytes(ByteBuffer(bytes: request.bytes))
        return try await exchange(message)
    }

    /// What the witness shows as the checkpoint of a log that it cosigned last.
    func latest(of origin: String) async throws -> CheckpointSubmission.Answer {
        let name = WitnessState.name(of: origin).hex
        return try await exchange(HTTPClientRequest(url: "\(url)/\(name)/checkpoint"))
    }

    private func exchange(
        _ message: HTTPClientRequest
    ) async throws -> CheckpointSubmission.Answer {
        try await within(timeout) {
            let response = try await http.execute(message, deadline: .distantFuture)
            let body = try await response.body.collect(upTo: CheckpointSubmission.maximumAnswer)
            return CheckpointSubmission.Answer(
                status: Int(response.status.code),
                body: Array(body.readableBytesView)
            )
        }
    }
}
