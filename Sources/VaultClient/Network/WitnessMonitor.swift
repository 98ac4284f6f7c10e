// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Bulk
import Foundation
import NIOCore
import NIOHTTP1
import TransparencyLog

/// Asks a witness which checkpoint of a log it cosigned last.
///
/// Nothing of the line to it is believed: what counts are the signatures in the answer.
struct WitnessMonitor {
    private static let limit = 64 << 10

    private let prefix: String
    private let proxy: ProxyAddress?

    /// Names a witness by its address.
    ///
    /// - Throws: ``ClientError`` `.failed` for what is no address, and for an onion service without a
    ///   proxy.
    init(at url: String, proxy: ProxyAddress?) throws(ClientError) {
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            parts.scheme == "https" || parts.scheme == "http", parts.query == nil,
            parts.fragment == nil
        else { throw ClientError(.failed, "the witness's address is not one: \"\(url)\"") }
        guard proxy != nil || !host.lowercased().hasSuffix(".onion") else {
            throw ClientError(
                .failed,
                "the witness is an onion service, whose name must not be asked of the network",
                hint: "name Tor's proxy with --proxy or $SAKSI_PROXY"
            )
        }
        prefix = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.proxy = proxy
    }

    /// The checkpoint that the witness shows for a log; no signature is judged.
    ///
    /// - Throws: ``ClientError`` `.network`, or `.failed` where it shows none.
    func checkpoint(of origin: String) async throws -> SignedNote {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(20), read: .seconds(30)),
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        configuration.proxy = proxy.map { .socksServer(host: $0.host, port: $0.port) }
        let client = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: configuration
        )
        let url = "\(prefix)/\(Hash(hashing: origin.utf8).hex)/checkpoint"
        let answer: (status: UInt, body: [UInt8])
        do {
            let response = try await client.execute(
                HTTPClientRequest(url: url),
                timeout: .seconds(60)
            )
            let body = try await response.body.collect(upTo: Self.limit)
            answer = (response.status.code, Array(body.readableBytesView))
        } catch {
            try? await client.shutdown()
            throw ClientError(.network, "the witness at \(prefix) cannot be asked: \(error)")
        }
        try? await client.shutdown()
        guard answer.status == 200, let note = try? SignedNote(parsing: answer.body) else {
            throw ClientError(
                .failed,
                "the witness at \(prefix) shows no checkpoint of this vault's log"
            )
        }
        return note
    }
}
