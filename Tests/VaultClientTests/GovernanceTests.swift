// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

@Suite struct GovernanceTests {
    @Test("two administrators revoke together, and the member's next act is refused")
    func together() async throws {
        try await World.run { world in
            let (_, lawyer) = try await world.council()
            let proposed = try await world.act(as: "admin") {
                try await $0.revoke(lawyer, keys: [], reason: .left, for: 3600)
            }
            guard case .proposed(let card) = proposed else {
                Issue.record("one administrator revoked alone")
                return
            }
            #expect(card.needed == 2 && card.approved.count == 1 && !card.isComplete)
            let waiting = try await world.act(as: "chair") { try await $0.pending() }
            #expect(waiting.map(\.id) == [card.id])
            #expect(waiting[0].effects.first == "ends every key of \(lawyer.grouped)")
            #expect(waiting[0].text == card.text)
            _ = try await world.act(as: "lawyer") { try await $0.cases() }
            let id = try #require(Hash(hex: card.id))
            let decision = try await world.act(as: "chair") { try await $0.approve(id).decision }
            guard case .logged = decision else {
                Issue.record("two administrators did not revoke")
                return
            }
            let error = await #expect(throws: ClientError.self) {
                _ = try await world.act(as: "lawyer") { try await $0.cases() }
            }
            #expect(error?.code == .refused)
            #expect(error?.message.contains("revoked") == true, "\(error as Any)")
            #expect(try await world.act(as: "admin") { try await $0.pending() }.isEmpty)
        }
    }

    @Test("shows what a change of the policy changes, and needs the new number from then on")
    func policy() async throws {
        try await World.run { world in
            _ = try await world.council()
            let lines = try await world.act(as: "chair") { try await $0.policy() }
            #expect(lines.contains("quorum revoke: 2") && lines.contains("quorum policy: 1"))
            let change = try await world.act(as: "chair") {
                try await $0.changePolicy(for: 3600) { $0.quorums[.policy] = 2 }
            }
            #expect(
                change.changes == ["no longer quorum policy: 1", "from now on quorum policy: 2"]
            )
            let next = try await world.act(as: "chair") {
                try await $0.changePolicy(for: 3600) { $0.quorums = [:] }
            }
            guard case .proposed(let card) = next.decision else {
                Issue.record("one administrator took the quorum away")
                return
            }
            let id = try #require(Hash(hex: card.id))
            try await world.act(as: "admin") { try await $0.reject(id) }
            #expect(try await world.act(as: "chair") { try await $0.pending() }.isEmpty)
        }
    }

    @Test("believes no other proposal than was asked for, and no vault that keeps entries back")
    func lies() async throws {
        try await World.run { world in
            let (_, lawyer) = try await world.council()
            let proposed = try await world.act(as: "admin") {
                try await $0.revoke(lawyer, keys: [], reason: .left, for: 3600)
            }
            guard case .proposed(let card) = proposed else { return }
            let id = try #require(Hash(hex: card.id))
            world.liar.lie { exchange in
                guard exchange.target.hasPrefix("/v1/proposals/") else { return exchange }
                return exchange.with(
                    status: 200,
                    exchange.text.replacing("reason: left", with: "reason: lost")
                )
            }
            try await expectUntrusted("another statement") {
                _ = try await world.act(as: "chair") { try await $0.approve(id) }
            }
            world.liar.repent()
            _ = try await world.act(as: "chair") { try await $0.proposal(id) }
            world.liar.lie { exchange in
                guard exchange.target.hasPrefix("/v1/governance/") else { return exchange }
                let receipts = exchange.text.split(separator: "\",\"").dropLast()
                return exchange.with(status: 200, receipts.joined(separator: "\",\"") + "\"]}")
            }
            try await expectUntrusted("keeps back entry") {
                _ = try await world.act(as: "chair") { try await $0.pending() }
            }
        }
    }

    private func expectUntrusted(
        _ words: String,
        _ location: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async throws {
        let error = await #expect(throws: ClientError.self, sourceLocation: location) {
            try await body()
        }
        #expect(error?.code == .untrusted, sourceLocation: location)
        let message = error?.message ?? ""
        #expect(message.contains(words), "\(message)", sourceLocation: location)
    }
}

extension World {
    /// Two administrators, `admin` and `chair`, who revoke together, and a lawyer.
    fileprivate func council() async throws -> (chair: Fingerprint, lawyer: Fingerprint) {
        try await join("admin", by: invitation)
        for (name, role) in [("chair", Role.admin), ("lawyer", .reader)] {
            let made = try await act(as: "admin") {
                try await $0.invite(role: role, to: nil, for: 3600)
            }
            try await join(name, by: Invitation(parsing: made.text))
        }
        let change = try await act(as: "admin") {
            try await $0.changePolicy(for: 3600) { $0.quorums[.revoke] = 2 }
        }
        guard case .logged = change.decision else { preconditionFailure("one was enough") }
        return (
            try await act(as: "chair") { $0.identity.fingerprint },
            try await act(as: "lawyer") { $0.identity.fingerprint }
        )
    }
}
