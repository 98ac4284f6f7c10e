// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import TransparencyLog
import Vault
import VaultServer

@testable import VaultClient

/// TLS keys that no policy names, and policies that nobody decided.
extension MaliciousDaemonTests {
    // MARK: The TLS key

    @Test("has another TLS key: it gets no request")
    func otherTLSKey() async throws {
        try await World.besieged { world, id in
            let other = try await world.impostor()
            world.line.connect(to: other.port)
            let words = "the vault's TLS key is not one that this device knows: got "
            try await world.refuses([.submit, .status], as: "activist", in: id, words)
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
            #expect(other.count == 0)
            await other.stop()
        }
    }

    @Test(
        "shows a policy with a TLS key of its own: nobody takes the key",
        arguments: [
            ("monitor", "the actor is not enrolled", "not-administrator"),
            (
                "admin", "fewer administrators signed than the vault's policy asks for",
                "quorum-missing"
            ),
        ]
    )
    func inventedTLSKey(accomplice: String, words: String, rule: String) async throws {
        try await World.besieged { world, id in
            _ = try await world.act(as: "admin") {
                try await $0.changePolicy(for: 3600) { $0.quorums[.policy] = 2 }
            }
            let other = try await world.impostor()
            let key = try world.key(ofVaultAt: "other")
            let act = try await world.policyChange { $0.tlsKeys = [key] }
            let log = try LawlessLog(of: world)
            let newest = log.add(
                try await world.signed(act, by: accomplice),
                shownAt: "/v1/governance/entries"
            )
            log.show(in: world)
            let before = try await world.pins(of: "lawyer")
            try await world.refuses([.submit, .status], as: "activist", in: id, words)
            try await world.refuses([.list, .rotate, .invite], as: "lawyer", in: id, words)
            #expect(try await world.pins(of: "lawyer") == before)
            world.line.connect(to: other.port)
            let unknown = "the vault's TLS key is not one that this device knows: got \(key)"
            try await world.refuses([.status], as: "lawyer", in: id, unknown)
            #expect(other.count == 0)
            await other.stop()
            // To whom it is not shown as a decision, an audit names it.
            world.line.connect(to: world.liar.port)
            log.hide { index, _ in index == newest }
            let report = try await world.act(as: "admin") { try await $0.audit(fully: false) }
            #expect(report.violations.map(\.rule) == [rule])
        }
    }

    @Test("shows a policy from before once more, as the newest or in place of it")
    func oldPolicy() async throws {
        try await World.besieged { world, id in
            let path = "/v1/governance/entries"
            _ = try await world.act(as: "lawyer") { try await $0.policy() }
            let before = try #require(world.liar.lastAnswer(to: path + "?from=0"))
            let old = try await world.policyChange { _ in }
            let keys = try await world.announceKey()
            try await world.perform(.status, as: "lawyer", in: id)
            #expect(try await world.pins(of: "lawyer") == [keys.current, keys.next].sorted())

            // In place of it: the answer is as old as the policy.
            world.liar.lie { $0.path == path ? before : $0 }
            try await expectRefusal("policy", "the log was rolled back: it has ") {
                _ = try await world.act(as: "lawyer") { try await $0.policy() }
            }
            // As the newest: the same statement, and one that an administrator's key signed anew.
            let log = try LawlessLog(of: world)
            log.show(in: world)
            let replayed = try #require(
                before.page?.receipts.compactMap { try? Receipt(parsing: Array($0.utf8)) }
                    .last { $0.entry.signed.statement.act.name == .policy }?.entry.signed
            )
            for (signed, rule) in [
                (replayed, "the statement is in the log already"),
                (try await world.signed(old, by: "admin"), "the vault has another policy by now"),
            ] {
                let newest = log.add(signed, shownAt: path)
                for words in ["entry \(newest) is not one that the vault's rules allow", rule] {
                    try await world.refuses([.submit, .status], as: "activist", in: id, words)
                    try await world.refuses([.list, .rotate], as: "lawyer", in: id, words)
                }
                log.hide { index, _ in index == newest }
            }
            #expect(try await world.pins(of: "lawyer") == [keys.current, keys.next].sorted())
        }
    }

    @Test("goes on with a TLS key that the policy dropped: who has seen that sends it nothing")
    func droppedTLSKey() async throws {
        try await World.besieged { world, id in
            let keys = try await world.announceKey()
            let dropped = await #expect(throws: ClientError.self) {
                try await world.dropRegardless(keys.current)
            }
            #expect(dropped?.code == .untrusted)
            let words = "showed a TLS key that its policy does not name: got \(keys.current)"
            try await world.refuses([.status], as: "lawyer", in: id, words)
            try await world.refuses([.submit], as: "activist", in: id, words)
            #expect(try await world.pins(of: "lawyer") == [keys.next])
            let asked = world.liar.count
            let unknown = "the vault's TLS key is not one that this device knows: got "
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, unknown)
            #expect(world.liar.count == asked)
            // From a device that has not seen it, it can be kept, for as long as nobody tells it.
            world.liar.lie { $0.path.hasPrefix("/v1/governance/") ? $0.keepingBack(.policy) : $0 }
            try await world.perform(.open, as: "monitor", in: id)
            #expect(try await world.pins(of: "monitor") == [keys.current])
            world.liar.repent()
            try await world.refuses([.status], as: "monitor", in: id, words)
        }
    }

    @Test("shows a person, who was told a wrong TLS key, the true log: the key is not taken")
    func toldTLSKey() async throws {
        try await World.besieged { world, _ in
            let other = try await world.impostor()
            let key = try world.key(ofVaultAt: "other")
            let before = try await world.pins(of: "lawyer")
            other.follow(world.port)
            world.line.connect(to: other.port)
            let words = "showed a TLS key that its policy does not name: got \(key)"
            try await expectRefusal("trust tls", words) {
                _ = try await world.act(as: "lawyer") { try await $0.trustTLSKey(key) }
            }
            #expect(try await world.pins(of: "lawyer") == before)
            await other.stop()
        }
    }
}

extension World {
    /// A daemon with another TLS key, in the folder `other`.
    fileprivate func impostor() async throws -> LyingVault {
        _ = try await TestVault.make(
            in: folder.child("other"),
            address: "https://[::1]:1",
            tls: true
        )
        return try await LyingVault.start(withKeyOf: folder.child("other"))
    }

    /// The TLS key in a vault's folder.
    fileprivate func key(ofVaultAt name: String) throws -> Hash {
        try TLSRotation(TestVault.configuration(folder.child(name), tls: true)).prepare().current
    }
}
