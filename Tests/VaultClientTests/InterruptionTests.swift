// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import NIOHTTP1
import Synchronization
import Testing
import Vault

@testable import VaultClient

/// Submissions whose process, daemon, file or right does not last.
@Suite(.serialized) struct InterruptionTests {
    private static let segment = 4 << 20

    @Test("killed at any time, what is resumed sends again at most what was in flight")
    func killed() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let request = SubmissionRequest(
                caseName: id.hex,
                files: [try sparse("film", segments: 8, in: world)]
            )
            // What is on the disk at one moment is what a killed process leaves.
            let count = Mutex(0)
            world.liar.lie { exchange in
                guard exchange.method == "PUT" else { return exchange }
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                if number == 4 {
                    try? FileManager.default.copyItem(
                        atPath: world.folder.child("activist"),
                        toPath: world.folder.child("image")
                    )
                }
                return number < 4 ? exchange : exchange.with(status: 503)
            }
            await #expect(throws: ClientError.self) {
                try await world.act(as: "activist", pace: .once) { try await $0.submit(request) }
            }
            let stored = world.liar.puts(of: "/v1/segments/")
            world.liar.repent()
            try FileManager.default.removeItem(atPath: world.folder.child("activist"))
            try FileManager.default.moveItem(
                atPath: world.folder.child("image"),
                toPath: world.folder.child("activist")
            )
            _ = try await world.act(as: "activist") { try await $0.submit(request) }
            let again = world.liar.puts(of: "/v1/segments/").dropFirst(stored.count)
            #expect(Set(again).isDisjoint(with: stored.prefix(3)))
            #expect(Set(again).intersection(stored).count <= SubmissionUpload.segmentCount)
        }
    }

    @Test("goes on with a daemon that was restarted in between")
    func daemonRestarted() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let request = SubmissionRequest(
                caseName: id.hex,
                files: [try sparse("film", segments: 3, in: world)]
            )
            world.line.allow(Self.segment * 3 / 2)
            await #expect(throws: ClientError.self) {
                try await world.act(as: "activist", pace: .once) { try await $0.submit(request) }
            }
            world.line.allow(nil)
            try await world.restart()
            let jobs = try await world.act(as: "activist") { $0.unfinished() }
            let job = try #require(jobs.first)
            let done = try await world.act(as: "activist") { try await $0.resume(job.id) }
            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(listed.map(\.record) == [done.record])
        }
    }

    @Test("waits as long as a busy vault asks, and then goes on")
    func busy() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let file = try world.folder.write("note", [1])
            let isFirst = First()
            world.liar.lie { exchange in
                guard exchange.method == "PUT", isFirst.take() else { return exchange }
                var answer = exchange.with(status: 503)
                answer.headers.replaceOrAdd(name: "retry-after", value: "7")
                return answer
            }
            let waits = Waits()
            let pace = Pace(attempts: 3) { waits.add($0) }
            _ = try await world.act(as: "activist", pace: pace) {
                try await $0.submit(SubmissionRequest(caseName: id.hex, files: [file]))
            }
            #expect(waits.all == [.seconds(7)])
        }
    }

    @Test("sends again what a server broke off while it was stopping")
    func brokenOff() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let isFirst = First()
            world.liar.lie { exchange in
                guard exchange.method == "PUT", isFirst.take() else { return exchange }
                return exchange.with(status: 400)
            }
            let waits = Waits()
            let pace = Pace(attempts: 3) { waits.add($0) }
            let request = SubmissionRequest(
                caseName: id.hex,
                files: [try world.folder.write("note", [1])]
            )
            _ = try await world.act(as: "activist", pace: pace) { try await $0.submit(request) }
            #expect(waits.all.count == 1)
        }
    }

    @Test("says plainly that the vault has no more room, and goes on once it has")
    func quotaInBetween() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let request = SubmissionRequest(
                caseName: id.hex,
                files: [try world.folder.write("note", [1])]
            )
            let problem = #"{"type":"\#(ProblemType.quota.urn)","detail":"too much"}"#
            world.liar.lie { exchange in
                exchange.method == "PUT" ? exchange.with(status: 413, problem) : exchange
            }
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "activist") { try await $0.submit(request) }
            }
            #expect(error?.code == .refused)
            #expect(error?.message == "the vault refused: too much")
            #expect(error?.hint == "ask an administrator for more room, or submit less")
            world.liar.repent()
            _ = try await world.act(as: "activist") { try await $0.submit(request) }
            #expect(DurableFile.names(in: world.home("activist").outbox).isEmpty)
        }
    }

    @Test("a file that changes while it is read is refused, and nothing is submitted")
    func changedMeanwhile() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let file = try sparse("film", segments: 12, in: world)
            world.liar.lie { exchange in
                if exchange.method == "PUT" { _ = unsafe truncate(file.text, 45_000_000) }
                return exchange
            }
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "activist") {
                    try await $0.submit(SubmissionRequest(caseName: id.hex, files: [file]))
                }
            }
            #expect(error?.message.contains("changed while it was being submitted") == true)
            world.liar.repent()
            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(listed.isEmpty)
        }
    }

    @Test("writes the receipt only once it was checked")
    func receipt() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let path = FilePath(world.folder.child("receipt"))
            let request = SubmissionRequest(
                caseName: id.hex,
                files: [try world.folder.write("note", [1])],
                receipt: path
            )
            world.liar.lie { exchange in
                guard exchange.target == "/v1/statements" else { return exchange }
                let lied = exchange.text.replacingOccurrences(of: "\nindex ", with: "\nindex 1")
                return exchange.with(status: 200, lied)
            }
            let refused = await #expect(throws: ClientError.self) {
                try await world.act(as: "activist") { try await $0.submit(request) }
            }
            #expect(refused?.code == .untrusted)
            #expect(!path.exists)
            world.liar.repent()
            let done = try await world.act(as: "activist") { try await $0.submit(request) }
            let receipt = try Receipt(parsing: try Bytes.read(path))
            #expect(receipt.index == done.index)
            #expect(path.mode == 0o600)
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "activist") { try await $0.submit(request) }
            }
            #expect(error?.message.hasSuffix("exists already: nothing was submitted") == true)
        }
    }

    @Test("refuses a case that is closed to the submitter, and leaves nothing in the outbox")
    func closedCase() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            let other = try await world.act(as: "lawyer") { try await $0.openCase(named: "other") }
            let owner = try await world.act(as: "lawyer") { $0.identity.fingerprint }
            let file = try world.folder.write("note", [1])
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "activist") {
                    try await $0.submit(
                        SubmissionRequest(caseName: other.hex, owner: owner, files: [file])
                    )
                }
            }
            let message = error?.message ?? ""
            #expect(error?.code == .refused, "\(message)")
            #expect(message.contains("case"), "\(message)")
            #expect(DurableFile.names(in: world.home("activist").outbox).isEmpty)
        }
    }

    @Test("refuses a pipe without opening it")
    func pipe() throws {
        let folder = try TemporaryFolder()
        let path = FilePath(folder.child("pipe"))
        #expect(unsafe mkfifo(path.text, 0o600) == 0)
        let error = #expect(throws: ClientError.self) {
            try PlannedItem.inspect([(path, .file)])
        }
        #expect(error?.message.contains("it is a pipe, a socket or a device, not a file") == true)
    }

    @Test(
        "refuses a file that may not be read",
        .enabled(if: geteuid() != 0, "the superuser may read every file")
    )
    func unreadable() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("closed", [1])
        #expect(unsafe chmod(path.text, 0) == 0)
        let error = #expect(throws: ClientError.self) {
            try PlannedItem.inspect([(path, .file)])
        }
        #expect(error?.message.contains("the file may not be read") == true)
    }

    @Test("plans 100 GB without reading them")
    func largePlan() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("sparse", [])
        #expect(unsafe truncate(path.text, 100_000_000_000) == 0)
        let plan = SubmissionPlan(
            caseID: "",
            created: "",
            consent: [],
            items: try PlannedItem.inspect([(path, .file)])
        )
        // Padding adds at most 12 %, the chunks' tags 0.03 %.
        #expect(plan.sealedSize > 100_000_000_000)
        #expect(plan.sealedSize < 112_100_000_000)
        #expect(plan.recordSize < UInt64(SubmissionRecord.maximumSize))
    }

    @Test("when all is sent again, other bytes under the same keys still never leave")
    func restarted() throws {
        let digest = String(repeating: "ab", count: 32)
        let json = """
            {"number":1,"id":"","envelope":"","envelopeSize":1,"payloadSize":1,"keyCommitment":"",\
            "segments":["\(digest)"],"sha256":"","size":1}
            """
        var state = JournalState()
        state.apply(.sending(object: 1, segment: 0, digest: digest))
        state.apply(.object(try JSONDecoder().decode(StoredObject.self, from: Data(json.utf8))))
        state.apply(.restarted)
        #expect(state.objects.isEmpty)
        #expect(state.digests[1]?[0]?.hex == digest)
    }

    private func sparse(_ name: String, segments: Int, in world: World) throws -> FilePath {
        let file = try world.folder.write(name, Array(name.utf8))
        #expect(unsafe truncate(file.text, segments * Self.segment - 100_000) == 0)
        return file
    }
}

/// The pauses that were asked for.
private final class Waits: Sendable {
    private let durations = Mutex<[Duration]>([])

    var all: [Duration] { durations.withLock { $0 } }

    func add(_ duration: Duration) { durations.withLock { $0.append(duration) } }
}
