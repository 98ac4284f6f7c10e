// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import NIOCore
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

/// What administrators decide, and keys that change hands.
extension MaliciousDaemonTests {
    // MARK: Proposals

    @Test("shows under a proposal's id another text, or another proposal")
    func otherProposal() async throws {
        try await Council.meet { world, council in
            let other = try await world.proposeRevocation(.abuse)
            _ = try await world.act(as: "chair") { try await $0.proposal(other) }
            let answer = try #require(world.liar.lastAnswer(to: "/v1/proposals/\(other.hex)"))
            let words = "the vault shows another statement than \(council.proposal.hex)"
            let lies: [@Sendable (LyingVault.Exchange) -> LyingVault.Exchange] = [
                { _ in answer },
                { exchange in
                    exchange.with(
                        status: 200,
                        exchange.text.replacing("reason: left", with: "reason: lost")
                    )
                },
            ]
            for lie in lies {
                world.liar.lie { $0.path == council.path ? lie($0) : $0 }
                try await council.isRefused(by: "chair", in: world, words)
            }
            #expect(world.liar.count(of: council.path + "/approval") == 0)
        }
    }

    @Test("shows an approval, or a rejection, that an administrator did not sign")
    func forgedApproval() async throws {
        try await Council.meet { world, council in
            let chair = try await world.fingerprint(of: "chair")
            let forger = try NoteSigner(name: chair.hex, seed: [UInt8](repeating: 7, count: 32))
            world.liar.lie { council.editing($0) { try $0.approve(with: forger) } }
            let words = "that \(chair.grouped) did not sign"
            try await council.isRefused(by: "admin", in: world, "shows an approval \(words)")
            world.liar.lie { exchange in
                council.editing(exchange) { shown in
                    let rejection = try Rejection(
                        of: council.proposal,
                        in: "vault.test",
                        by: forger,
                        actor: chair
                    )
                    shown.rejections.append(String(decoding: rejection.note.bytes, as: UTF8.self))
                }
            }
            try await council.isRefused(by: "admin", in: world, "shows a rejection \(words)")
        }
    }

    @Test("adds to a proposal the signature of somebody who is no administrator: it does not count")
    func foreignApproval() async throws {
        try await Council.meet { world, council in
            let lawyer = try await world.act(as: "lawyer") { try $0.identity.noteSigner() }
            world.liar.lie { council.editing($0) { try $0.approve(with: lawyer) } }
            let card = try await world.act(as: "admin") { try await $0.proposal(council.proposal) }
            #expect(card.approved == [try await world.fingerprint(of: "admin")])
            #expect(!card.isComplete && card.needed == 2)
        }
    }

    @Test("shows a proposal as open whose time is over: nobody signs it")
    func expiredProposal() async throws {
        try await Council.meet { world, council in
            let revoke = Revoke(
                expires: UTCTime(seconds: VaultClock.deviceTime - 60),
                person: council.lawyer,
                reason: .left,
                keys: []
            )
            let late = try await world.signed(.revoke(revoke), by: "admin")
            let path = "/v1/proposals/\(late.id.hex)"
            world.liar.lie { exchange in
                guard exchange.path == path else { return exchange }
                let shown = ShownProposal(note: String(decoding: late.note.bytes, as: UTF8.self))
                return (try? exchange.with(bytes: Array(JSONEncoder().encode(shown)))) ?? exchange
            }
            try await expectRefusal("approve", "its time was over at", code: .refused) {
                _ = try await world.act(as: "chair") { try await $0.approve(late.id) }
            }
            #expect(world.liar.count(of: path + "/approval") == 0)
        }
    }

    // MARK: Policies and administrators

    @Test("keeps back what administrators decided from a device that has seen it")
    func withheldDecision() async throws {
        try await Council.meet { world, council in
            for name in ["admin", "chair"] {
                _ = try await world.act(as: name) { try await $0.pending() }
            }
            for (act, words) in [
                (ActName.policy, ", about its administrators, which this device has seen"),
                (.enrol, "is not one that the vault's rules allow"),
                (.genesis, "the vault keeps back its genesis"),
            ] {
                world.liar.lie { $0.path.hasPrefix("/v1/governance/") ? $0.keepingBack(act) : $0 }
                try await council.isRefused(by: "admin", in: world, words)
                try await council.isRefused(by: "chair", in: world, words)
            }
        }
    }

    @Test("keeps back a decision on which a later one rests, from a device that has seen neither")
    func gapInDecisions() async throws {
        try await Council.meet { world, council in
            _ = try await world.act(as: "admin") {
                try await $0.changePolicy(for: 3600) { $0.quorums[.erase] = 2 }
            }
            world.liar.lie { exchange in
                guard exchange.path.hasPrefix("/v1/governance/") else { return exchange }
                return exchange.editingEntries { page in
                    let policies = page.indices.filter { index in
                        page.act(at: index) == .policy
                    }
                    if policies.count > 1 { page.remove(policies[0]) }
                }
            }
            let words = "is not one that the vault's rules allow, as far as the entries about"
            try await council.isRefused(by: "clerk", in: world, words)
        }
    }

    @Test("keeps back the newest policy from a device that has not seen it: an audit lists it")
    func withheldPolicy() async throws {
        try await Council.meet { world, council in
            world.liar.lie { $0.path.hasPrefix("/v1/governance/") ? $0.keepingBack(.policy) : $0 }
            let shown = try await world.act(as: "clerk") { try await $0.policy() }
            #expect(shown.contains("quorum revoke: 1"))
            let listed = try await world.act(as: "clerk") { session in
                var filter = AuditFilter()
                filter.act = .policy
                return try await session.auditedEntries(filter)
            }
            #expect(listed.entries.map(\.lines).joined().contains("quorum: revoke 2"))
        }
    }

    @Test("shows what administrators decided in another order, or what nobody decided")
    func inventedDecision() async throws {
        try await Council.meet { world, council in
            let words = "is not one that the vault's rules allow, as far as the entries about"
            world.liar.lie { exchange in
                guard exchange.path.hasPrefix("/v1/governance/") else { return exchange }
                return exchange.editingEntries { $0.swapNewest() }
            }
            try await council.isRefused(by: "clerk", in: world, words)
            world.liar.repent()
            let (policy, statement) = try await world.act(as: "admin") {
                try await $0.governance().decided
            }
            let change = PolicyChange(
                expires: UTCTime(seconds: VaultClock.deviceTime + 3600),
                replacing: statement,
                with: policy
            )
            let log = try LawlessLog(of: world)
            log.add(
                try await world.signed(.policy(change), by: "lawyer"),
                shownAt: "/v1/governance/entries"
            )
            log.show(in: world)
            try await council.isRefused(by: "clerk", in: world, "entry \(log.size - 1) \(words)")
            // To whom it is not shown as a decision, an audit names it.
            let newest = log.size - 1
            log.hide { index, _ in index == newest }
            let report = try await world.act(as: "admin") { try await $0.audit(fully: false) }
            #expect(report.violations.map(\.rule) == ["not-administrator"])
        }
    }

    // MARK: A person's own keys

    @Test("gives the new keys of a person to somebody else")
    func stolenKeys() async throws {
        try await Council.meet { world, council in
            guard case .waiting(let card) = try await world.rotate("lawyer"),
                case .rekey(let rekey) = try Statement(parsing: card.text).act
            else {
                Issue.record("nobody had to countersign")
                return
            }
            let chair = try await world.fingerprint(of: "chair")
            let theft = Rekey(
                expires: rekey.expires,
                person: chair,
                reason: .rotate,
                ends: [chair],
                possession: rekey.possession,
                record: rekey.record
            )
            let log = try LawlessLog(of: world)
            log.add(
                try await world.signed(.rekey(theft), by: "chair"),
                shownAt: "/v1/members/\(rekey.record.fingerprint.hex)"
            )
            log.show(in: world)
            let words = "the log gives this device's new keys to somebody else"
            try await expectRefusal("key rotate", words) { _ = try await world.rotate("lawyer") }
            #expect(try await world.fingerprint(of: "lawyer") == council.lawyer)
        }
    }

    @Test("answers an enrolment with the receipt of another's: the device has not joined")
    func otherEnrolment() async throws {
        try await Council.meet { world, _ in
            let invited = try await world.act(as: "admin") {
                try await $0.invite(role: .reader, to: nil, for: 3600).text
            }
            let invitation = try Invitation(parsing: invited)
            let other = try #require(world.liar.lastAnswer(to: "/v1/statements"))
            world.liar.lie { $0.target == "/v1/statements" ? other : $0 }
            try await expectRefusal("join", "the receipt is for another statement: got ") {
                try await world.join("newcomer", by: invitation, pace: .once)
            }
            world.liar.repent()
            try await world.join("newcomer", by: invitation, pace: .once)
        }
    }
}

/// What the administrators have before them.
private struct Council {
    let lawyer: Fingerprint
    /// To revoke the lawyer.
    let proposal: Hash

    var path: String { "/v1/proposals/\(proposal.hex)" }

    /// Runs a test that begins as ``Besieged`` says.
    static func meet(_ body: (World, Council) async throws -> Void) async throws {
        try await World.besieged { world, _ in
            let proposal = try #require(Besieged.shared).proposal
            let lawyer = try await world.fingerprint(of: "lawyer")
            try await body(world, Council(lawyer: lawyer, proposal: proposal))
        }
    }

    /// Expects that whatever an administrator does about the proposal is refused.
    func isRefused(
        by name: String,
        in world: World,
        _ words: String,
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        try await expectRefusal("approve by \(name)", words, location) {
            _ = try await world.act(as: name) { try await $0.approve(proposal) }
        }
        try await expectRefusal("show by \(name)", words, location) {
            _ = try await world.act(as: name) { try await $0.proposal(proposal) }
        }
        try await expectRefusal("pending by \(name)", words, location) {
            _ = try await world.act(as: name) { try await $0.pending() }
        }
    }

    /// The answer that shows the proposal, changed; other answers as they are.
    func editing(
        _ exchange: LyingVault.Exchange,
        _ edit: (inout ShownProposal) throws -> Void
    ) -> LyingVault.Exchange {
        guard exchange.path == path,
            var shown = try? JSONDecoder().decode(ShownProposal.self, from: Data(exchange.bytes)),
            (try? edit(&shown)) != nil, let bytes = try? JSONEncoder().encode(shown)
        else { return exchange }
        return exchange.with(bytes: Array(bytes))
    }
}

private struct ShownProposal: Codable {
    var note: String
    var rejections: [String] = []

    mutating func approve(with signer: NoteSigner) throws {
        let signed = try SignedNote(parsing: Array(note.utf8))
        let more = try signed.adding([signer.signature(over: signed.text)])
        note = String(decoding: more.bytes, as: UTF8.self)
    }
}
