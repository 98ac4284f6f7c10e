// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Vault

/// The vault over HTTP: the pinned key, signed requests, and a second try where the line failed.
struct Connection: Sendable {
    let address: VaultAddress
    let pace: Pace
    /// Which keys it may show in TLS, and which it showed.
    let keys: PinnedTLS
    private let client: HTTPClient
    private let clock: VaultClock
    /// Whether the vault answered anything yet.
    private let reached = Reached()

    /// Prepares connections, none of which is made yet; behind a proxy it resolves the names.
    ///
    /// - Throws: ``ClientError`` `.failed` for an onion service without a proxy: the name would be
    ///   asked of the network's resolver, which tells whoever watches which vault this person uses.
    init(
        to address: VaultAddress,
        keys: PinnedTLS,
        proxy: ProxyAddress?,
        pace: Pace
    ) throws(ClientError) {
        guard proxy != nil || !address.isOnion else {
            throw ClientError(
                .failed,
                "the vault is an onion service, whose name must not be asked of the network: got no "
                    + "proxy for \(address.text)",
                hint: "start Tor and name its proxy with --proxy or $SAKSI_PROXY: "
                    + "socks5://127.0.0.1:9050 as a rule"
            )
        }
        self.address = address
        self.pace = pace
        self.keys = keys
        clock = VaultClock()
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            // Idle times: a line that moves, however slowly, is never cut.
            timeout: .init(connect: .seconds(20), read: .seconds(90), write: .seconds(60)),
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        // Shorter than the minute after which a vault closes idle connections itself.
        configuration.connectionPool.idleTimeout = .seconds(20)
        configuration.proxy = proxy.map { .socksServer(host: $0.host, port: $0.port) }
        if address.isTLS {
            configuration.tlsConfiguration = keys.configuration
            configuration.http1_1ConnectionDebugInitializer = keys.check
        }
        client = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: configuration
        )
    }

    /// Ends all connections.
    func close() async {
        try? await client.shutdown()
    }

    /// Asks, and asks again with growing pauses while the line or the vault's load is the reason.
    ///
    /// - Returns: an answer with status 200, 201, 206, or 404 where `allowsMissing`.
    /// - Throws: ``ClientError``: `.network` when every try failed, `.refused` with the vault's
    ///   words, `.untrusted` when another key answered.
    func send(
        _ request: Request,
        as signer: RequestSigner? = nil,
        allowsMissing: Bool = false,
        sent: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> Response {
        let meter = Meter(report: sent)
        var corrections = 2
        var attempt = 0
        while true {
            let failure: ClientError
            var asked: Duration?
            do {
                let response = try await sendOnce(request, as: signer, meter)
                reached.take()
                switch response.status {
                case 200, 201, 206: return response
                case 404 where allowsMissing: return response
                case 300..<400:
                    throw ClientError.untrusted(
                        "the vault sends this device elsewhere, which it does not follow: status "
                            + "\(response.status) to \(request.path)"
                    )
                case 429, 500, 502, 503, 504:
                    asked = response.retryAfter
                    failure = unreachable("it answered with status \(response.status)")
                // The vault says why it refuses. A server that is just stopping, or something on the way,
                // has answered a request that did not arrive whole.
                case 400 where response.bytes.isEmpty:
                    failure = unreachable("it broke the request off")
                default:
                    let problem = Problem(response.bytes)
                    let isRepeatable = problem.type == .clock || problem.type == .replayed
                    guard isRepeatable, corrections > 0 else {
                        throw problem.refusal(status: response.status)
                    }
                    corrections -= 1
                    if problem.type == .clock { clock.set(byDate: response.headers) }
                    meter.rewind()
                    continue
                }
            } catch let error as ClientError where error.code != .network {
                throw error
            } catch let error as CancellationError {
                throw error
            } catch {
                try Task.checkCancellation()
                failure = (error as? ClientError) ?? unreachable(words(for: error))
                // Nobody is there, nor was: a person waits better than this command. A vault that
                // was there a moment ago is being restarted.
                if request.method != .put, !reached.isTaken, isRefusal(error) { throw failure }
            }
            attempt += 1
            meter.rewind()
            guard attempt < pace.attempts else { throw failure }
            try await pace.wait(pace.pause(after: attempt - 1, asked: asked))
        }
    }

    private func sendOnce(
        _ request: Request,
        as signer: RequestSigner?,
        _ meter: Meter
    ) async throws -> Response {
        var message = HTTPClientRequest(url: address.base + request.target)
        message.method = HTTPMethod(rawValue: request.method.rawValue)
        if request.isSigned {
            guard let signer else { preconditionFailure("a signed request needs an identity") }
            for (name, value) in try signer.headers(for: request, at: clock.now) {
                message.headers.add(name: name, value: value)
            }
        }
        if let range = request.range {
            message.headers.add(
                name: "range",
                value: "bytes=\(range.lowerBound)-\(range.upperBound)"
            )
        }
        if let body = request.body {
            message.body = .stream(
                Slices(body: body, meter: meter),
                length: .known(Int64(body.count))
            )
        }
        let response = try await client.execute(message, deadline: .distantFuture)
        var body = ByteBuffer()
        if request.method != .head {
            // Growing piece by piece would move what is there again and again.
            let length = response.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            body.reserveCapacity(min(max(length, 0), request.limit))
            for try await part in response.body {
                guard body.readableBytes + part.readableBytes <= request.limit else {
                    throw ClientError.untrusted(
                        "the vault's answer to \(request.path) is larger than \(request.limit) bytes"
                    )
                }
                body.writeImmutableBuffer(part)
            }
        }
        return Response(status: Int(response.status.code), headers: response.headers, body: body)
    }

    private func isRefusal(_ error: any Error) -> Bool {
        switch error {
        case let error as IOError: error.errnoCode == ECONNREFUSED || error.errnoCode == ENOENT
        case let error as NIOConnectionError:
            !error.connectionErrors.isEmpty
                && error.connectionErrors.allSatisfy { isRefusal($0.error) }
        default: false
        }
    }

    private func words(for error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return unsafe String(cString: strerror(error.errnoCode))
    }

    private func unreachable(_ reason: String) -> ClientError {
        ClientError(
            .network,
            "the vault at \(address.text) cannot be reached: \(reason)",
            hint: "run the same command again when the line is back: nothing is lost"
        )
    }
}

/// Whether something happened once.
private final class Reached: Sendable {
    private let flag = Atomic(false)

    var isTaken: Bool { flag.load(ordering: .relaxed) }

    func take() { flag.store(true, ordering: .relaxed) }
}

/// A SOCKS 5 proxy on this machine.
public struct ProxyAddress: Sendable {
    let host: String
    let port: Int

    /// Reads `socks5://HOST:PORT`; `nil` for anything else.
    public init?(parsing text: String) {
        guard let url = URLComponents(string: text), url.scheme == "socks5", let host = url.host,
            let port = url.port, url.path.isEmpty
        else { return nil }
        self.host = host
        self.port = port
    }
}
