// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vault

@testable import VaultServer

@Suite("Records that take the place of others")
struct ReencryptionRouteTests {
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

    @Test("the new objects are served, and erasing the old record leaves them")
    func replaces() async throws {
        try await withSubmission { test in
            let old = test.submission.record
            let (record, parts) = try test.sealedAnew(seed: 80)
            try await test.upload(record, parts)
            try await test.log(test.reencrypt(old.hash, by: record), by: test.owner)
            let erase = Erase(
                expires: .latest,
                caseID: test.id,
                record: old.hash,
                authority: "reencrypted"
            )
            try await test.log(.erase(erase), by: TestPerson(seed: 1))
            let access = Access(
                caseID: test.id,
                purpose: "review",
                scope: .all,
                records: [record.hash]
            )
            let logged = try await test.log(.access(access), by: test.reader)
            let id = logged.entry.signed.id
            for (object, envelope) in zip(record.objects, parts.envelopes) {
                let path = "/v1/objects/\(object.id.hex)/envelope"
                let response = try await test.get(path, by: test.reader, access: id)
                #expect(Array(response.body.readableBytesView) == envelope)
            }
            let list = "/v1/records/\(record.commitments.hex)"
            #expect(try await test.get(list, by: test.reader, access: id).status == .ok)
            let gone = "/v1/objects/\(old.objects[1].id.hex)/payload"
            #expect(try await test.get(gone, by: test.reader, access: id).status == .notFound)
            // A rotation takes over what is there: the new record's objects alone.
            let rotation = try await test.rotation(
                to: 2,
                in: [record.objects.map(\.id)],
                submissions: 2
            )
            try await test.log(
                .caseRotate(CaseRotate(caseID: test.id, reason: .planned, rotation: rotation)),
                by: test.owner
            )
        }
    }

    @Test("refuses other commitments, other objects, what was not uploaded, and everybody else")
    func refuses() async throws {
        try await withSubmission { test in
            let old = test.submission.record
            let (record, parts) = try test.sealedAnew(seed: 80)
            func refused(
                _ record: SubmissionRecord,
                by person: TestPerson,
                _ problem: ProblemType
            ) async throws {
                let act = test.reencrypt(old.hash, by: record)
                let note = try test.vault.sign(act, by: person)
                let response = try await test.client.post(note)
                #expect(try response.problem() == problem)
            }
            try await refused(record, by: test.owner, .missing)
            try await test.upload(record, parts)
            for person in [test.reader, test.submitter] {
                try await refused(record, by: person, .refused)
            }
            let objects = record.objects
            let other = try TestSubmission(to: test.id, seed: 120)
            for (commitments, objects) in [
                (other.commitments.hash, objects),
                (old.commitments, Array(objects.prefix(1))),
                // One of the old, which is not erased.
                (old.commitments, [objects[0], old.objects[1]]),
            ] {
                let wrong = try SubmissionRecord(
                    caseID: test.id,
                    epoch: 1,
                    commitments: commitments,
                    objects: objects
                )
                try await test.client.upload(
                    .records,
                    wrong.bytes,
                    by: test.owner,
                    in: test.vault
                )
                try await refused(wrong, by: test.owner, .inconsistent)
            }
        }
    }

    @Test("what was erased stands in the new record as it was, and stays erased")
    func keepsErased() async throws {
        try await withSubmission { test in
            let old = test.submission.record
            let erase = Erase(
                expires: .latest,
                caseID: test.id,
                record: old.hash,
                objects: [old.objects[1].id],
                authority: "court-order"
            )
            try await test.log(.erase(erase), by: TestPerson(seed: 1))
            let (whole, parts) = try test.sealedAnew(seed: 80)
            let record = try SubmissionRecord(
                caseID: test.id,
                epoch: 1,
                commitments: old.commitments,
                objects: [whole.objects[0], old.objects[1]]
            )
            try await test.upload(record, parts)
            try await test.log(test.reencrypt(old.hash, by: record), by: test.owner)
            let again = Erase(
                expires: .latest,
                caseID: test.id,
                record: old.hash,
                authority: "reencrypted"
            )
            try await test.log(.erase(again), by: TestPerson(seed: 1))
            let objects = try await test.envelopes().sections.flatMap(\.objects).map(\.id)
            #expect(objects == [record.objects[0].id])
        }
    }
}

extension TestCase {
    /// A record with the commitments of the submission and other objects, and these.
    fileprivate func sealedAnew(
        seed: UInt8
    ) throws -> (record: SubmissionRecord, parts: TestSubmission) {
        let parts = try TestSubmission(to: id, seed: seed)
        let record = try SubmissionRecord(
            caseID: id,
            epoch: 1,
            commitments: submission.commitments.hash,
            objects: parts.record.objects
        )
        return (record, parts)
    }

    fileprivate func upload(_ record: SubmissionRecord, _ parts: TestSubmission) async throws {
        let contents = parts.uploads.filter { $0.0 != .records } + [(.records, record.bytes)]
        for (kind, bytes) in contents {
            try await client.upload(kind, bytes, by: owner, in: vault)
        }
    }

    fileprivate func reencrypt(_ previous: Hash, by record: SubmissionRecord) -> Act {
        .reencrypt(
            Reencrypt(
                caseID: id,
                epoch: record.epoch,
                replacing: previous,
                by: record.hash,
                reason: .compromise
            )
        )
    }
}
