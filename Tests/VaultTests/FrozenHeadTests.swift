// SPDX-License-Identifier: Apache-2.0

import Encodings
import TestSupport
import Testing
import TransparencyLog
import Vault

@Suite("The last head of a frozen vault")
struct FrozenHeadTests {
    private var vault: TestVault

    init() throws {
        vault = try TestVault()
        try vault.post(vault.sign(vault.freeze(for: "vault.example/second"), by: vault.admin))
    }

    private var last: Int { vault.entries.count - 1 }

    private func head() throws -> FrozenHead {
        try FrozenHead(logKey: vault.logSigner.verifierKey, receipt: vault.receipt(of: last))
    }

    @Test("has the promised bytes, reads back, and says where the log ended and who follows")
    func golden() throws {
        let head = try head()
        #expect(try FrozenHead(parsing: head.card) == head)
        let checkpoint = try Checkpoint(parsing: head.receipt.proof.checkpoint.text)
        let ended = Predecessor(
            origin: TestVault.origin,
            size: vault.state.size,
            root: checkpoint.root
        )
        #expect(head.predecessor == ended)
        #expect(head.successor == "vault.example/second")
        try Golden.expect(head.card, matches: "frozen-head.txt")
    }

    @Test("is not to be had of another entry, or of a log that goes on")
    func notLast() throws {
        let key = vault.logSigner.verifierKey
        #expect(throws: FrozenHeadError.notFreeze(.submit)) {
            try FrozenHead(logKey: key, receipt: vault.receipt(of: last - 1))
        }
        var lawless = vault
        lawless.entries.append(vault.entries[1])
        let size = UInt64(lawless.entries.count)
        #expect(throws: FrozenHeadError.notLast(index: UInt64(last), size: size)) {
            try FrozenHead(logKey: key, receipt: lawless.receipt(of: last))
        }
    }

    @Test("is not to be had where another key signed the log than the card names")
    func otherKey() throws {
        let other = try vault.logKey()
        #expect(throws: FrozenHeadError.self) {
            try FrozenHead(
                logKey: vault.logSigner.verifierKey,
                receipt: vault.receipt(of: last, signedBy: other)
            )
        }
        let card = try head().card
        let key = vault.logSigner.verifierKey.text
        #expect(throws: FrozenHeadError.self) {
            try FrozenHead(
                parsing: card.replacing("log-key: \(key)", with: "log-key: \(other.verifierKey)")
            )
        }
    }

    @Test("is refused in every other spelling")
    func spellings() throws {
        let card = try head().card
        let lines = card.split(separator: "\n").map(String.init)
        var changed = lines.indices.map { place in
            lines.enumerated().filter { $0.offset != place }.map(\.element)
        }
        changed.append(lines + ["more: x"])
        changed.append([lines[0], lines[2], lines[1], lines[3]])
        changed.append([lines[0], "vault: vault.example/other", lines[2], lines[3]])
        changed.append(Array(lines.dropLast()) + ["freeze: !"])
        for lines in changed {
            let text = lines.joined(separator: "\n") + "\n"
            #expect(throws: FrozenHeadError.self) { try FrozenHead(parsing: text) }
        }
        #expect(throws: FrozenHeadError.self) { try FrozenHead(parsing: String(card.dropLast())) }
        let wrong = Array(lines.dropLast()) + ["freeze: " + Base64.padded.encode(Array("x".utf8))]
        #expect(throws: FrozenHeadError.self) {
            try FrozenHead(parsing: wrong.joined(separator: "\n") + "\n")
        }
    }

    @Test("stands in the state of the vault that takes its place, and in its snapshot")
    func successor() throws {
        var next = try TestVault(empty: ())
        let ended = Predecessor(origin: "vault.example/old", size: 9, root: .test("root"))
        let act = try next.genesisAct(after: ended)
        try next.post(.sign(next.statement(.genesis(act), by: act.actor), with: [next.logSigner]))
        #expect(next.state.foundation?.predecessor == ended)
        #expect(try VaultState(parsing: next.state.bytes) == next.state)
    }
}
