// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Foundation
import NIOCore
import Secrets
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

/// Each lie that a daemon can tell, what the client does that meets it, and what the client says.
///
/// The daemon is the real one, over TLS and with its own key, and whoever runs it rewrites its answers
/// and its log. What is refused ends with `.untrusted`, which is exit status 5, unless a test says
/// otherwise. Further lies are in the extensions of this suite, a file for each kind.
@Suite("A malicious daemon", .serialized, .oneScene) struct MaliciousDaemonTests {
    // MARK: Whose key evidence is sealed to

    @Test("shows a case that somebody else opened: nothing is submitted to it")
    func caseOfAnother() async throws {
        try await World.besieged { world, id in
            try await world.joinNewcomer("friend", to: id)
            let log = try LawlessLog(of: world)
            log.hide { _, _ in true }
            let open = CaseOpen(
                caseID: id,
                recipient: HybridIdentity(random: SystemEntropy()).recipient.text,
                keyring: Hash(hashing: [1])
            )
            log.add(
                try await world.signed(.caseOpen(open), by: "monitor"),
                shownAt: "/v1/cases/\(id.hex)/entries"
            )
            log.show(in: world)
            try await world.refuses(
                [.submit],
                as: "friend",
                in: id,
                "is not of the owner this device knows"
            )
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, "keeps back entry")
        }
    }

    @Test("shows the opening of another case: nothing is submitted to it")
    func openingOfAnother() async throws {
        try await World.besieged { world, id in
            let other = try await world.act(as: "lawyer") {
                try await $0.openCase(named: "other")
            }
            try await world.act(as: "lawyer") { _ = try await $0.view(of: other) }
            let answer = try #require(
                world.liar.lastAnswer(to: "/v1/cases/\(other.hex)/entries")
            )
            world.liar.lie { $0.path == "/v1/cases/\(id.hex)/entries" ? answer : $0 }
            let words = "keeps back the entry that opened case \(id.hex), and shows"
            try await world.refuses([.submit], as: "activist", in: id, words)
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
        }
    }

    @Test("appends a change of a case's key by somebody else than its owner")
    func usurpedRotation() async throws {
        try await World.besieged { world, id in
            let log = try LawlessLog(of: world)
            log.add(
                try await world.signed(world.usurpation(of: id), by: "monitor"),
                shownAt: "/v1/cases/\(id.hex)/entries"
            )
            log.show(in: world)
            let words = "entry \(log.size - 1) is an act of the owner by somebody else"
            try await world.refuses([.submit, .status], as: "activist", in: id, words)
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
            try await world.refuses(Deed.ofReader, as: "monitor", in: id, words)
            let report = try await world.act(as: "admin") { try await $0.audit(fully: false) }
            #expect(report.violations.map(\.rule) == ["not-owner"])
        }
    }

    @Test(
        "appends that a key of its own is the owner's, and changes the case's key with it",
        arguments: [
            (RekeyReason.rotate, "monitor", "a key that none of that person's keys signed"),
            (.replace, "monitor", ", and they did not"),
        ]
    )
    func inventedKey(reason: RekeyReason, accomplice: String, words: String) async throws {
        try await World.besieged { world, id in
            let owner = try await world.fingerprint(of: "lawyer")
            let keys = try DeviceIdentity.generate()
            let log = try LawlessLog(of: world)
            log.add(
                try await world.signed(
                    .rekey(world.rekey(of: owner, to: keys, reason)),
                    by: accomplice
                ),
                shownAt: "/v1/members/\(keys.fingerprint.hex)"
            )
            log.add(
                try world.signed(try await world.usurpation(of: id), by: keys),
                shownAt: "/v1/cases/\(id.hex)/entries"
            )
            log.show(in: world)
            try await world.refuses([.submit], as: "activist", in: id, words)
            try await world.refuses([.list, .grant, .rotate], as: "lawyer", in: id, words)
        }
    }

    @Test("appends a change of a case's key with a key that its owner has put away")
    func endedKey() async throws {
        try await World.besieged { world, id in
            let stolen = try await world.signed(world.usurpation(of: id), by: "lawyer")
            guard case .waiting(let card) = try await world.rotate("lawyer") else { return }
            let proposal = try #require(Hash(hex: card.id))
            _ = try await world.act(as: "admin") { try await $0.approve(proposal) }
            guard case .done = try await world.rotate("lawyer") else { return }
            try await world.perform(.grant, as: "lawyer", in: id)
            let log = try LawlessLog(of: world)
            log.add(stolen, shownAt: "/v1/cases/\(id.hex)/entries")
            log.show(in: world)
            let words = "entry \(log.size - 1) is signed with a key that had ended"
            try await world.refuses([.submit], as: "activist", in: id, words)
            try await world.refuses([.list, .rotate], as: "lawyer", in: id, words)
        }
    }

    @Test("shows another person's keys under a member's fingerprint")
    func swappedMember() async throws {
        try await World.besieged { world, id in
            let admin = try await world.fingerprint(of: "admin")
            try await world.act(as: "lawyer") { _ = try await $0.members.record(of: admin) }
            let answer = try #require(world.liar.lastAnswer(to: "/v1/members/\(admin.hex)"))
            world.liar.lie { $0.path.hasPrefix("/v1/members/") ? answer : $0 }
            let words = "as the enrolment of"
            try await world.refuses([.submit], as: "activist", in: id, words)
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
        }
    }

    @Test("lets somebody in whom neither the owner nor an administrator invited")
    func inventedMember() async throws {
        try await World.besieged { world, id in
            let log = try LawlessLog(of: world)
            let entries = "/v1/cases/\(id.hex)/entries"
            let keys = try DeviceIdentity.generate()
            let signer = try Invitation.signer(seed: SystemEntropy().bytes(32))
            let invite = Invite(
                role: .submitter,
                caseID: id,
                inviteKey: signer.verifierKey.publicKey,
                expires: UTCTime(seconds: VaultClock.deviceTime + 3600)
            )
            log.add(try await world.signed(.invite(invite), by: "monitor"), shownAt: entries)
            let enrol = Enrol(inviteKey: signer.verifierKey.publicKey, record: keys.record)
            log.add(
                try SignedStatement.sign(
                    world.signed(.enrol(enrol), by: keys).statement,
                    with: [keys.noteSigner(), signer]
                ),
                shownAt: entries,
                "/v1/members/\(keys.fingerprint.hex)"
            )
            let submit = Submit(
                caseID: id,
                epoch: 1,
                record: Hash(hashing: [1]),
                commitments: Hash(hashing: [2])
            )
            log.add(try world.signed(.submit(submit), by: keys), shownAt: entries)
            log.show(in: world)
            let words = "entry \(log.size - 3), of the act invite, is not signed by those who may"
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
            try await world.refuses(Deed.ofReader, as: "monitor", in: id, words)
        }
    }

    @Test("gives a case to another owner without the administrators")
    func usurpedRecovery() async throws {
        try await World.besieged { world, id in
            let recover = CaseRecover(
                expires: UTCTime(seconds: VaultClock.deviceTime + 3600),
                caseID: id,
                owner: try await world.fingerprint(of: "monitor")
            )
            let log = try LawlessLog(of: world)
            log.add(
                try await world.signed(.caseRecover(recover), by: "monitor"),
                shownAt: "/v1/cases/\(id.hex)/entries"
            )
            log.show(in: world)
            let words = "of the act case.recover, is not signed by those who may decide that"
            try await world.refuses([.submit], as: "activist", in: id, words)
            try await world.refuses([.list, .grant, .rotate], as: "lawyer", in: id, words)
            try await world.refuses(Deed.ofReader, as: "monitor", in: id, words)
        }
    }
}

extension World {
    /// A statement that gives a person other keys.
    func rekey(
        of person: Fingerprint,
        to keys: DeviceIdentity,
        _ reason: RekeyReason
    ) throws -> Rekey {
        let request = try keys.request(for: person, in: "vault.test")
        return Rekey(
            expires: UTCTime(seconds: VaultClock.deviceTime + 3600),
            person: person,
            reason: reason,
            ends: [person],
            possession: request.possession,
            record: keys.record
        )
    }
}
