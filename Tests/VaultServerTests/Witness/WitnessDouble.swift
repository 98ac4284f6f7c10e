// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing
import TransparencyLog

@testable import VaultServer

/// A witness that answers whatever a test wants, over a socket.
final class WitnessDouble: Sendable {
    typealias Answer = @Sendable (AddCheckpointRequest) async throws -> Response

    let signer: CosignatureSigner
    /// What is shown as the checkpoint cosigned last.
    var shown: [UInt8] {
        get { state.withLock { $0.shown } }
        set { state.withLock { $0.shown = newValue } }
    }
    private struct State {
        var answer: Answer
        var shown: [UInt8] = []
        var requests: [AddCheckpointRequest] = []
    }

    private let state: Mutex<State>
    private let gate: Gate

    init(seed: UInt8 = 8, shown: [UInt8] = [], _ answer: @escaping Answer) throws {
        signer = try Self.signer(seed)
        gate = Gate()
        state = Mutex(State(answer: answer, shown: shown))
    }

    /// One that cosigns whatever it is sent.
    init(seed: UInt8 = 8) throws {
        let signer = try Self.signer(seed)
        self.signer = signer
        gate = Gate()
        state = Mutex(State { try .cosigned($0, by: signer) })
    }

    static func signer(_ seed: UInt8) throws -> CosignatureSigner {
        try CosignatureSigner(
            name: "witness\(seed).example",
            seed: [UInt8](repeating: seed, count: 32)
        )
    }

    /// One that answers only when it is stopped.
    init(silent gate: Gate) throws {
        signer = try Self.signer(8)
        self.gate = gate
        state = Mutex(
            State { _ in
                await gate.wait()
                return .plain(.ok, "")
            }
        )
    }

    /// What it was sent.
    var requests: [AddCheckpointRequest] { state.withLock { $0.requests } }

    func change(_ answer: @escaping Answer) { state.withLock { $0.answer = answer } }

    /// Serves, and lends the address.
    func serve(_ body: @Sendable (String) async throws -> Void) async throws {
        let router = Router(context: VaultContext.self)
        router.post("add-checkpoint") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            let read = try AddCheckpointRequest(parsing: Array(body.readableBytesView))
            let answer = self.state.withLock { state in
                state.requests.append(read)
                return state.answer
            }
            return try await answer(read)
        }
        router.get(":name/checkpoint") { _, _ in
            Response(
                status: .ok,
                headers: [:],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: self.shown))
            )
        }
        let application = Application(router: router, logger: ServedVault.quiet)
        try await application.test(.live) { client in
            // A server ends when all of its answers have.
            defer { gate.open() }
            try await body("http://localhost:\(#require(client.port))")
        }
    }

    /// The line of a policy file.
    func line(_ url: String) -> String {
        "witness \(signer.verifierKey.name) \(signer.verifierKey.text) \(url)\n"
    }
}

/// Keeps tasks waiting until it is opened.
final class Gate: Sendable {
    private let state = Mutex((isOpen: false, waiting: [CheckedContinuation<Void, Never>]()))

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

extension Response {
    static func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status,
            headers: [:],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    static func cosigned(
        _ request: AddCheckpointRequest,
        by signers: CosignatureSigner...
    ) throws -> Response {
        .plain(
            .ok,
            try signers.map {
                try $0.signature(over: request.checkpoint, time: 1_800_000_000).line + "\n"
            }.joined()
        )
    }
}
