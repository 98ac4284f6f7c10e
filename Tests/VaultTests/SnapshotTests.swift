// SPDX-License-Identifier: Apache-2.0

import Bulk
import TestSupport
import Testing
import Vault

@Suite("Snapshots of the state")
struct SnapshotTests {
    @Test("have the promised bytes, and read back after every entry")
    func golden() throws {
        let vault = try TestVault()
        var state = VaultState()
        var facts = LogFacts()
        #expect(try VaultState(parsing: state.bytes) == state)
        for (place, entry) in vault.entries.enumerated() {
            try state.replay(entry, at: UInt64(place), facts: &facts)
            #expect(try VaultState(parsing: state.bytes) == state)
        }
        #expect(state == vault.state)
        try Golden.expect(String(decoding: state.bytes, as: UTF8.self), matches: "state.txt")
    }

    @Test("go on as the state would have")
    func goesOn() throws {
        var vault = try TestVault()
        var restored = try VaultState(parsing: vault.state.bytes)
        var facts = vault.facts
        let signed = try vault.sign(vault.access(vault.record), by: vault.reader)
        try vault.post(signed)
        try restored.replay(
            Entry(accepting: signed, at: vault.clock),
            at: restored.size,
            facts: &facts
        )
        #expect(restored == vault.state)
        #expect(facts == vault.facts)
    }

    @Test("are refused when a line is dropped, doubled or exchanged, or read as another state")
    func linesAreFixed() throws {
        let vault = try TestVault()
        let text = String(decoding: vault.state.bytes, as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        for place in lines.indices {
            var dropped = lines
            dropped.remove(at: place)
            let doubled = Array(lines[...place] + lines[place...])
            var swapped = lines
            if place + 1 < lines.count { swapped.swapAt(place, place + 1) }
            for changed in [dropped, doubled, swapped] where changed != lines {
                let bytes = Array((changed.joined(separator: "\n") + "\n").utf8)
                let parsed = try? VaultState(parsing: bytes)
                #expect(parsed != vault.state)
                #expect(parsed == nil || parsed?.bytes == bytes)
            }
        }
        #expect(throws: LineError.self) { try VaultState(parsing: Array(text.dropLast().utf8)) }
        #expect(throws: LineError.self) { try VaultState(parsing: []) }
    }
}
