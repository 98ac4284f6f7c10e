// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

@Suite struct CaseRouteTests {
    private struct Page: Decodable {
        let receipts: [String]
        let next: UInt64?
    }

    private func withCase(
        _ setup: TestingSetup = .router,
        _ body: @escaping @Sendable (TestCase) async throws -> Void
    ) async throws {
        try await ServedVault.lend { vault in
            try await vault.serve(setup) { client in
                try await body(try await TestCase(in: vault, client))
            }
        }
    }

    private func acts(_ response: TestResponse) throws -> [String] {
        try response.json(Page.self).receipts.map { text in
            try Receipt(parsing: Array(text.utf8)).entry.signed.statement.act.name.rawValue
        }
    }

    @Test("tells members their cases and what they may do there", arguments: [false, true])
    func cases(live: Bool) async throws {
        try await withCase(live ? TestingSetup.live : TestingSetup.router) { test in
            struct Right: Decodable, Equatable {
                let `case`, right: String
            }
            for (person, right) in [
                (test.owner, "own"), (test.reader, "read"), (test.submitter, "submit"),
            ] {
                let response = try await test.get("/v1/cases", by: person)
                let rights = try response.json([Right].self)
                #expect(rights == [Right(case: test.id.hex, right: right)])
            }
            let none = try await test.get("/v1/cases", by: test.outsider).json([Right].self)
            #expect(none.isEmpty)
        }
    }

    @Test(
        "shows a reader all entries of a case, a submitter its opening, its readers and own acts"
    )
    func entries() async throws {
        try await withCase { test in
            let uri = "/v1/cases/\(test.id.hex)/entries"
            let other = test.outsider.record.fingerprint
            let grant = CaseGrant(caseID: test.id, member: other, right: .submit)
            try await test.log(.caseGrant(grant), by: test.owner)
            try await test.submitAll()
            try await test.log(test.submission.access(.manifest), by: test.reader)
            let all = try acts(try await test.get(uri, by: test.owner))
            #expect(
                all == ["case.open", "case.grant", "case.grant", "case.grant", "submit", "access"]
            )
            let some = try acts(try await test.get(uri, by: test.submitter))
            #expect(some == ["case.open", "case.grant", "case.grant", "submit"])
            // The case was opened by entry 12, after the genesis and the enrolments.
            let later = try acts(try await test.get(uri + "?from=13", by: test.reader))
            #expect(later == ["case.grant", "case.grant", "case.grant", "submit", "access"])
            let bad = try await test.get(uri + "?from=01", by: test.reader)
            #expect(try bad.problem() == .malformed)
        }
    }

    @Test("shows every member which keys somebody has, and who invited them only to those entitled")
    func keys() async throws {
        try await withCase { test in
            let reader = test.reader.record.fingerprint
            let uri = "/v1/members/\(reader.hex)/entries"
            #expect(try acts(try await test.get(uri, by: test.submitter)) == ["enrol"])
            #expect(try acts(try await test.get(uri, by: test.reader)) == ["invite", "enrol"])
            let admin = try TestPerson(seed: 1)
            #expect(try acts(try await test.get(uri, by: admin)) == ["invite", "enrol"])
            let revoke = Revoke(expires: .latest, person: reader, reason: .left)
            try await test.log(.revoke(revoke), by: admin)
            #expect(try acts(try await test.get(uri, by: test.submitter)) == ["enrol", "revoke"])
            let nobody = "/v1/members/\(String(repeating: "0", count: 64))/entries"
            #expect(try (await test.get(nobody, by: test.owner)).problem() == .notFound)
        }
    }

    @Test("shows a reader who was let in by which invitation, and nobody else's to a submitter")
    func invitations() async throws {
        try await withCase { test in
            let seed = [UInt8](repeating: 9, count: 32)
            let key = try Invitation.signer(seed: seed)
            let invite = Invite(
                role: .submitter,
                caseID: test.id,
                inviteKey: key.verifierKey.publicKey,
                expires: UTCTime(seconds: test.vault.clock.now().seconds + 3600)
            )
            try await test.log(.invite(invite), by: test.owner)
            let invited = try TestPerson(seed: 99)
            let enrolment = try test.vault.enrolment(of: invited, with: key)
            _ = try test.vault.verify(try await test.client.post(enrolment))
            let uri = "/v1/cases/\(test.id.hex)/entries"
            for person in [test.owner, test.reader] {
                let all = try acts(try await test.get(uri, by: person))
                #expect(all == ["case.open", "case.grant", "case.grant", "invite", "enrol"])
            }
            let others = try acts(try await test.get(uri, by: test.submitter))
            #expect(others == ["case.open", "case.grant", "case.grant"])
            let own = try acts(try await test.get(uri, by: invited))
            #expect(own == ["case.open", "case.grant", "enrol"])
        }
    }

    @Test("answers outsiders of a case as if there were none")
    func outsiders() async throws {
        try await withCase { test in
            let receipt = try await test.submitAll()
            let other = String(repeating: "0", count: 32)
            for (path, missing) in [
                ("/v1/cases/\(test.id.hex)/entries", "/v1/cases/\(other)/entries"),
                ("/v1/keyrings/\(test.id.hex)/current", "/v1/keyrings/\(other)/current"),
                (
                    "/v1/receipts/\(receipt.entry.signed.id.hex)",
                    "/v1/receipts/\(String(repeating: "0", count: 64))"
                ),
            ] {
                let hidden = try await test.get(path, by: test.outsider)
                let absent = try await test.get(missing, by: test.outsider)
                #expect(try hidden.problem() == .notFound)
                #expect(hidden.text == absent.text)
                let seen = try await test.get(path, by: test.owner)
                #expect(seen.status == .ok)
            }
            let keyring = try await test.get(
                "/v1/keyrings/\(test.id.hex)/current",
                by: test.submitter
            )
            #expect(try keyring.problem() == .notFound)
        }
    }

    @Test("hands a reader the keyring")
    func keyring() async throws {
        try await withCase { test in
            let response = try await test.get(
                "/v1/keyrings/\(test.id.hex)/current",
                by: test.reader
            )
            #expect(Array(response.body.readableBytesView) == test.submission.keyring)
        }
    }

    @Test("proves enrolments to members, own statements to their actors and everything to auditors")
    func receipts() async throws {
        try await withCase { test in
            let owner = test.owner.record.fingerprint
            let enrolment = try test.vault.verify(
                try await test.get("/v1/members/\(owner.hex)", by: test.submitter)
            )
            #expect(enrolment.entry.signed.statement.actor == owner)
            let nobody = try await test.get(
                "/v1/members/\(String(repeating: "0", count: 64))",
                by: test.submitter
            )
            #expect(try nobody.problem() == .notFound)
            let uri = "/v1/receipts/\(enrolment.entry.signed.id.hex)"
            let mine = try await test.get(uri, by: test.owner)
            _ = try test.vault.verify(mine)
            let audited = try await test.get(uri, by: test.auditor)
            _ = try test.vault.verify(audited)
            let others = try await test.get(uri, by: test.submitter)
            #expect(try others.problem() == .notFound)
        }
    }

    @Test("serves entry bundles to auditors only")
    func bundles() async throws {
        try await withCase { test in
            let size = try Checkpoint(
                parsing: try SignedNote(
                    parsing: Array((try await test.client.get("/checkpoint")).text.utf8)
                ).text
            ).size
            let uri = "/tile/entries/000.p/\(size)"
            let response = try await test.get(uri, by: test.auditor)
            let path = try EntryBundlePath(parsing: String(uri.dropFirst()))
            let bundle = try EntryBundle(parsing: Array(response.body.readableBytesView))
            #expect(bundle.entries.count == path.width)
            let hidden = try await test.get(uri, by: test.owner)
            #expect(try hidden.problem() == .notFound)
            let absent = try await test.get("/tile/entries/001", by: test.auditor)
            #expect(try absent.problem() == .notFound)
        }
    }

    @Test("serves the published checkpoints to auditors only, from any size on")
    func checkpoints() async throws {
        struct Page: Decodable {
            let checkpoints: [String]
            let next: UInt64?
        }
        try await withCase { test in
            func sizes(_ page: Page) throws -> [UInt64] {
                try page.checkpoints.map { text in
                    let note = try SignedNote(parsing: Array(text.utf8))
                    _ = try note.verified(by: [test.vault.invitation.contact.logKey])
                    return try Checkpoint(parsing: note.text).size
                }
            }
            let response = try await test.get("/v1/checkpoints", by: test.auditor)
            let page = try response.json(Page.self)
            let all = try sizes(page)
            #expect(all.first == 1 && all == all.sorted() && page.next == nil)
            let newest = try await test.client.get("/checkpoint").text
            #expect(page.checkpoints.last == newest)
            let from = try #require(all.last)
            let rest = try await test.get("/v1/checkpoints?from=\(from)", by: test.auditor)
            #expect(try sizes(try rest.json(Page.self)) == [from])
            let none = try await test.get("/v1/checkpoints?from=\(from + 1)", by: test.auditor)
            #expect(try none.json(Page.self).checkpoints.isEmpty)
            let hidden = try await test.get("/v1/checkpoints", by: test.owner)
            #expect(try hidden.problem() == .notFound)
            let bad = try await test.get("/v1/checkpoints?from=x", by: test.auditor)
            #expect(try bad.problem() == .malformed)
        }
    }

    @Test("adds the first line of each witness to a published checkpoint")
    func cosignedCheckpoints() async throws {
        struct Page: Decodable { let checkpoints: [String] }
        try await withCase { test in
            let data = URL(filePath: test.vault.configuration.data)
            let note = try SignedNote(
                parsing: Array(Data(contentsOf: data.appending(path: "checkpoints/0/1")))
            )
            let folder = data.appending(path: "cosigned/0/1")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let key = try TestPerson(seed: 7).record.verifierKey
            for time in [20, 10, 30] {
                let seed = [UInt8](repeating: UInt8(time), count: 32)
                let signer = try NoteSigner(name: "witness-\(time)", seed: seed)
                let cosigned = try note.adding([signer.signature(over: note.text)])
                let name = "\(Hash(hashing: key.text.utf8).hex)-\(time)"
                try Data(cosigned.bytes).write(to: folder.appending(path: name))
            }
            let response = try await test.get("/v1/checkpoints", by: test.auditor)
            let first = try #require(try response.json(Page.self).checkpoints.first)
            let signatures = try SignedNote(parsing: Array(first.utf8)).signatures
            #expect(signatures.count == note.signatures.count + 1)
            #expect(signatures.last?.name == "witness-10")
        }
    }

    @Test("names what a submission still misses, and takes it once it is there")
    func missing() async throws {
        try await withCase { test in
            let uploads = test.submission.uploads
            let left = test.submission.segments[1]
            for (kind, bytes) in uploads where !left.contains(bytes) {
                try await test.client.upload(kind, bytes, by: test.submitter, in: test.vault)
            }
            let note = try test.vault.sign(test.submission.submit, by: test.submitter)
            let response = try await test.client.post(note)
            #expect(try response.problem() == .missing)
            for bytes in left {
                #expect(response.text.contains("\"segments/\(Hash(hashing: bytes).hex)\""))
                try await test.client.upload(.segments, bytes, by: test.submitter, in: test.vault)
            }
            _ = try test.vault.verify(try await test.client.post(note))
        }
    }

    @Test(
        "takes no content that somebody else uploaded, be it logged or not",
        arguments: [false, true]
    )
    func othersContent(isLogged: Bool) async throws {
        try await withCase { test in
            if isLogged {
                try await test.submitAll()
            } else {
                for (kind, bytes) in test.submission.uploads {
                    try await test.client.upload(kind, bytes, by: test.submitter, in: test.vault)
                }
            }
            // Another record of the same objects, in a case of the outsider's own.
            let id = try #require(CaseID([UInt8](repeating: 4, count: 16)))
            let keyring = Array("another keyring".utf8)
            let outsider = test.outsider
            let open = CaseOpen(
                caseID: id,
                recipient: TestPerson.recipient,
                keyring: Hash(hashing: keyring)
            )
            let stolen = CaseOpen(
                caseID: id,
                recipient: TestPerson.recipient,
                keyring: Hash(hashing: test.submission.keyring)
            )
            let refused = try await test.client.post(
                try test.vault.sign(.caseOpen(stolen), by: outsider)
            )
            #expect(try refused.problem() == .missing)
            try await test.client.upload(.keyrings, keyring, by: outsider, in: test.vault)
            try await test.log(.caseOpen(open), by: outsider)
            let commitments = test.submission.commitments
            let record = try SubmissionRecord(
                caseID: id,
                epoch: 1,
                commitments: commitments.hash,
                objects: test.submission.record.objects
            )
            for bytes in [commitments.bytes, record.bytes] {
                try await test.client.upload(.records, bytes, by: outsider, in: test.vault)
            }
            let submit = Submit(
                caseID: id,
                epoch: 1,
                record: record.hash,
                commitments: commitments.hash
            )
            let response = try await test.client.post(
                try test.vault.sign(.submit(submit), by: outsider)
            )
            #expect(try response.problem() == .missing)
            for bytes in test.submission.envelopes {
                #expect(response.text.contains("\"envelopes/\(Hash(hashing: bytes).hex)\""))
            }
        }
    }

    @Test("refuses a record that does not fit its statement")
    func inconsistent() async throws {
        try await withCase { test in
            for (kind, bytes) in test.submission.uploads {
                try await test.client.upload(kind, bytes, by: test.submitter, in: test.vault)
            }
            let submit = Submit(
                caseID: test.id,
                epoch: 1,
                record: test.submission.record.hash,
                commitments: Hash(hashing: test.submission.record.bytes + [0])
            )
            let uploaded = try await test.client.upload(
                .records,
                test.submission.record.bytes + [0],
                by: test.submitter,
                in: test.vault
            )
            #expect(uploaded.status == .created)
            let note = try test.vault.sign(.submit(submit), by: test.submitter)
            let response = try await test.client.post(note)
            #expect(try response.problem() == .inconsistent)
        }
    }

    @Test("refuses a record with the id of an object that another record has")
    func takenObject() async throws {
        try await withCase { test in
            try await test.submitAll()
            // Its first object has the id of the second above.
            let other = try TestSubmission(to: test.id, seed: 1)
            for (kind, bytes) in other.uploads {
                try await test.client.upload(kind, bytes, by: test.submitter, in: test.vault)
            }
            let note = try test.vault.sign(other.submit, by: test.submitter)
            #expect(try await test.client.post(note).problem() == .inconsistent)
        }
    }

    @Test("of two records that come at once with one object's id, turns the later away")
    func claims() throws {
        try withFolder { folder in
            let index = try VaultIndex(at: folder + "/index.sqlite")
            let ids = try (UInt8(0)..<3).map {
                try #require(ObjectID([UInt8](repeating: $0, count: 16)))
            }
            let records = (UInt8(0)..<2).map { Hash(hashing: [$0]) }
            do {
                let first = try index.claim([ids[0], ids[1]], for: records[0])
                let same = try index.claim([ids[0], ids[1]], for: records[0])
                #expect(throws: TakenObject.self) {
                    try index.claim([ids[2], ids[1]], for: records[1])
                }
                withExtendedLifetime((first, same)) {}
            }
            #expect(throws: Never.self) { try index.claim([ids[2], ids[1]], for: records[1]) }
        }
    }
}
