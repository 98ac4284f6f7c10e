// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

@Suite struct StatementRouteTests {
    @Test("logs a statement and answers with its receipt", arguments: [false, true])
    func logs(live: Bool) async throws {
        try await ServedVault.lend { vault in
            try await vault.serve(live ? .live : .router) { client in
                let admin = try TestPerson(seed: 1)
                let note = try vault.enrolment(of: admin)
                let receipt = try vault.verify(try await client.post(note))
                #expect(receipt.index == 1)
                #expect(receipt.entry.signed.note.bytes == note)
                let again = try vault.verify(try await client.post(note))
                #expect(again.index == 1)
                #expect(again.entry == receipt.entry)
            }
        }
    }

    @Test("refuses a statement that is cut short, extended or not one")
    func malformed() async throws {
        try await ServedVault.lend { vault in
            try await vault.serve { client in
                let note = try vault.enrolment(of: try TestPerson(seed: 1))
                for body in [[], Array("hello".utf8), note.dropLast(), note + note].map(Array.init)
                {
                    let response = try await client.post(body)
                    #expect(try response.problem() == .malformed)
                }
            }
        }
    }

    @Test(
        "refuses a statement larger than an entry may be, before reading it",
        arguments: [false, true]
    )
    func tooLarge(live: Bool) async throws {
        try await ServedVault.lend { vault in
            try await vault.serve(live ? .live : .router) { client in
                let response = try await client.post([UInt8](repeating: 0x20, count: 65_536))
                #expect(try response.problem() == .tooLarge)
                #expect(response.headers[.connection] == "close")
            }
        }
    }

    @Test("answers every wrong signature in the same words")
    func wrongSignature() async throws {
        try await ServedVault.lend { vault in
            try await vault.serve { client in
                let admin = try TestPerson(seed: 1)
                let other = try TestPerson(seed: 2)
                _ = try vault.verify(try await client.post(try vault.enrolment(of: admin)))
                let invite = Act.invite(
                    Invite(
                        role: .auditor,
                        caseID: nil,
                        inviteKey: try TestPerson.inviteKey(1),
                        expires: .latest
                    )
                )
                let forged = try SignedStatement.sign(
                    Statement(
                        vault: "vault.example",
                        time: vault.clock.now(),
                        actor: admin.record.fingerprint,
                        nonce: admin.record.fingerprint.bytes,
                        act: invite
                    ),
                    with: [other.signer]
                )
                let stranger = try await client.post(try vault.sign(invite, by: other))
                let wrong = try await client.post(forged.note.bytes)
                #expect(try wrong.problem() == .signature)
                #expect(wrong.text == stranger.text)
            }
        }
    }

    @Test("names the rule that a member's statement breaks")
    func refused() async throws {
        try await ServedVault.lend { vault in
            try await vault.serve { client in
                let admin = try TestPerson(seed: 1)
                _ = try vault.verify(try await client.post(try vault.enrolment(of: admin)))
                let used = try vault.enrolment(of: try TestPerson(seed: 2))
                let response = try await client.post(used)
                #expect(try response.problem() == .refused)
                #expect(response.text.contains("\"rule\":\"used-invite\""))
            }
        }
    }

    @Test("gives no place in the pool to enrolments without an invitation, nor to another genesis")
    func outsiders() async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            let open = try await vault.open()
            let person = try TestPerson(seed: 2)
            let enrol = try Enrol(inviteKey: TestPerson.inviteKey(9), record: person.record)
            let uninvited = try vault.sign(
                .enrol(enrol),
                by: person.record.fingerprint,
                with: [person.signer, TestPerson.inviteSigner(9)]
            )
            for (note, rule) in [
                (uninvited, PolicyViolation.unknownInvite),
                (try vault.genesis(), .repeatedGenesis),
            ] {
                await #expect {
                    try await open.sequencer.admission.admit(note.note.bytes)
                } throws: { error in
                    guard case SubmissionError.refused(rule) = error else { return false }
                    return true
                }
            }
            await open.close()
        }
    }

    @Test("needs one Content-Length")
    func noLength() async throws {
        try await ServedVault.lend { vault in
            try await vault.serve { client in
                let response = try await client.executeRequest(
                    uri: "/v1/statements",
                    method: .post,
                    headers: [.transferEncoding: "chunked"],
                    body: nil
                )
                #expect(try response.problem() == .malformed)
            }
        }
    }
}
