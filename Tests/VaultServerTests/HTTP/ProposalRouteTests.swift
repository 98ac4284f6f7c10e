// SPDX-License-Identifier: Apache-2.0

import Bulk
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

@Suite struct ProposalRouteTests {
    /// A vault of two administrators who revoke together, a reader, a submitter and an auditor.
    private func withCouncil(
        _ body: @escaping @Sendable (Council) async throws -> Void
    ) async throws {
        try await ServedVault.lend { vault in
            try await vault.serve { client in try await body(try await Council(vault, client)) }
        }
    }

    @Test("two administrators revoke together, and neither alone")
    func together() async throws {
        try await withCouncil { council in
            let statement = try council.revocation(by: council.admin)
            let alone = try await council.client.post(statement.note.bytes)
            #expect(try alone.problem() == .refused)
            #expect(alone.text.contains(PolicyViolation.quorumMissing.rule))
            #expect(try await council.propose(statement, by: council.admin).status == .created)
            #expect(try await council.propose(statement, by: council.admin).status == .ok)
            let ids = try await council.get("/v1/proposals", by: council.other).json([String].self)
            #expect(ids == [statement.id.hex])
            let waiting = try await council.show(statement.id, by: council.other)
            #expect(waiting.note == String(decoding: statement.note.bytes, as: UTF8.self))
            let approved = try await council.approve(statement, by: council.other)
            #expect(approved.status == .ok)
            let complete = try await council.show(statement.id, by: council.admin).note
            let receipt = try council.vault.verify(
                try await council.client.post(Array(complete.utf8))
            )
            #expect(receipt.entry.signed.note.signatures.count == 2)
            // The same note again is the same entry.
            let again = try council.vault.verify(
                try await council.client.post(Array(complete.utf8))
            )
            #expect(again.index == receipt.index)
            let left = try await council.get("/v1/proposals", by: council.admin).json([String].self)
            #expect(left.isEmpty)
            // The revoked reader's key signs no request any more.
            let refused = try await council.get("/v1/cases", by: council.reader)
            #expect(try refused.problem() == .signature)
        }
    }

    @Test("refuses an approval that is forged, of another text, or by somebody who may not")
    func approvals() async throws {
        try await withCouncil { council in
            let statement = try council.revocation(by: council.admin)
            _ = try await council.propose(statement, by: council.admin)
            let path = "/v1/proposals/\(statement.id.hex)/approval"
            let otherText = try council.other.signer.signature(over: "saksi/v1 revoke\n").line
            let wrong = try await council.post(path, Array((otherText + "\n").utf8), council.other)
            #expect(try wrong.problem() == .refused)
            let forger = try NoteSigner(
                name: council.other.record.fingerprint.hex,
                seed: [UInt8](repeating: 99, count: 32)
            )
            let forged = try forger.signature(over: statement.note.text).line
            let bad = try await council.post(path, Array((forged + "\n").utf8), council.other)
            #expect(try bad.problem() == .refused)
            let borrowed = try council.other.signer.signature(over: statement.note.text).line
            let replayed = try await council.post(
                path,
                Array((borrowed + "\n").utf8),
                council.admin
            )
            #expect(try replayed.problem() == .malformed)
            let submitter = try await council.approve(statement, by: council.submitter)
            #expect(try submitter.problem() == .notFound)
            let shown = try await council.show(statement.id, by: council.admin)
            #expect(shown.note == String(decoding: statement.note.bytes, as: UTF8.self))
        }
    }

    @Test("refuses what nobody could accept: by a submitter, expired, for too long, of another act")
    func proposals() async throws {
        try await withCouncil { council in
            let bySubmitter = try council.revocation(by: council.submitter)
            let answer = try await council.propose(bySubmitter, by: council.submitter)
            #expect(answer.text.contains(PolicyViolation.notAdministrator.rule))
            let expired = try council.revocation(by: council.admin, days: -1)
            let late = try await council.propose(expired, by: council.admin)
            #expect(late.text.contains(PolicyViolation.expiredStatement.rule))
            let long = try council.revocation(by: council.admin, days: 31)
            #expect(try await council.propose(long, by: council.admin).problem() == .malformed)
            let others = try await council.propose(
                council.revocation(by: council.other),
                by: council.admin
            )
            #expect(try others.problem() == .malformed)
            let open = CaseOpen(
                caseID: try #require(CaseID([UInt8](repeating: 1, count: 16))),
                recipient: TestPerson.recipient,
                keyring: Hash(hashing: [])
            )
            let single = try SignedStatement(
                parsing: council.vault.sign(.caseOpen(open), by: council.reader)
            )
            #expect(try await council.propose(single, by: council.reader).problem() == .malformed)
        }
    }

    @Test("removes what was rejected, withdrawn or expired")
    func ends() async throws {
        try await withCouncil { council in
            let first = try council.revocation(by: council.admin)
            _ = try await council.propose(first, by: council.admin)
            #expect(try await council.reject(first.id, by: council.other).status == .ok)
            #expect(
                try await council.get("/v1/proposals/\(first.id.hex)", by: council.other).problem()
                    == .notFound
            )
            let second = try council.revocation(by: council.admin)
            _ = try await council.propose(second, by: council.admin)
            #expect(try await council.reject(second.id, by: council.admin).status == .ok)
            let third = try council.revocation(by: council.admin, days: 1)
            _ = try await council.propose(third, by: council.admin)
            _ = try await council.approve(third, by: council.other)
            #expect(try await council.reject(third.id, by: council.other).problem() == .answered)
            let complete = try await council.show(third.id, by: council.admin).note
            council.vault.clock.set(council.vault.clock.now().seconds + 86_460)
            let left = try await council.get("/v1/proposals", by: council.admin).json([String].self)
            #expect(left.isEmpty)
            let expired = try await council.client.post(Array(complete.utf8))
            #expect(expired.text.contains(PolicyViolation.expiredStatement.rule))
        }
    }

    @Test("leaves out the signature of an administrator whose key was revoked since")
    func revokedApprover() async throws {
        try await withCouncil { council in
            let third = try await council.join(.admin, number: 9)
            let statement = try council.revocation(by: council.admin)
            _ = try await council.propose(statement, by: council.admin)
            _ = try await council.approve(statement, by: third)
            let ending = Revoke(
                expires: council.deadline(),
                person: third.record.fingerprint,
                reason: .compromised
            )
            let note = try council.vault.sign(
                .revoke(ending),
                by: council.admin,
                also: [council.other.signer]
            )
            _ = try council.vault.verify(try await council.client.post(note))
            let shown = try await council.show(statement.id, by: council.admin).note
            #expect(shown == String(decoding: statement.note.bytes, as: UTF8.self))
            #expect(try await council.approve(statement, by: third).problem() == .signature)
            _ = try await council.approve(statement, by: council.other)
            let complete = try await council.show(statement.id, by: council.admin).note
            _ = try council.vault.verify(try await council.client.post(Array(complete.utf8)))
        }
    }

    @Test("keeps no more proposals than one person may have open")
    func bounds() async throws {
        try await withCouncil { council in
            for _ in 0..<Proposals.perPerson {
                let one = try council.revocation(by: council.admin)
                #expect(try await council.propose(one, by: council.admin).status == .created)
            }
            let more = try council.revocation(by: council.admin)
            #expect(try await council.propose(more, by: council.admin).problem() == .proposals)
            let others = try council.revocation(by: council.other)
            #expect(try await council.propose(others, by: council.other).status == .created)
        }
    }

    @Test("finds proposals and their answers again after a restart")
    func restart() async throws {
        try await ServedVault.lend { vault in
            try await vault.serve { client in
                let council = try await Council(vault, client)
                let statement = try council.revocation(by: council.admin)
                _ = try await council.propose(statement, by: council.admin)
            }
            try await vault.serve { client in
                let council = try Council(again: vault, client)
                let note = try await council.onlyOne().note
                let statement = try SignedStatement(parsing: Array(note.utf8))
                _ = try await council.approve(statement, by: council.other)
            }
            try await vault.serve { client in
                let council = try Council(again: vault, client)
                let complete = try await council.onlyOne().note
                let receipt = try vault.verify(try await client.post(Array(complete.utf8)))
                #expect(receipt.entry.signed.note.signatures.count == 2)
            }
        }
    }

    @Test("shows every member who the administrators are and what they decided")
    func governance() async throws {
        try await withCouncil { council in
            struct Page: Decodable { let receipts: [String] }
            let response = try await council.get("/v1/governance/entries", by: council.submitter)
            var state = VaultState()
            var facts = LogFacts()
            var acts: [String] = []
            for text in try response.json(Page.self).receipts {
                let receipt = try Receipt(parsing: Array(text.utf8))
                acts.append(receipt.entry.signed.statement.act.name.rawValue)
                try state.replay(governance: receipt.entry, at: receipt.index, facts: &facts)
            }
            #expect(acts == ["genesis", "enrol", "invite", "enrol", "policy"])
            #expect(state.administrators == 2)
            #expect(state.policy?.quorum(of: .revoke) == 2)
        }
    }
}

/// Two administrators of a served vault, and those about whom they decide.
private struct Council: Sendable {
    struct Shown: Decodable {
        let note: String
        let rejections: [String]
    }

    let vault: ServedVault
    let client: any TestClientProtocol
    let admin, other, reader, submitter: TestPerson

    init(_ vault: ServedVault, _ client: any TestClientProtocol) async throws {
        let people = try await client.enrol([.admin, .reader, .submitter], in: vault)
        let admin = try TestPerson(seed: 1)
        let genesis = try Receipt(
            parsing: Array(
                try await client.send(.get, "/v1/governance/entries", by: admin, in: vault)
                    .json(Page.self).receipts[0].utf8
            )
        ).entry
        var policy = Policy(tlsKey: vault.invitation.contact.tlsKeys[0])
        policy.quorums[.revoke] = 2
        let change = PolicyChange(
            expires: UTCTime(seconds: vault.clock.now().seconds + 86_400),
            replacing: genesis.signed.id,
            with: policy
        )
        _ = try vault.verify(try await client.post(try vault.sign(.policy(change), by: admin)))
        self.init(vault, client, [admin] + people)
    }

    private struct Page: Decodable { let receipts: [String] }

    private init(_ vault: ServedVault, _ client: any TestClientProtocol, _ people: [TestPerson]) {
        self.vault = vault
        self.client = client
        (admin, other, reader, submitter) = (people[0], people[1], people[2], people[3])
    }

    /// The same people, after a restart.
    init(again vault: ServedVault, _ client: any TestClientProtocol) throws {
        self.init(vault, client, try (1...4).map { try TestPerson(seed: $0) })
    }

    /// The one proposal that waits.
    func onlyOne() async throws -> Shown {
        let ids = try await get("/v1/proposals", by: other).json([String].self)
        let first = try #require(ids.first)
        let id = try #require(Hash(hex: first))
        return try await show(id, by: other)
    }

    func deadline(days: Int64 = 7) -> UTCTime {
        UTCTime(seconds: vault.clock.now().seconds + days * 86_400)
    }

    func revocation(by person: TestPerson, days: Int64 = 7) throws -> SignedStatement {
        let act = Revoke(
            expires: deadline(days: days),
            person: reader.record.fingerprint,
            reason: .left
        )
        return try SignedStatement(parsing: vault.sign(.revoke(act), by: person))
    }

    func join(_ role: Role, number: Int) async throws -> TestPerson {
        let signer = try TestPerson.inviteSigner(number)
        let invite = Invite(
            role: role,
            caseID: nil,
            inviteKey: signer.verifierKey.publicKey,
            expires: .latest
        )
        _ = try vault.verify(try await client.post(try vault.sign(.invite(invite), by: admin)))
        let person = try TestPerson(seed: UInt8(100 + number))
        _ = try vault.verify(try await client.post(try vault.enrolment(of: person, with: signer)))
        return person
    }

    func get(_ uri: String, by person: TestPerson) async throws -> TestResponse {
        try await client.send(.get, uri, by: person, in: vault)
    }

    func post(_ uri: String, _ body: [UInt8], _ person: TestPerson) async throws -> TestResponse {
        try await client.send(.post, uri, by: person, in: vault, body: body)
    }

    func propose(_ signed: SignedStatement, by person: TestPerson) async throws -> TestResponse {
        try await post("/v1/proposals", signed.note.bytes, person)
    }

    func show(_ id: Hash, by person: TestPerson) async throws -> Shown {
        try await get("/v1/proposals/\(id.hex)", by: person).json(Shown.self)
    }

    func approve(_ signed: SignedStatement, by person: TestPerson) async throws -> TestResponse {
        let line = try person.signer.signature(over: signed.note.text).line + "\n"
        return try await post("/v1/proposals/\(signed.id.hex)/approval", Array(line.utf8), person)
    }

    func reject(_ id: Hash, by person: TestPerson) async throws -> TestResponse {
        let rejection = try Rejection(
            of: id,
            in: "vault.example",
            by: person.signer,
            actor: person.record.fingerprint
        )
        return try await post("/v1/proposals/\(id.hex)/rejection", rejection.note.bytes, person)
    }
}
