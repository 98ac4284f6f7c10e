// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Foundation
import Sealing
import Secrets
import Synchronization
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

@Suite("Submissions that are sealed anew")
struct ReencryptionTests {
    /// A case with two submissions: an empty file and one of two segments, and a note.
    private func withCase(_ body: (World, CaseID) async throws -> Void) async throws {
        try await World.run { world in
            let id = try await world.peopled()
            for (names, number) in [(["empty", "film"], 1), (["note"], 2)] {
                let files = try names.map { try world.folder.write($0, Self.content($0)) }
                _ = try await world.act(as: "activist") {
                    try await $0.submit(
                        SubmissionRequest(
                            caseName: id.hex,
                            files: files,
                            consent: [.court],
                            receipt: FilePath(world.folder.child("receipt\(number)"))
                        )
                    )
                }
            }
            try await body(world, id)
        }
    }

    private static func content(_ name: String) -> [UInt8] {
        switch name {
        case "empty": []
        case "film": (0..<5 << 20).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
        default: Array(name.utf8)
        }
    }

    private func requireWhole(_ world: World, _ id: CaseID, as name: String = "lawyer") async throws
    {
        for (item, content) in [("1/1", "empty"), ("1/2", "film"), ("2/1", "note")] {
            let path = world.folder.child(UUID().uuidString)
            try await world.act(as: name) {
                try await $0.open(item, of: id.hex, for: "x", to: path)
            }
            #expect(try Bytes.read(FilePath(path)) == Self.content(content))
        }
    }

    @Test("stand under their numbers, open to the same bytes, and every proof of them holds")
    func sealsAnew() async throws {
        try await withCase { world, id in
            let before = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            let segments = world.segments
            let (result, notices) = try await world.reencrypt(id)
            #expect(notices == [])
            #expect(result.rotation?.epoch == 2)
            #expect(result.submissions.map(\.number) == [1, 2])
            #expect(result.submissions.flatMap(\.replaced).map(\.fate) == [.waiting, .waiting])
            #expect(world.segments.isSuperset(of: segments))
            try await world.approveAll()
            #expect(world.segments.isDisjoint(with: segments) && !world.segments.isEmpty)

            let after = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(after.map(\.earlier) == before.map { [$0.record] })
            #expect(after.map(\.accepted) == before.map(\.accepted))
            #expect(after.map(\.consent) == before.map(\.consent))
            for (old, new) in zip(before, after) {
                #expect(old.items.map(\.sha256) == new.items.map(\.sha256))
                #expect(Set(old.items.map(\.object)).isDisjoint(with: new.items.map(\.object)))
            }
            try await requireWhole(world, id)
            #expect(DurableFile.names(in: world.home("lawyer").reencryptions).isEmpty)

            // A second time, only one of them; then the proofs.
            let (again, _) = try await world.reencrypt(id, [1])
            #expect(again.submissions.map(\.number) == [1])
            #expect(again.submissions[0].replaced.map(\.fate) == [.erased, .waiting])
            try await world.approveAll()
            try await requireWhole(world, id)
            for number in 1...2 {
                let bundle = world.folder.child("bundle\(number)")
                _ = try await world.act(as: "lawyer") {
                    try await $0.export(
                        id.hex,
                        for: .court,
                        to: bundle,
                        selection: .submissions([number])
                    )
                }
                let report = BundleVerifier(bundle).report()
                #expect(report.isVerified, "\(report.failures)")
            }
            let view = try await world.act(as: "lawyer") { try await $0.view(of: id) }
            #expect(view.submissions[0].earlier.count == 2 && view.records.count == 5)
            for (number, submission) in zip(1..., view.submissions) {
                let bytes = try Bytes.read(FilePath(world.folder.child("receipt\(number)")))
                let policy = TrustPolicy(logs: [.init(key: world.invitation.contact.logKey)])
                _ = try Receipt(parsing: bytes).verify(
                    by: policy,
                    for: submission.logged.entry.signed
                )
            }
        }
    }

    @Test("what was erased of them stays so; what the submitter says later counts")
    func keepsErasuresAndConsent() async throws {
        try await withCase { world, id in
            _ = try await world.act(as: "lawyer") {
                try await $0.erase("1/1", of: id.hex, authority: "x", for: 3600) { _ in }
            }
            try await world.approveAll()
            _ = try await world.reencrypt(id)
            try await world.approveAll()
            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(listed[0].items.map(\.erased) == ["x", nil])
            let bundle = world.folder.child("bundle")
            let exported = try await world.act(as: "lawyer") {
                try await $0.export(id.hex, for: .court, to: bundle)
            }
            #expect(exported.files == 2)
            let report = BundleVerifier(bundle).report()
            #expect(report.isVerified, "\(report.failures)")
            let first = try #require(Hash(hex: listed[1].earlier[0]))
            try await world.act(as: "activist") {
                _ = try await $0.post(
                    try await $0.sign(.consent(Consent(record: first, classes: [])))
                )
            }
            let late = world.folder.child("late")
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") {
                    try await $0.export(id.hex, for: .court, to: late, selection: .submissions([2]))
                }
            }
            #expect(error?.message.contains("submission 2 may not be given to court") == true)
        }
    }

    @Test("what is held is sealed anew, and the old copy stays until it is let go of")
    func held() async throws {
        try await withCase { world, id in
            _ = try await world.act(as: "lawyer") {
                try await $0.hold(["1"], of: id.hex, .on, for: 3600) { _ in }
            }
            let segments = world.segments
            let (result, _) = try await world.reencrypt(id)
            #expect(result.submissions.flatMap(\.replaced).map(\.fate) == [.held, .waiting])
            try await world.approveAll()
            #expect(!world.segments.isDisjoint(with: segments))
            try await requireWhole(world, id)
            let old = try #require(result.submissions.first?.replaced.first?.record)
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "admin") {
                    try await $0.erase(old, of: id.hex, authority: "x", for: 3600) { _ in }
                }
            }
            #expect(error?.rule == .underHold)
        }
    }

    private final class Flag: Sendable {
        private let flag = Atomic(false)
        var isSet: Bool { flag.load(ordering: .relaxed) }
        func set() { flag.store(true, ordering: .relaxed) }
    }

    /// What is asked when the device is cut off.
    enum Cut: String, CaseIterable, Sendable {
        case segment = "/v1/segments/"
        case envelope = "/v1/envelopes/"
        case record = "/v1/records/"
        case statement = "/v1/statements"
        case proposal = "/v1/proposals"
    }

    @Test(
        "cut off anywhere, the same command ends it, and nothing is done twice",
        arguments: Cut.allCases
    )
    func resumes(cut: Cut) async throws {
        try await withCase { world, id in
            let (isPast, isCut) = (Flag(), Flag())
            world.liar.lie { exchange in
                // Of the statements: that of the first new record.
                if exchange.method == "PUT", exchange.target.hasPrefix("/v1/records/") {
                    isPast.set()
                }
                let fits = exchange.target.hasPrefix(cut.rawValue) && exchange.method != "GET"
                if fits, cut != .statement || isPast.isSet {
                    isCut.set()
                }
                return isCut.isSet ? exchange.with(status: 503) : exchange
            }
            await #expect(throws: ClientError.self) { try await world.reencrypt(id, pace: .once) }
            #expect(isCut.isSet)
            world.liar.repent()
            let (result, notices) = try await world.reencrypt(id)
            #expect(notices == ["goes on with the submissions that were being sealed anew"])
            #expect(result.rotation == nil)
            #expect(result.submissions.map(\.number) == [1, 2])
            #expect(result.submissions.flatMap(\.replaced).map(\.fate) == [.waiting, .waiting])
            let waiting = try await world.act(as: "admin") { try await $0.pending() }
            #expect(waiting.count == 2)
            try await world.approveAll()
            try await requireWhole(world, id)
            let view = try await world.act(as: "lawyer") { try await $0.view(of: id) }
            #expect(view.epoch == 2 && view.submissions.map(\.earlier.count) == [1, 1])
            #expect(DurableFile.names(in: world.home("lawyer").reencryptions).isEmpty)
        }
    }

    @Test(
        "a submission with another file key is sealed anew where it opens to what was committed to"
    )
    func otherKey() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            for isHonest in [true, false] {
                try await world.submitWithOtherKey(
                    "note",
                    claiming: isHonest ? "note" : "other",
                    to: id
                )
            }
            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(listed.map(\.items.count) == [1, 1])
            let path = world.folder.child("opened")
            let refused = await #expect(throws: (any Error).self) {
                try await world.act(as: "lawyer") {
                    try await $0.open("1/1", of: id.hex, for: "x", to: path)
                }
            }
            #expect(refused as? OpenError == .keyCommitment)
            let (result, notices) = try await world.reencrypt(id)
            #expect(notices.contains { $0.hasPrefix("submission 1 had another file key") })
            #expect(notices.contains { $0.hasPrefix("submission 2 is left as it is: ") })
            #expect(result.submissions.map(\.number) == [1])
            try await world.act(as: "lawyer") {
                try await $0.open("1/1", of: id.hex, for: "x", to: path)
            }
            #expect(try Bytes.read(FilePath(path)) == Array("note".utf8))
            let view = try await world.act(as: "lawyer") { try await $0.view(of: id) }
            let reasons = view.entries.compactMap { logged in
                if case .reencrypt(let act) = logged.statement.act { act.reason } else { nil }
            }
            #expect(reasons == [.commitment])
        }
    }

    @Test("a vault that gives the old record, or keeps back that it was replaced, is not believed")
    func lies() async throws {
        try await withCase { world, id in
            let before = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            let old = try #require(world.liar.lastAnswer(to: "/v1/records/\(before[0].record)"))
            _ = try await world.reencrypt(id)
            let after = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            let target = "/v1/records/\(after[0].record)"
            world.liar.lie { $0.target == target ? old : $0 }
            let wrong = await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            }
            #expect(wrong?.code == .untrusted)
            #expect(wrong?.message.contains("the record is not the one that was submitted") == true)
            world.liar.lie { $0.path.hasSuffix("/entries") ? $0.keepingBack(.reencrypt) : $0 }
            let hidden = await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            }
            #expect(hidden?.code == .untrusted)
            #expect(hidden?.message.contains("which this device has seen") == true)
        }
    }
}

extension World {
    /// The segments that the vault has.
    fileprivate var segments: Set<String> {
        let files = FileManager.default.enumerator(atPath: folder.child("data/segments"))
        return Set((files?.compactMap { $0 as? String } ?? []).filter { $0.count > 60 })
    }

    @discardableResult
    fileprivate func reencrypt(
        _ id: CaseID,
        _ numbers: Set<Int>? = nil,
        pace: Pace = .eager
    ) async throws -> (result: ReencryptionResult, notices: [String]) {
        let notices = Mutex<[String]>([])
        let result = try await act(as: "lawyer", pace: pace) { session in
            try await session.rotate(
                id.hex,
                reason: .compromise,
                reencrypting: numbers,
                for: 3600,
                notice: { text in notices.withLock { $0.append(text) } }
            )
        }
        return (result, notices.withLock { $0 })
    }

    /// Lets the administrator sign what waits.
    fileprivate func approveAll() async throws {
        try await act(as: "admin") { session in
            for card in try await session.pending() {
                guard let id = Hash(hex: card.id) else { continue }
                _ = try await session.approve(id)
            }
        }
    }

    /// Submits a file whose record commits to another file key than the envelope holds.
    fileprivate func submitWithOtherKey(
        _ text: String,
        claiming claimed: String,
        to id: CaseID
    ) async throws {
        try await act(as: "activist") { session in
            let view = try await session.view(of: id)
            let recipient = try HybridRecipient(parsing: view.recipient)
            let secrets = JobSecret(random: SystemEntropy())
            let pool = SegmentPool(count: 4)
            func send(_ bytes: [UInt8], _ number: Int) async throws -> ObjectDescription {
                let sealer = try ObjectSealer(
                    .bytes(bytes),
                    number: number,
                    secrets: secrets,
                    recipient: recipient,
                    pool: pool
                )
                while let segment = try await sealer.next() {
                    let bytes = unsafe segment.withBytes { unsafe Array($0) }
                    _ = try await session.upload(.segments, bytes)
                }
                let object = try #require(sealer.object)
                _ = try await session.upload(.envelopes, object.envelope)
                return object.description
            }
            let item = try await send(Array(text.utf8), 1)
            let manifest = try Manifest(
                caseID: id,
                epoch: view.epoch,
                created: UTCTime(seconds: 0),
                consent: [],
                items: [
                    ManifestItem(
                        object: item.id,
                        sha256: Hash(hashing: Array(claimed.utf8)),
                        size: UInt64(claimed.utf8.count),
                        name: ItemName(Array(text.utf8)),
                        type: "text/plain",
                        modified: UTCTime(seconds: 0),
                        role: .file
                    )
                ],
                secrets: secrets
            )
            let commitments = try manifest.commitments(secrets: secrets)
            let record = try SubmissionRecord(
                caseID: id,
                epoch: view.epoch,
                commitments: commitments.hash,
                objects: [
                    try await send(manifest.bytes, 0),
                    try ObjectDescription(
                        id: item.id,
                        envelope: item.envelope,
                        envelopeSize: item.envelopeSize,
                        payloadSize: item.payloadSize,
                        keyCommitment: Hash(hashing: [0]),
                        segments: item.segments
                    ),
                ]
            )
            _ = try await session.upload(.records, commitments.bytes)
            _ = try await session.upload(.records, record.bytes)
            let submit = Submit(
                caseID: id,
                epoch: view.epoch,
                record: record.hash,
                commitments: commitments.hash
            )
            _ = try await session.post(try await session.sign(.submit(submit)))
        }
    }
}
