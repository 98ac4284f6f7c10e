// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// A daemon that answers like the real one behind it, except where a test makes it lie.
///
/// It speaks the protocol as the real one does: where it has the vault's TLS key, over TLS.
final class LyingVault: Sendable {
    /// What was asked and what the real daemon answered.
    struct Exchange: Sendable {
        let method: String
        /// With the query.
        let target: String
        /// What came with the question.
        var sent = ByteBuffer()
        var status: Int
        var headers: HTTPHeaders
        var body: ByteBuffer
        /// Whether the body goes on for as long as anybody listens.
        var isEndless = false

        /// The target without the query.
        var path: String { target.split(separator: "?").first.map(String.init) ?? target }

        var text: String { String(buffer: body) }

        /// The same answer with another status and text.
        func with(status: Int, _ text: String = "") -> Exchange {
            var answer = self
            answer.status = status
            answer.body = ByteBuffer(string: text)
            return answer
        }

        /// An answer with these bytes, whatever the true one was.
        func with(bytes: [UInt8]) -> Exchange {
            var answer = self
            answer.status = 200
            answer.body = ByteBuffer(bytes: bytes)
            return answer
        }
    }

    private struct State {
        var upstream = 0
        var lie: @Sendable (Exchange) -> Exchange = { $0 }
        var pretence: @Sendable (Exchange) -> Exchange? = { _ in nil }
        var exchanges: [Exchange] = []
    }

    private let state = Mutex(State())
    private let running: Task<Void, any Error>
    let port: Int

    /// Begins to answer.
    ///
    /// - Parameter key: A vault's folder, whose TLS key it uses; `nil` for plain HTTP.
    static func start(withKeyOf data: String? = nil) async throws -> LyingVault {
        let (ports, ready) = AsyncStream<Int>.makeStream()
        let relay = Relay()
        let app = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                try await relay.answer(request)
            },
            server: try server(withKeyOf: data),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { ready.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "lying") { _ in SwiftLogNoOpLogHandler() }
        )
        let running = Task { try await app.run() }
        for await port in ports {
            let vault = LyingVault(running, port)
            relay.vault.withLock { $0 = vault }
            return vault
        }
        throw CancellationError()
    }

    private static func server(withKeyOf data: String?) throws -> HTTPServerBuilder {
        guard let data else { return .http1() }
        let key = try NIOSSLPrivateKey(file: data + "/keys/tls.key", format: .pem)
        let chain = try NIOSSLCertificate.fromPEMFile(data + "/keys/tls.crt")
        return try .tls(
            tlsConfiguration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
        )
    }

    private init(_ running: Task<Void, any Error>, _ port: Int) {
        self.running = running
        self.port = port
    }

    func stop() async {
        running.cancel()
        _ = await running.result
    }

    /// Answers from now on with what the daemon at this port says.
    func follow(_ port: Int) { state.withLock { $0.upstream = port } }

    /// Changes answers from now on.
    func lie(_ lie: @escaping @Sendable (Exchange) -> Exchange) { state.withLock { $0.lie = lie } }

    /// Answers some questions from now on, of which the real daemon learns nothing.
    func pretend(_ pretence: @escaping @Sendable (Exchange) -> Exchange?) {
        state.withLock { $0.pretence = pretence }
    }

    /// Tells the truth again.
    func repent() {
        lie { $0 }
        pretend { _ in nil }
    }

    /// How many questions were answered so far.
    var count: Int { state.withLock { $0.exchanges.count } }

    /// How many questions with this target were answered so far.
    func count(of target: String) -> Int {
        state.withLock { $0.exchanges.count { $0.target == target } }
    }

    /// How many questions whose target is such were answered so far.
    func count(where fits: (String) -> Bool) -> Int {
        state.withLock { $0.exchanges.count { fits($0.target) } }
    }

    /// What was stored so far by questions whose target begins so.
    func puts(of prefix: String) -> [String] {
        state.withLock { state in
            state.exchanges.filter { $0.method == "PUT" && $0.target.hasPrefix(prefix) }.map(
                \.target
            )
        }
    }

    /// The newest true answer to a question whose target begins, and ends, so.
    func lastAnswer(to prefix: String, _ suffix: String = "") -> Exchange? {
        state.withLock { state in
            state.exchanges.last { $0.target.hasPrefix(prefix) && $0.path.hasSuffix(suffix) }
        }
    }

    private final class Relay: Sendable {
        let vault = Mutex<LyingVault?>(nil)

        func answer(_ request: Request) async throws -> Response {
            guard let vault = vault.withLock({ $0 }) else { throw CancellationError() }
            return try await vault.answer(request)
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 32 << 20)
        let (port, pretence) = state.withLock { ($0.upstream, $0.pretence) }
        let target = request.uri.string
        let question = Exchange(
            method: request.method.rawValue,
            target: target,
            sent: body,
            status: 200,
            headers: HTTPHeaders(),
            body: ByteBuffer()
        )
        if let pretended = pretence(question) { return response(pretended) }
        var forwarded = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(target)")
        forwarded.method = HTTPMethod(rawValue: request.method.rawValue)
        for field in request.headers
        where field.name != .contentLength && field.name != .connection {
            forwarded.headers.add(name: field.name.rawName, value: field.value)
        }
        if body.readableBytes > 0 { forwarded.body = .bytes(body) }
        let answer = try await HTTPClient.shared.execute(forwarded, timeout: .seconds(60))
        let truth = Exchange(
            method: request.method.rawValue,
            target: target,
            sent: body,
            status: Int(answer.status.code),
            headers: answer.headers,
            body: request.method == .head
                ? ByteBuffer() : try await answer.body.collect(upTo: 64 << 20)
        )
        let lie = state.withLock { state in
            state.exchanges.append(truth)
            return state.lie
        }
        return response(lie(truth))
    }

    private func response(_ said: Exchange) -> Response {
        var headers = HTTPFields()
        for (name, value) in said.headers where name.lowercased() != "content-length" {
            if let name = HTTPField.Name(name), name != .transferEncoding, name != .connection {
                headers.append(HTTPField(name: name, value: value))
            }
        }
        let endless = ResponseBody { writer in
            while true { try await writer.write(ByteBuffer(repeating: 0x20, count: 1 << 16)) }
        }
        return Response(
            status: HTTPResponse.Status(code: said.status),
            headers: headers,
            body: said.isEndless ? endless : ResponseBody(byteBuffer: said.body)
        )
    }
}
