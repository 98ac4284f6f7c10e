// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AsyncHTTPClient
import Bulk
import Foundation
import NIOCore
import NIOHTTP1
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
        let (clients, count) = (clients, count)
        let tally = Tally(count)
        try await HTTPClient.bench(connections: clients).closing { http in
            let took = try await seconds {
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
            print(Int(Double(count) / took), tally.median * 1000)
        }
    }
}

/// How many things are still to be sent, and how long those took that were.
final class Tally: Sendable {
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
    private let person: BenchPerson
    private let caseID: CaseID
    private let record: Hash
    private let logKey: VerifierKey
    private let policy: TrustPolicy
    /// The newest checkpoint whose signature was checked.
    private let trusted = Mutex<SignedNote?>(nil)

    init(_ options: Statements) throws {
        guard let caseID = CaseID(hex: options.caseID), let record = Hash(hex: options.record)
        else {
            throw ValidationError("the case or record is malformed")
        }
        url = "\(options.address)/v1/statements"
        person = try BenchPerson(identity: options.identity, fingerprint: options.actor)
        self.caseID = caseID
        self.record = record
        logKey = try VerifierKey(parsing: options.logKey)
        policy = TrustPolicy(logs: [.init(key: logKey)])
    }

    func send(over http: HTTPClient) async throws {
        let custody = Custody(
            caseID: caseID,
            record: record,
            event: .copied,
            occurred: BenchPerson.now
        )
        let signed = try person.sign(.custody(custody), in: logKey.name)
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
