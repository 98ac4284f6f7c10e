// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing
import TransparencyLog

@testable import VaultServer

@Suite("Witness over HTTP") struct WitnessServerTests {
    /// A witness in a folder of its own that knows some logs.
    struct Served: Sendable {
        let folder: String
        let key: VerifierKey
        let clock = TestClock()

        static func lend(
            _ vkeys: [String],
            _ body: (Served) async throws -> Void
        ) async throws {
            try await withFolder { folder in
                let path = folder + "/witness"
                let vkey = try WitnessFolder(path).initialise(name: "witness.example")
                for vkey in vkeys { _ = try await WitnessFolder(path).addLog(vkey: vkey) }
                try await body(Served(folder: path, key: try VerifierKey(parsing: vkey)))
            }
        }

        func serve(_ body: @Sendable (any TestClientProtocol) async throws -> Void) async throws {
            let (witness, lock) = try await WitnessFolder(folder).open(now: clock.now)
            defer { withExtendedLifetime(lock) {} }
            let application = Application(
                router: WitnessAPI(witness: witness, logger: ServedVault.quiet).router,
                server: HTTPServerBuilder { responder in
                    VaultChannel(tls: nil, idleTimeout: .seconds(30), responder: responder)
                },
                logger: ServedVault.quiet
            )
            try await application.test(.live) { try await body($0) }
        }

        /// Checks an answer as the log does, and gives the cosignature.
        @discardableResult func verify(
            _ response: TestResponse,
            _ note: SignedNote
        ) throws -> VerifiedSignature {
            try #require(response.status == .ok, "\(response.text)")
            try #require(response.text.hasSuffix("\n"))
            let line = try #require(NoteSignature(parsing: response.text.dropLast()))
            let verified = try note.adding([line]).verified(by: [key])
            return try #require(verified.first)
        }
    }

    @Test(
        "answers the public requests with the public statuses, bodies and media types",
        .enabled(if: Vectors.exist("tlog/json/witness-add-checkpoint.json"), Vectors.reason)
    )
    func vectors() async throws {
        struct File: Decodable {
            struct Request: Decodable {
                var name, body: String
                var status: Int
                var response_body, content_type: String?
            }
            var log_vkey: String
            var requests: [Request]
        }
        let file: File = try Vectors.json("tlog/json/witness-add-checkpoint.json")
        try await Served.lend([file.log_vkey]) { witness in
            try await witness.serve { client in
                for request in file.requests {
                    let response = try await client.add(Array(request.body.utf8))
                    #expect(response.status.code == request.status, "\(request.name)")
                    if let body = request.response_body { #expect(response.text == body) }
                    if let type = request.content_type {
                        #expect(response.headers[.contentType] == type)
                    }
                    if request.status == 200 {
                        let read = try AddCheckpointRequest(parsing: Array(request.body.utf8))
                        try witness.verify(response, read.note)
                    }
                }
            }
        }
    }

    @Test("follows several logs, each by its own size, and shows what it cosigned last")
    func severalLogs() async throws {
        let logs = try [GrowingLog("a.example"), GrowingLog("b.example"), GrowingLog("c.example")]
        try await Served.lend(logs.prefix(2).map(\.vkey)) { witness in
            try await witness.serve { client in
                for (size, log) in [(3, logs[0]), (7, logs[1])] {
                    try witness.verify(
                        await client.add(log.request(from: 0, to: size)),
                        log.note(size)
                    )
                }
                try witness.verify(
                    await client.add(logs[0].request(from: 3, to: 300)),
                    logs[0].note(300)
                )
                #expect(try await client.add(logs[2].request(from: 0, to: 1)).status == .notFound)
                for (size, log) in [(300, logs[0]), (7, logs[1])] {
                    let response = try await client.get("/\(log.name.hex)/checkpoint")
                    let note = try SignedNote(parsing: Array(response.body.readableBytesView))
                    #expect(note.text == (try log.checkpoint(size).text))
                    let keys = [log.signer.verifierKey, witness.key]
                    #expect(try note.verified(by: keys).map(\.key) == keys)
                }
                #expect(try await client.get("/\(logs[2].name.hex)/checkpoint").status == .notFound)
                #expect(try await client.get("/x/checkpoint").status == .notFound)
                #expect(try await client.get("/").status == .notFound)
            }
        }
    }

    @Test("shows nothing of a log before it has cosigned")
    func nothingYet() async throws {
        let log = try GrowingLog()
        try await Served.lend([log.vkey]) { witness in
            try await witness.serve { client in
                let response = try await client.get("/\(log.name.hex)/checkpoint")
                #expect(response.status == .notFound)
            }
        }
    }

    @Test("remembers over a restart, and renews a cosignature's time")
    func restart() async throws {
        let log = try GrowingLog()
        try await Served.lend([log.vkey]) { witness in
            witness.clock.set(1_800_000_000)
            try await witness.serve { client in
                let response = try await client.add(log.request(from: 0, to: 4))
                #expect(try witness.verify(response, log.note(4)).time == 1_800_000_000)
                // Within the same second the answer is the same to the byte.
                let again = try await client.add(log.request(from: 4, to: 4))
                #expect(again.text == response.text)
            }
            witness.clock.set(1_800_003_600)
            try await witness.serve { client in
                let stale = try await client.add(log.request(from: 0, to: 6))
                #expect(stale.status == .conflict && stale.text == "4\n")
                let response = try await client.add(log.request(from: 4, to: 4))
                #expect(try witness.verify(response, log.note(4)).time == 1_800_003_600)
            }
        }
    }

    @Test("cosigns no fork, at the size it knows or a larger one")
    func fork() async throws {
        let log = try GrowingLog()
        try await Served.lend([log.vkey]) { witness in
            try await witness.serve { client in
                try witness.verify(await client.add(log.request(from: 0, to: 5)), log.note(5))
                for size in [5, 6] {
                    let response = try await client.add(log.fork().request(from: 5, to: size))
                    #expect(response.status == .unprocessableContent)
                }
                try witness.verify(await client.add(log.request(from: 5, to: 6)), log.note(6))
            }
        }
    }

    @Test("of requests at once, cosigns one line of the tree only")
    func race() async throws {
        let log = try GrowingLog()
        try await Served.lend([log.vkey]) { witness in
            try await witness.serve { client in
                try witness.verify(await client.add(log.request(from: 0, to: 2)), log.note(2))
                let answers = try await withThrowingTaskGroup { group in
                    for number in 0..<16 {
                        // The two share their first two entries.
                        let side = number.isMultiple(of: 2) ? log : log.fork(from: 2)
                        group.addTask {
                            try await client.add(side.request(from: 2, to: 3 + number / 2))
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1.status) }
                }
                let good = answers.filter { $0 == .ok }.count
                #expect(good == 1)
                #expect(
                    answers.allSatisfy { [.ok, .conflict, .unprocessableContent].contains($0) }
                )
            }
        }
    }

    @Test("refuses a body above the limit, and goes on")
    func largeBody() async throws {
        let log = try GrowingLog()
        try await Served.lend([log.vkey]) { witness in
            try await witness.serve { client in
                let large = [UInt8](repeating: 0x61, count: AddCheckpointRequest.maximumSize + 1)
                let response = try await client.add(large)
                #expect(response.status == .badRequest)
            }
            try await witness.serve { client in
                try witness.verify(await client.add(log.request(from: 0, to: 1)), log.note(1))
            }
        }
    }

    @Test("trusts a further key of a log once it is told to")
    func furtherKey() async throws {
        let log = try GrowingLog()
        let next = try NoteSigner(name: log.origin, seed: [UInt8](repeating: 6, count: 32))
        let text = try log.checkpoint(2).text
        let note = try SignedNote(text: text, signatures: [next.signature(over: text)])
        let request = try AddCheckpointRequest(oldSize: 0, proof: [], note: note).bytes
        try await Served.lend([log.vkey]) { witness in
            try await witness.serve { client in
                let response = try await client.add(request)
                #expect(response.status == .forbidden)
            }
            let folder = WitnessFolder(witness.folder)
            let name = try await folder.addLog(vkey: next.verifierKey.text)
            #expect(name == log.name.hex)
            try await witness.serve { client in
                try witness.verify(await client.add(request), note)
            }
        }
    }
}

extension TestClientProtocol {
    /// Sends a checkpoint to a witness.
    func add(_ body: [UInt8]) async throws -> TestResponse {
        try await executeRequest(
            uri: "/add-checkpoint",
            method: .post,
            headers: [:],
            body: ByteBuffer(bytes: body)
        )
    }
}
