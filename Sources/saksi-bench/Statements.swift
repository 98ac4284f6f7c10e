// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AsyncHTTPClient
import Bulk
import Encodings
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Secrets
import Synchronization
import TransparencyLog
import Vault

/// `saksi-bench statements …`: a crowd of clients that each send one statement after the other.
///
/// Each receipt is checked: the entry is the statement sent, it is included, and the log signed. The
/// clients of one process share what they learned of a checkpoint's signature, as the statements of
/// one round share the checkpoint.
struct Statements: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send statements over TLS; prints statements/s and the median latency in ms."
    )

    @Option var address: String
    @Option var logKey: String
    @Option(help: "A file with the signing line of a reader's identity.") var identity: String
    @Option var actor: String
    @Option(name: .customLong("case")) var caseID: String
    @Option var record: String
    @Option var clients = 64
    @Option(help: "Statements in all.") var count = 10_000

    func run() async throws {
        let load = try Load(self)
        var tls = TLSConfiguration.makeClientConfiguration()
        // Who answers does not matter to a rate.
        tls.certificateVerification = .none
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = clients
        let http = HTTPClient(configuration: configuration)
        let tally = Tally(count)
        let clients = clients
        let took: Double
        do {
            took = try await seconds {
                try await withThrowingTaskGroup { group in
                    for _ in 0..<clients {
                        group.addTask {
                            while tally.take() {
                                tally.add(try await seconds { try await load.send(over: http) })
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        } catch {
            try await http.shutdown()
            throw error
        }
        try await http.shutdown()
        print(Int(Double(count) / took), tally.median * 1000)
    }
}

/// How many statements are still to be sent, and how long those took that were.
private final class Tally: Sendable {
    private let state: Mutex<(left: Int, latencies: [Double])>

    init(_ count: Int) { state = Mutex((count, [])) }

    /// Whether there is another one to send.
    func take() -> Bool {
        state.withLock {
            $0.left -= 1
            return $0.left >= 0
        }
    }

    func add(_ latency: Double) { state.withLock { $0.latencies.append(latency) } }

    /// The median latency in seconds.
    var median: Double {
        state.withLock { $0.latencies.sorted()[$0.latencies.count / 2] }
    }
}

/// What all clients of a crowd share.
private final class Load: Sendable {
    private let url: String
    private let signer: NoteSigner
    private let actor: Fingerprint
    private let caseID: CaseID
    private let record: Hash
    private let logKey: VerifierKey
    private let policy: TrustPolicy
    /// The newest checkpoint whose signature was checked.
    private let trusted = Mutex<SignedNote?>(nil)

    init(_ options: Statements) throws {
        let label = "# signing: "
        let file = try String(contentsOfFile: options.identity, encoding: .utf8)
        guard
            let seed = file.split(separator: "\n").first(where: { $0.hasPrefix(label) })
                .flatMap({ Base64.padded.decode($0.dropFirst(label.count)) }),
            let actor = Fingerprint(parsing: options.actor),
            let caseID = CaseID(hex: options.caseID),
            let record = Hash(hex: options.record)
        else { throw ValidationError("the identity, actor, case or record is malformed") }
        url = "\(options.address)/v1/statements"
        signer = try NoteSigner(name: actor.hex, seed: seed)
        self.actor = actor
        self.caseID = caseID
        self.record = record
        logKey = try VerifierKey(parsing: options.logKey)
        policy = TrustPolicy(logs: [.init(key: logKey)])
    }

    func send(over http: HTTPClient) async throws {
        let now = UTCTime(seconds: Int64(Date().timeIntervalSince1970))
        let statement = Statement(
            vault: logKey.name,
            time: now,
            actor: actor,
            nonce: SystemEntropy().bytes(32),
            act: .custody(Custody(caseID: caseID, record: record, event: .copied, occurred: now))
        )
        let signed = try SignedStatement.sign(statement, with: [signer])
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: signed.note.bytes))
        let response = try await http.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 20)
        guard response.status == .ok else {
            throw ValidationError("status \(response.status.code): \(String(buffer: body))")
        }
        try check(Receipt(parsing: Array(body.readableBytesView)), for: signed)
    }

    private func check(_ receipt: Receipt, for signed: SignedStatement) throws {
        let note = receipt.proof.checkpoint
        if trusted.withLock({ $0 == note }) {
            precondition(receipt.entry.signed == signed)
            let checkpoint = try Checkpoint(parsing: note.text)
            let proof = InclusionProof(
                index: receipt.index,
                treeSize: checkpoint.size,
                hashes: receipt.proof.hashes
            )
            try proof.verify(leaf: receipt.entry.leafHash, root: checkpoint.root)
        } else {
            _ = try receipt.verify(by: policy, for: signed)
            trusted.withLock { $0 = note }
        }
    }
}
