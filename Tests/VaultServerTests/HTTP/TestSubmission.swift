// SPDX-License-Identifier: Apache-2.0

import Bulk
import HTTPTypes
import HummingbirdTesting
import Testing
import Vault

@testable import VaultServer

/// A case with a reader and a submitter, and a submission of two objects to it.
///
/// The contents are noise: the vault cannot tell.
struct TestSubmission: Sendable {
    let caseID: CaseID
    let keyring = Array("a keyring".utf8)
    let envelopes: [[UInt8]]
    /// Of each object its segments.
    let segments: [[[UInt8]]]
    let commitments: CommitmentList
    let record: SubmissionRecord

    init(to caseID: CaseID, seed: UInt8 = 0, lastSize: Int = 100) throws {
        self.caseID = caseID
        envelopes = [[seed, 1], [seed, 2]]
        segments = [
            [[seed, 3]],
            [
                [UInt8](repeating: seed &+ 4, count: 4 << 20),
                (0..<lastSize).map { UInt8($0 % 251) },
            ],
        ]
        commitments = try CommitmentList((0..<64).map { Hash(hashing: [seed, $0]) }.sorted())
        var objects: [ObjectDescription] = []
        for number in 0..<2 {
            let id = try #require(ObjectID([UInt8](repeating: seed &+ UInt8(number), count: 16)))
            objects.append(
                try ObjectDescription(
                    id: id,
                    envelope: Hash(hashing: envelopes[number]),
                    envelopeSize: UInt64(envelopes[number].count),
                    payloadSize: UInt64(segments[number].reduce(0) { $0 + $1.count }),
                    keyCommitment: Hash(hashing: [seed]),
                    segments: segments[number].map { Hash(hashing: $0) }
                )
            )
        }
        record = try SubmissionRecord(
            caseID: caseID,
            epoch: 1,
            commitments: commitments.hash,
            objects: objects
        )
    }

    /// Everything that is uploaded before the statement.
    var uploads: [(ContentKind, [UInt8])] {
        segments.flatMap { $0 }.map { (.segments, $0) } + envelopes.map { (.envelopes, $0) }
            + [(.records, commitments.bytes), (.records, record.bytes)]
    }

    var submit: Act {
        .submit(
            Submit(
                caseID: caseID,
                epoch: 1,
                record: record.hash,
                commitments: commitments.hash,
                classes: [.court]
            )
        )
    }

    func access(_ scope: AccessScope, _ objects: [ObjectID] = []) -> Act {
        .access(
            Access(
                caseID: caseID,
                purpose: "review",
                scope: scope,
                records: scope == .envelopes ? [] : [record.hash],
                objects: objects
            )
        )
    }
}

/// The people of a case: its owner, a reader and a submitter of it, and an outsider who reads others.
struct TestCase: Sendable {
    let vault: ServedVault
    let client: any TestClientProtocol
    let id: CaseID
    let owner, reader, submitter, outsider, auditor: TestPerson
    let submission: TestSubmission

    /// Enrols the people and opens the case.
    init(in vault: ServedVault, _ client: any TestClientProtocol) async throws {
        self.vault = vault
        self.client = client
        let roles: [Role] = [.reader, .reader, .submitter, .reader, .auditor]
        let people = try await client.enrol(roles, in: vault)
        (owner, reader, submitter, outsider, auditor) =
            (people[0], people[1], people[2], people[3], people[4])
        id = try #require(CaseID([UInt8](repeating: 3, count: 16)))
        submission = try TestSubmission(to: id)
        let keyring = Hash(hashing: submission.keyring)
        try await client.upload(.keyrings, submission.keyring, by: owner, in: vault)
        let open = CaseOpen(caseID: id, recipient: TestPerson.recipient, keyring: keyring)
        try await log(.caseOpen(open), by: owner)
        let read = CaseGrant(
            caseID: id,
            member: reader.record.fingerprint,
            right: .read,
            keyring: keyring,
            replacing: keyring
        )
        try await log(.caseGrant(read), by: owner)
        let submit = CaseGrant(caseID: id, member: submitter.record.fingerprint, right: .submit)
        try await log(.caseGrant(submit), by: owner)
    }

    @discardableResult func log(_ act: Act, by person: TestPerson) async throws -> Receipt {
        try vault.verify(try await client.post(try vault.sign(act, by: person)))
    }

    func get(
        _ uri: String,
        by person: TestPerson,
        access: Hash? = nil,
        _ more: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await client.send(.get, uri, by: person, in: vault, access: access, more: more)
    }

    /// Uploads and submits everything.
    @discardableResult func submitAll() async throws -> Receipt {
        for (kind, bytes) in submission.uploads {
            let response = try await client.upload(kind, bytes, by: submitter, in: vault)
            try #require(response.status == .created)
        }
        return try await log(submission.submit, by: submitter)
    }
}
