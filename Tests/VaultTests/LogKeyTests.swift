// SPDX-License-Identifier: Apache-2.0

import Bulk
import TestSupport
import Testing
import TransparencyLog
import Vault

@Suite("The log's key")
struct LogKeyTests {
    @Test("the old one vouches up to the handover's entry, the new one from there on")
    func handover() throws {
        var vault = try TestVault()
        let new = try vault.logKey()
        let before = vault.state
        try vault.post(vault.sign(vault.logKeyChange(), by: vault.admin))
        let index = before.size
        let keys = try #require(vault.state.logKeys)
        #expect(before.logKeys == LogKeys(vault.logSigner.verifierKey))
        #expect(keys.current == new.verifierKey)
        #expect(keys.key(at: 1) == vault.logSigner.verifierKey)
        #expect(keys.key(at: index) == vault.logSigner.verifierKey)
        #expect(keys.key(at: index + 1) == new.verifierKey)
        #expect(keys.key(at: .max) == new.verifierKey)
        #expect(keys.logs.map(\.sizes) == [0...index, (index + 1)...(.max)])
        // What the genesis said stays as it was said.
        #expect(vault.state.foundation?.logKey == vault.logSigner.verifierKey)
        #expect(try VaultState(parsing: vault.state.bytes) == vault.state)
    }

    @Test("a checkpoint is believed by the key of its size alone, whoever else signed")
    func policy() throws {
        var vault = try TestVault()
        try vault.post(vault.sign(vault.logKeyChange(), by: vault.admin))
        let keys = try #require(vault.state.logKeys)
        let (old, new) = (vault.logSigner, try vault.logKey())
        let policy = TrustPolicy(logs: keys.logs)
        let last = keys.terms[1].since - 1
        func note(_ size: UInt64, _ signers: [NoteSigner]) throws -> SignedNote {
            let text = try Checkpoint(origin: TestVault.origin, size: size, root: .test("root"))
                .text
            return try SignedNote(
                text: text,
                signatures: signers.map { try $0.signature(over: text) }
            )
        }
        #expect(try policy.verify(note(last, [old])).checkpoint.size == last)
        #expect(try policy.verify(note(last + 1, [old, new])).logSignatures.count == 1)
        #expect(try policy.verify(note(last + 1, [new])).checkpoint.size == last + 1)
        let refusal = TrustPolicyViolation.notSignedByLog(TestVault.origin)
        #expect(throws: refusal) { try policy.verify(note(last + 1, [old])) }
        #expect(throws: refusal) { try policy.verify(note(last, [new])) }
    }

    @Test("is handed on as often as is needed, and each time by the one in force")
    func chain() throws {
        var vault = try TestVault()
        try vault.post(vault.sign(vault.logKeyChange(), by: vault.admin))
        try vault.post(
            vault.sign(
                vault.logKeyChange(from: vault.logKey(), to: vault.logKey("third")),
                by: vault.admin
            )
        )
        #expect(throws: PolicyViolation.otherLogKey) {
            try vault.post(
                vault.sign(vault.logKeyChange(to: vault.logKey("fourth")), by: vault.admin)
            )
        }
        let keys = try #require(vault.state.logKeys)
        #expect(keys.current == (try vault.logKey("third").verifierKey))
        #expect(keys.terms.count == 3)
        #expect(try VaultState(parsing: vault.state.bytes) == vault.state)
    }

    @Test("is not handed to a key of another name, nor by one that did not sign, nor to one unheld")
    func forged() throws {
        let vault = try TestVault()
        let other = try NoteSigner(name: "vault.example/other", seed: testBytes("next log"))
        let card = try LogHandover(from: vault.logSigner, to: other).card
        #expect(throws: LineError.self) { try LogHandover(parsing: card) }
        let good = try LogHandover(from: vault.logSigner, to: vault.logKey())
        #expect(good.isValid)
        #expect(try LogHandover(parsing: good.card) == good)
        try Golden.expect(good.card, matches: "log-handover.txt")
        // Whoever stole neither key makes both lines with one of their own.
        let thief = try vault.logKey("thief")
        for key in ["handover: ", "possession: "] {
            let stolen = try LogHandover(from: thief, to: thief).card.split(separator: "\n")
                .first { $0.hasPrefix(key) }
            let lines = good.card.split(separator: "\n")
                .map { $0.hasPrefix(key) ? stolen ?? $0 : $0 }
            let forged = try LogHandover(parsing: lines.joined(separator: "\n") + "\n")
            #expect(!forged.isValid)
        }
    }

    @Test("terms that do not begin at 0, do not ascend or repeat a key are refused")
    func terms() throws {
        let vault = try TestVault()
        let (first, second) = (vault.logSigner.verifierKey, try vault.logKey().verifierKey)
        let good = [LogKeys.Term(key: first, since: 0), .init(key: second, since: 7)]
        #expect(LogKeys(good)?.terms == good)
        #expect(LogKeys([]) == nil)
        #expect(LogKeys([.init(key: first, since: 1)]) == nil)
        #expect(LogKeys([good[0], .init(key: second, since: 0)]) == nil)
        #expect(LogKeys(good + [.init(key: first, since: 9)]) == nil)
        let other = try NoteSigner(name: "vault.example/other", seed: testBytes("log"))
        #expect(LogKeys([good[0], .init(key: other.verifierKey, since: 7)]) == nil)
    }
}

@Suite("A frozen vault")
struct FreezeTests {
    @Test("accepts nothing more, not even from all its administrators, and says who follows")
    func ends() throws {
        var vault = try TestVault()
        let index = vault.state.size
        try vault.post(vault.sign(vault.freeze(for: "vault.example/second"), by: vault.admin))
        #expect(vault.state.frozen == Frozen(index: index, successor: "vault.example/second"))
        for act in [
            vault.access(vault.record), try vault.logKeyChange(), vault.freeze(),
            try vault.policyChange { _ in },
        ] {
            let by = act.quorum == nil ? vault.reader : vault.admin
            #expect(throws: PolicyViolation.frozen) { try vault.post(vault.sign(act, by: by)) }
        }
        #expect(throws: PolicyViolation.frozen) {
            let statement = try vault.sign(vault.freeze(), by: vault.admin)
            try vault.state.requireProposable(
                vault.state.verifySignatures(of: statement),
                accepted: vault.clock,
                facts: vault.facts
            )
        }
        #expect(try VaultState(parsing: vault.state.bytes) == vault.state)
        #expect(vault.state.case(vault.caseID) != nil)
    }
}
