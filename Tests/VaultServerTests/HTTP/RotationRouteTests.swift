// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
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
        func keyring(_ epoch: UInt64) -> [UInt8] {
            epoch == 1 ? submission.keyring : Array("keyring \(epoch)".utf8)
        }
        let pack = try pack(of: ids, for: packEpoch ?? epoch, lost: lost)
        try await client.upload(.packs, pack, by: owner, in: vault)
        try await client.upload(.keyrings, keyring(epoch), by: owner, in: vault)
        return Rotation(
            epoch: epoch,
            recipient: TestPerson.recipient,
            keyring: Hash(hashing: keyring(epoch)),
            replacing: Hash(hashing: keyring(epoch - 1)),
            submissions: 1,
            packs: [Hash(hashing: pack)]
        )
    }
}

private func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
}
