// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing
import Vault

@testable import VaultServer

@Suite("Rotation, removal and erasure")
struct RotationRouteTests {
    private func withSubmission(
        _ body: @escaping @Sendable (TestCase) async throws -> Void
    ) async throws {
        try await ServedVault.lend { vault in
            try await vault.serve { client in
                let test = try await TestCase(in: vault, client)
                try await test.submitAll()
                try await body(test)
            }
            let report = try await vault.check()
            #expect(report.findings == [])
            #expect(try await vault.check(rebuildIndex: true).findings == [])
        }
    }

    @Test("after a rotation the new envelopes are served, and the old ones are gone")
    func rotates() async throws {
        try await withSubmission { test in
            let ids = test.submission.record.objects.map(\.id)
            for epoch in 2...3 as ClosedRange<UInt64> {
                let rotation = try await test.rotation(to: epoch, ids)
                try await test.log(
                    .caseRotate(CaseRotate(caseID: test.id, reason: .planned, rotation: rotation)),
                    by: test.owner
                )
                let access = try await test.log(test.submission.access(.all), by: test.reader)
                for id in ids {
                    let path = "/v1/objects/\(id.hex)/envelope"
                    let envelope = try await test.get(
                        path,
                        by: test.reader,
                        access: access.entry.signed.id
                    )
                    #expect(envelope.text == "\(id.hex) for \(epoch)\n")
                }
            }
            let folder = test.vault.configuration.data
            for envelope in test.submission.envelopes {
                let key = StorageKey.content(.envelopes, Hash(hashing: envelope))
                #expect(!exists("\(folder)/\(key.path)"))
            }
            let old = StorageKey.content(.packs, Hash(hashing: try test.pack(of: ids, for: 2)))
            #expect(!exists("\(folder)/\(old.path)"))
            let new = StorageKey.content(.packs, Hash(hashing: try test.pack(of: ids, for: 3)))
            #expect(exists("\(folder)/\(new.path)"))
        }
    }

    @Test("the envelopes of a case come by the page, with their records, as they are now")
    func pages() async throws {
        try await withSubmission { test in
            let more = try TestSubmission(to: test.id, seed: 40, lastSize: 90)
            for (kind, bytes) in more.uploads {
                try await test.client.upload(kind, bytes, by: test.submitter, in: test.vault)
            }
            try await test.log(more.submit, by: test.submitter)
            let ids = (test.submission.record.objects + more.record.objects).map(\.id)
            let first = try await test.envelopes()
            #expect(first.total == 4)
            #expect(first.next == nil)
            #expect(first.sections.flatMap(\.objects).map(\.id) == ids)
            let records = first.sections.map { Array(first.bytes[$0.range]) }
            #expect(records == [test.submission.record.bytes, more.record.bytes])
            #expect(first.envelopes == test.submission.envelopes + more.envelopes)
            let leaves = first.sections.map(\.leaf)
            let rest = try await test.envelopes(after: ObjectPlace(leaf: leaves[0], object: ids[0]))
            #expect(rest.total == nil)
            #expect(rest.sections.flatMap(\.objects).map(\.id) == Array(ids.dropFirst()))
            let last = try await test.envelopes(after: ObjectPlace(leaf: leaves[1], object: ids[3]))
            #expect(last.sections.isEmpty)

            // Two packs whose objects lie between each other's.
            let rotation = try await test.rotation(
                to: 2,
                in: [[ids[0], ids[2]], [ids[1], ids[3]]],
                submissions: 2
            )
            try await test.log(
                .caseRotate(CaseRotate(caseID: test.id, reason: .planned, rotation: rotation)),
                by: test.owner
            )
            let texts = try await test.envelopes().envelopes.map {
                String(decoding: $0, as: UTF8.self)
            }
            #expect(texts == ids.map { "\($0.hex) for 2\n" })

            let erase = Erase(
                expires: .latest,
                caseID: test.id,
                record: test.submission.record.hash,
                objects: [ids[1]],
                authority: "court-order"
            )
            try await test.log(.erase(erase), by: TestPerson(seed: 1))
            let left = try await test.envelopes()
            #expect(left.sections.flatMap(\.objects).map(\.id) == [ids[0], ids[2], ids[3]])
        }
    }

    @Test("a page ends after a mebibyte, and the next one goes on")
    func cutsPages() async throws {
        try await withSubmission { test in
            let segment = Array("payload".utf8)
            try await test.client.upload(.segments, segment, by: test.submitter, in: test.vault)
            var objects: [ObjectDescription] = []
            for number in 0..<40 as Range<UInt8> {
                let envelope = [UInt8](repeating: number, count: 60_000)
                try await test.client.upload(
                    .envelopes,
                    envelope,
                    by: test.submitter,
                    in: test.vault
                )
                let id = try #require(ObjectID([UInt8](repeating: 100 + number, count: 16)))
                objects.append(
                    try ObjectDescription(
                        id: id,
                        envelope: Hash(hashing: envelope),
                        envelopeSize: UInt64(envelope.count),
                        payloadSize: UInt64(segment.count),
                        keyCommitment: Hash(hashing: [number]),
                        segments: [Hash(hashing: segment)]
                    )
                )
            }
            let record = try SubmissionRecord(
                caseID: test.id,
                epoch: 1,
                commitments: test.submission.commitments.hash,
                objects: objects
            )
            try await test.client.upload(.records, record.bytes, by: test.submitter, in: test.vault)
            let submit = Submit(
                caseID: test.id,
                epoch: 1,
                record: record.hash,
                commitments: record.commitments,
                classes: []
            )
            try await test.log(.submit(submit), by: test.submitter)
            var found: [ObjectID] = []
            var next: ObjectPlace?
            var pages = 0
            repeat {
                let page = try await test.envelopes(after: next)
                #expect(page.bytes.count < 3 << 20)
                found += page.sections.flatMap(\.objects).map(\.id)
                next = page.next
                pages += 1
            } while next != nil
            #expect(found == (test.submission.record.objects + objects).map(\.id))
            #expect(pages == 2)
        }
    }

    @Test(
        "a page is given to a reader of the case, for a statement about its envelopes, and nobody else"
    )
    func releasesPages() async throws {
        try await withSubmission { test in
            let path = "/v1/cases/\(test.id.hex)/envelopes"
            let all = try await test.log(test.submission.access(.all), by: test.reader)
            let good = try await test.log(test.submission.access(.envelopes), by: test.reader)
            let (wide, access) = (all.entry.signed.id, good.entry.signed.id)
            #expect(try await test.get(path, by: test.reader).problem() == .notFound)
            #expect(try await test.get(path, by: test.reader, access: wide).problem() == .notFound)
            #expect(
                try await test.get(path, by: test.submitter, access: access).problem() == .notFound
            )
            let other = try #require(CaseID([UInt8](repeating: 4, count: 16)))
            let elsewhere = "/v1/cases/\(other.hex)/envelopes"
            #expect(
                try await test.get(elsewhere, by: test.reader, access: access).problem()
                    == .notFound
            )
            let strange = try await test.get(path + "?after=1", by: test.reader, access: access)
            #expect(try strange.problem() == .malformed)
            #expect(try await test.get(path, by: test.reader, access: access).status == .ok)
        }
    }

    @Test("an object that could not be opened keeps the envelope that it had")
    func keepsLost() async throws {
        try await withSubmission { test in
            let ids = test.submission.record.objects.map(\.id)
            let rotation = try await test.rotation(to: 2, ids, lost: [ids[0]])
            try await test.log(
                .caseRotate(CaseRotate(caseID: test.id, reason: .planned, rotation: rotation)),
                by: test.owner
            )
            let access = try await test.log(test.submission.access(.all), by: test.reader)
            let path = "/v1/objects/\(ids[0].hex)/envelope"
            let kept = try await test.get(path, by: test.reader, access: access.entry.signed.id)
            #expect(Array(kept.body.readableBytesView) == test.submission.envelopes[0])
        }
    }

    @Test("a rotation that leaves an object out, or brings one from elsewhere, is refused")
    func refusesOtherObjects() async throws {
        try await withSubmission { test in
            let ids = test.submission.record.objects.map(\.id)
            let stranger = try #require(ObjectID([UInt8](repeating: 0xee, count: 16)))
            for wrong in [[ids[0]], ids + [stranger], [ids[0], stranger]] {
                let rotation = try await test.rotation(to: 2, wrong)
                let act = CaseRotate(caseID: test.id, reason: .planned, rotation: rotation)
                let answer = try await test.client.post(
                    try test.vault.sign(.caseRotate(act), by: test.owner)
                )
                #expect(try answer.problem() == .inconsistent, "\(wrong)")
            }
            let twice = try await test.rotation(to: 2, in: [ids, [ids[1]]])
            let again = CaseRotate(caseID: test.id, reason: .planned, rotation: twice)
            let refused = try await test.client.post(
                try test.vault.sign(.caseRotate(again), by: test.owner)
            )
            #expect(try refused.problem() == .inconsistent)
            let other = try await test.rotation(to: 2, ids, packFor: 3)
            let act = CaseRotate(caseID: test.id, reason: .planned, rotation: other)
            let answer = try await test.client.post(
                try test.vault.sign(.caseRotate(act), by: test.owner)
            )
            #expect(try answer.problem() == .inconsistent)
        }
    }

    @Test("who was removed from a case downloads nothing, not even with an access from before")
    func removes() async throws {
        try await withSubmission { test in
            let ids = test.submission.record.objects.map(\.id)
            let access = try await test.log(test.submission.access(.all), by: test.reader)
            let path = "/v1/objects/\(ids[1].hex)/payload"
            let before = try await test.get(path, by: test.reader, access: access.entry.signed.id)
            #expect(before.status == .ok)
            let remove = CaseRemove(
                caseID: test.id,
                reader: test.reader.record.fingerprint,
                rotation: try await test.rotation(to: 2, ids)
            )
            try await test.log(.caseRemove(remove), by: test.owner)
            for path in [
                path, "/v1/objects/\(ids[1].hex)/envelope", "/v1/cases/\(test.id)/entries",
            ] {
                let after = try await test.get(
                    path,
                    by: test.reader,
                    access: access.entry.signed.id
                )
                #expect(try after.problem() == .notFound, "\(path)")
            }
            let keyring = "/v1/keyrings/\(test.id.hex)/current"
            #expect(try await test.get(keyring, by: test.reader).problem() == .notFound)
            #expect(try await test.get(keyring, by: test.owner).status == .ok)
        }
    }

    @Test("what was erased is gone from the disk, and the rest of the submission is there")
    func erases() async throws {
        try await withSubmission { test in
            let objects = test.submission.record.objects
            let access = try await test.log(test.submission.access(.all), by: test.reader)
            let admin = try TestPerson(seed: 1)
            let erase = Erase(
                expires: .latest,
                caseID: test.id,
                record: test.submission.record.hash,
                objects: [objects[1].id],
                authority: "court-order"
            )
            let hold = Hold(expires: .latest, caseID: test.id, state: .on)
            try await test.log(.hold(hold), by: test.owner)
            let held = try await test.client.post(try test.vault.sign(.erase(erase), by: admin))
            #expect(try held.problem() == .refused)
            let release = Hold(expires: .latest, caseID: test.id, state: .off)
            try await test.log(.hold(release), by: admin)
            try await test.log(.erase(erase), by: admin)
            for (object, isErased) in zip(objects, [false, true]) {
                let path = "/v1/objects/\(object.id.hex)/envelope"
                let answer = try await test.get(
                    path,
                    by: test.reader,
                    access: access.entry.signed.id
                )
                #expect(answer.status == (isErased ? .notFound : .ok))
                for segment in object.segments {
                    let key = StorageKey.content(.segments, segment)
                    let path = "\(test.vault.configuration.data)/\(key.path)"
                    #expect(exists(path) == !isErased)
                }
            }
        }
    }

    @Test("a pack is there as long as anything in it is, and is missed no longer")
    func packsGo() async throws {
        try await ServedVault.lend { vault in
            let folder = vault.configuration.data
            let keys = Mutex<[StorageKey]>([])
            try await vault.serve { client in
                let test = try await TestCase(in: vault, client)
                try await test.submitAll()
                let ids = test.submission.record.objects.map(\.id)
                let rotation = try await test.rotation(
                    to: 2,
                    in: ids.map { [$0] },
                    submissions: 1
                )
                try await test.log(
                    .caseRotate(CaseRotate(caseID: test.id, reason: .planned, rotation: rotation)),
                    by: test.owner
                )
                let erase = Erase(
                    expires: .latest,
                    caseID: test.id,
                    record: test.submission.record.hash,
                    objects: [ids[1]],
                    authority: "court-order"
                )
                try await test.log(.erase(erase), by: TestPerson(seed: 1))
                let packs = try ids.map { id in
                    StorageKey.content(.packs, Hash(hashing: try test.pack(of: [id], for: 2)))
                }
                #expect(packs.map { exists("\(folder)/\($0.path)") } == [true, false])
                keys.withLock { $0 = packs }
            }
            #expect(try await vault.check().findings == [])
            let packs = keys.withLock { $0 }
            let pack = try #require(packs.first)
            try FileManager.default.removeItem(atPath: "\(folder)/\(pack.path)")
            let findings = try await vault.check().findings
            #expect(findings.map(\.subject).contains(pack.path))
        }
    }

    @Test("a segment that two submissions name is there until both are erased")
    func erasesWhatIsShared() async throws {
        try await withSubmission { test in
            let other = try TestSubmission(to: test.id, seed: 60)
            for (kind, bytes) in other.uploads {
                try await test.client.upload(kind, bytes, by: test.submitter, in: test.vault)
            }
            try await test.log(other.submit, by: test.submitter)
            let shared = StorageKey.content(.segments, other.record.objects[1].segments[1])
            let path = "\(test.vault.configuration.data)/\(shared.path)"
            let first = test.submission.record
            #expect(first.objects[1].segments[1] == other.record.objects[1].segments[1])
            // One file, then all of the submission with it, then the other submission.
            let erasures = [(first, [first.objects[1].id]), (first, []), (other.record, [])]
            for (place, (record, objects)) in erasures.enumerated() {
                let erase = Erase(
                    expires: .latest,
                    caseID: test.id,
                    record: record.hash,
                    objects: objects,
                    authority: "court-order"
                )
                try await test.log(.erase(erase), by: TestPerson(seed: 1))
                #expect(exists(path) == (place < 2))
            }
        }
    }

    @Test("what is to be erased must be the record's")
    func erasesItsOwn() async throws {
        try await withSubmission { test in
            let stranger = try #require(ObjectID([UInt8](repeating: 0xee, count: 16)))
            let erase = Erase(
                expires: .latest,
                caseID: test.id,
                record: test.submission.record.hash,
                objects: [stranger],
                authority: "court-order"
            )
            let note = try test.vault.sign(.erase(erase), by: TestPerson(seed: 1))
            #expect(try await test.client.post(note).problem() == .inconsistent)
        }
    }
}

extension TestCase {
    func pack(of ids: [ObjectID], for epoch: UInt64, lost: [ObjectID] = []) throws -> [UInt8] {
        var writer = RewrapPack.Writer(caseID: id, epoch: epoch)
        for id in ids {
            let envelope = lost.contains(id) ? nil : Array("\(id.hex) for \(epoch)\n".utf8)
            _ = writer.add(id, envelope)
        }
        let finished = writer.finish()
        return try #require(finished)
    }

    /// Uploads what a rotation needs.
    func rotation(
        to epoch: UInt64,
        _ ids: [ObjectID],
        lost: [ObjectID] = [],
        packFor packEpoch: UInt64? = nil
    ) async throws -> Rotation {
        try await rotation(to: epoch, in: [ids], lost: lost, packFor: packEpoch)
    }

    /// Uploads what a rotation in several packs needs.
    func rotation(
        to epoch: UInt64,
        in parts: [[ObjectID]],
        lost: [ObjectID] = [],
        packFor packEpoch: UInt64? = nil,
        submissions: UInt64 = 1
    ) async throws -> Rotation {
        func keyring(_ epoch: UInt64) -> [UInt8] {
            epoch == 1 ? submission.keyring : Array("keyring \(epoch)".utf8)
        }
        let packs = try parts.map { try pack(of: $0, for: packEpoch ?? epoch, lost: lost) }
        for pack in packs { try await client.upload(.packs, pack, by: owner, in: vault) }
        try await client.upload(.keyrings, keyring(epoch), by: owner, in: vault)
        return Rotation(
            epoch: epoch,
            recipient: TestPerson.recipient,
            keyring: Hash(hashing: keyring(epoch)),
            replacing: Hash(hashing: keyring(epoch - 1)),
            submissions: submissions,
            packs: packs.map { Hash(hashing: $0) }
        )
    }

    /// A page of the case's envelopes, for the reader.
    func envelopes(after place: ObjectPlace? = nil) async throws -> EnvelopePage {
        let access = try await log(submission.access(.envelopes), by: reader)
        let query = place.map { "?after=\($0.text)" } ?? ""
        let answer = try await get(
            "/v1/cases/\(id.hex)/envelopes\(query)",
            by: reader,
            access: access.entry.signed.id
        )
        return try EnvelopePage(parsing: Array(answer.body.readableBytesView))
    }
}

extension EnvelopePage {
    fileprivate var envelopes: [[UInt8]] {
        sections.flatMap(\.objects).map { Array(bytes[$0.range]) }
    }
}

private func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
}
