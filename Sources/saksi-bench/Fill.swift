// SPDX-License-Identifier: Apache-2.0

import Age
import ArgumentParser
import AsyncHTTPClient
import Bulk
import Foundation
import NIOCore
import NIOHTTP1
import Secrets
import TransparencyLog
import Vault

/// `saksi-bench fill …`: a case with many objects, made through the vault's own interface.
///
/// Each object has a file key and an envelope of its own. All have one payload, which nothing here opens: a
/// change of the case's key never touches payloads.
struct Fill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Submit many objects with envelopes and one payload; prints objects/s."
    )

    @Option var address: String
    @Option(help: "A file with the signing line of a submitter's identity.") var identity: String
    @Option var actor: String
    @Option var logKey: String
    @Option(name: .customLong("case")) var caseID: String
    @Option var submissions = 10
    @Option(help: "Objects in each submission.") var objects = 10_000
    @Option(help: "At once; the vault takes few of one member.") var clients = 6

    func run() async throws {
        let (submissions, objects, clients) = (submissions, objects, clients)
        try await HTTPClient.bench(connections: clients).closing { http in
            let crowd = try await Filling(self, over: http)
            let took = try await seconds {
                for _ in 0..<submissions {
                    try await crowd.submit(objects, clients: clients, over: http)
                }
            }
            print(Int(Double(submissions * objects) / took))
        }
    }
}

/// What all clients of a crowd share.
private struct Filling: Sendable {
    private let address: String
    private let person: BenchPerson
    private let caseID: CaseID
    private let recipient: HybridRecipient
    private let vault: String
    private let segment: [UInt8]

    init(_ options: Fill, over http: HTTPClient) async throws {
        guard let caseID = CaseID(hex: options.caseID) else {
            throw ValidationError("the case is malformed")
        }
        address = options.address
        person = try BenchPerson(identity: options.identity, fingerprint: options.actor)
        self.caseID = caseID
        recipient = try await Self.recipient(of: caseID, options.address, person, over: http)
        vault = try VerifierKey(parsing: options.logKey).name
        segment = SystemEntropy().bytes(64)
    }

    /// The recipient of the case's key: the case was opened with it, and has it still.
    private static func recipient(
        of id: CaseID,
        _ address: String,
        _ person: BenchPerson,
        over http: HTTPClient
    ) async throws -> HybridRecipient {
        struct Page: Decodable { let receipts: [String] }
        let path = "/v1/cases/\(id.hex)/entries"
        var request = HTTPClientRequest(url: address + path)
        for (name, value) in try person.headers(for: "GET", path) {
            request.headers.add(name: name, value: value)
        }
        let response = try await http.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 4 << 20)
        let page = try JSONDecoder().decode(Page.self, from: Data(body.readableBytesView))
        guard let first = page.receipts.first,
            case .caseOpen(let open) = try Receipt(parsing: Array(first.utf8)).entry.signed
                .statement.act
        else { throw ValidationError("the case is not shown from its opening on") }
        return try HybridRecipient(parsing: open.recipient)
    }

    func submit(_ count: Int, clients: Int, over http: HTTPClient) async throws {
        try await put("segments", segment, over: http)
        let tally = Tally(count)
        let objects = try await withThrowingTaskGroup(of: [ObjectDescription].self) { group in
            for _ in 0..<clients {
                group.addTask {
                    var made: [ObjectDescription] = []
                    while tally.take() {
                        made.append(try await object(over: http))
                    }
                    return made
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let list = try CommitmentList(
            (0..<64).map { Hash(hashing: SystemEntropy().bytes(32) + [$0]) }.sorted()
        )
        let record = try SubmissionRecord(
            caseID: caseID,
            epoch: 1,
            commitments: list.hash,
            objects: objects
        )
        try await put("records", list.bytes, over: http)
        try await put("records", record.bytes, over: http)
        let act = Submit(
            caseID: caseID,
            epoch: 1,
            record: record.hash,
            commitments: list.hash,
            classes: []
        )
        let note = try person.sign(.submit(act), in: vault).note.bytes
        var request = HTTPClientRequest(url: "\(address)/v1/statements")
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: note))
        try await send(request, over: http)
    }

    private func object(over http: HTTPClient) async throws -> ObjectDescription {
        let bytes = SystemEntropy().bytes(ObjectID.size)
        guard let id = ObjectID(bytes) else { throw ValidationError("an id has 16 bytes") }
        let key = FileKey(random: SystemEntropy())
        let envelope = try Header(wrapping: key, for: [recipient]).bytes
        let commitment = key.commitment(salt: bytes, info: "saksi/v1 file key commitment")
        guard let commitment = Hash(commitment) else {
            throw ValidationError("a commitment has 32 bytes")
        }
        try await put("envelopes", envelope, over: http)
        return try ObjectDescription(
            id: id,
            envelope: Hash(hashing: envelope),
            envelopeSize: UInt64(envelope.count),
            payloadSize: UInt64(segment.count),
            keyCommitment: commitment,
            segments: [Hash(hashing: segment)]
        )
    }

    private func put(_ kind: String, _ bytes: [UInt8], over http: HTTPClient) async throws {
        let path = "/v1/\(kind)/\(Hash(hashing: bytes).hex)"
        var request = HTTPClientRequest(url: address + path)
        request.method = .PUT
        for (name, value) in try person.headers(for: "PUT", path) {
            request.headers.add(name: name, value: value)
        }
        request.body = .bytes(ByteBuffer(bytes: bytes))
        try await send(request, over: http)
    }

    private func send(_ request: HTTPClientRequest, over http: HTTPClient) async throws {
        let response = try await http.execute(request, timeout: .seconds(300))
        let body = try await response.body.collect(upTo: 1 << 20)
        guard [200, 201].contains(response.status.code) else {
            throw ValidationError("status \(response.status.code): \(String(buffer: body))")
        }
    }
}
