// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

/// Two people who compare the heads they saw, with an honest vault and with others.
@Suite(.serialized) struct HeadTests {
    @Test("equal heads are the same log, and no vault is asked")
    func same() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            try await catchUp(world, ["lawyer", "activist"])
            let before = world.liar.count
            let comparison = try await compare(world, "lawyer", with: "activist")
            guard case .same = comparison.finding else {
                Issue.record("\(comparison.finding)")
                return
            }
            #expect(comparison.own == comparison.other)
            #expect(world.liar.count == before)
        }
    }

    @Test("an older head and a newer one are of one log, which is remembered")
    func oneLog() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            try await catchUp(world, ["activist"])
            try await grow(world, as: "lawyer", by: 3)
            for (one, other) in [("lawyer", "activist"), ("activist", "lawyer")] {
                let comparison = try await compare(world, one, with: other)
                guard case .oneLog(let entries) = comparison.finding else {
                    Issue.record("\(comparison.finding)")
                    return
                }
                #expect(entries == max(size(comparison.own), size(comparison.other)))
                let seen = try await head(world, of: one)
                #expect(seen.head.checkpoint.size == entries)
                #expect(seen.seen != nil && seen.forks.isEmpty)
            }
        }
    }

    @Test("two roots for one size are a fork, which no vault can talk away")
    func forkedAtOneSize() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            try await fork(world)
            let before = world.liar.count
            let comparison = try await compare(world, "lawyer", with: "admin")
            try expect(comparison, "the log was forked: with ")
            #expect(world.liar.count == before)
            #expect(size(comparison.own) == size(comparison.other))
            try await expectKept(world, "lawyer", [comparison.own, comparison.other])
            // The same fork is kept once.
            _ = try await compare(world, "lawyer", with: "admin")
            try await expectKept(world, "lawyer", [comparison.own, comparison.other])
        }
    }

    @Test("two logs that went apart and grew are a fork")
    func forkedAndGrown() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            try await fork(world)
            // The fork is served: it continues the lawyer's head, and not the administrator's.
            try await grow(world, as: "lawyer", by: 2)
            let comparison = try await compare(world, "lawyer", with: "admin")
            try expect(comparison, "does not continue the one the other device saw, with ")
            try await expectKept(world, "lawyer", [comparison.own, comparison.other])
            // And the other way: the administrator's own head is the one that is not continued.
            let back = try await compare(world, "admin", with: "lawyer")
            try expect(back, "does not continue the one this device saw, with ")
            try await expectKept(world, "admin", [back.own, back.other])
        }
    }

    @Test("a vault that has fewer entries than somebody saw was rolled back")
    func rolledBack() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            try await catchUp(world, ["lawyer"])
            try await world.restart { try world.copyData(to: "old") }
            try await grow(world, as: "admin", by: 2)
            try await world.restart(from: "old")
            let comparison = try await compare(world, "lawyer", with: "admin")
            try expect(comparison, "the log was rolled back: it has ")
            try expect(comparison, " when the other device saw it")
            try await expectKept(world, "lawyer", [comparison.own, comparison.other])
            let back = try await compare(world, "admin", with: "lawyer")
            try expect(back, " when this device last saw it")
        }
    }

    @Test("tiles that are kept back are as bad as a fork")
    func withheld() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            try await catchUp(world, ["activist"])
            try await grow(world, as: "lawyer", by: 2)
            world.liar.lie { $0.target.hasPrefix("/tile/") ? $0.with(status: 404) : $0 }
            let comparison = try await compare(world, "lawyer", with: "activist")
            try expect(comparison, "the vault keeps back tile/")
        }
    }

    @Test("a vault that cannot be reached is no finding")
    func unreachable() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            try await catchUp(world, ["activist"])
            try await grow(world, as: "lawyer", by: 1)
            let other = try await head(world, of: "activist").head
            world.line.connect(to: 1)
            let error = await #expect(throws: ClientError.self) {
                _ = try await world.act(as: "lawyer", pace: .once) { try await $0.compare(other) }
            }
            #expect(error?.code == .network)
            #expect(try await head(world, of: "lawyer").forks.isEmpty)
        }
    }

    @Test("a head that the log did not sign says nothing about the vault")
    func foreignHead() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            let own = try await head(world, of: "lawyer").head
            let origin = own.checkpoint.origin
            let impostor = try NoteSigner(name: origin, seed: [UInt8](repeating: 7, count: 32))
            let elsewhere = try NoteSigner(name: "other", seed: [UInt8](repeating: 7, count: 32))
            for signer in [impostor, elsewhere] {
                let text = try Checkpoint(
                    origin: signer.verifierKey.name,
                    size: own.checkpoint.size,
                    root: Hash(hashing: [1])
                ).text
                let forged = try SignedHead(
                    SignedNote(text: text, signatures: [signer.signature(over: text)])
                )
                let error = await #expect(throws: ClientError.self) {
                    _ = try await world.act(as: "lawyer") { try await $0.compare(forged) }
                }
                #expect(error?.code == .failed)
                #expect(error?.message.contains("not one of this vault's log") == true)
            }
            #expect(try await head(world, of: "lawyer").forks.isEmpty)
        }
    }

    @Test("a checkpoint that could not be handed on is refused at once")
    func unhandy() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            let key = try String(
                contentsOfFile: world.folder.child("data/keys/log.key"),
                encoding: .utf8
            )
            let fields = key.dropLast().split(separator: "+", maxSplits: 4).map(String.init)
            let material = try #require(Base64.padded.decode(fields[4]))
            let signer = try NoteSigner(name: fields[2], seed: Array(material.dropFirst()))
            let own = try await head(world, of: "lawyer").head
            let text = own.checkpoint.text + "for nobody else\n"
            let note = try SignedNote(text: text, signatures: [signer.signature(over: text)])
            world.liar.lie { exchange in
                guard exchange.target == "/checkpoint" else { return exchange }
                return exchange.with(status: 200, String(decoding: note.bytes, as: UTF8.self))
            }
            let error = await #expect(throws: ClientError.self) {
                _ = try await world.act(as: "lawyer") { try await $0.catchUp() }
            }
            #expect(error?.code == .untrusted)
            #expect(error?.message.contains("cannot be handed on") == true, "\(error as Any)")
        }
    }

    @Test("a damaged record of a fork is named, not passed over")
    func damagedFork() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            try await fork(world)
            _ = try await compare(world, "lawyer", with: "admin")
            let home = world.home("lawyer")
            let name = try #require(DurableFile.names(in: home.forks).first)
            let file = home.forks.appending(name)
            var bytes = try #require(try DurableFile.read(file, limit: 1 << 16))
            // Sealed: neither the vault's name nor a head can be read off the disk.
            #expect(bytes.firstRange(of: Array("vault.test".utf8)) == nil)
            bytes[bytes.count - 1] ^= 1
            try DurableFile.write(bytes, to: file)
            let error = await #expect(throws: ClientError.self) {
                _ = try await head(world, of: "lawyer")
            }
            #expect(error?.message.hasPrefix("what this device kept of a fork was altered") == true)
        }
    }

    // MARK: Arrangements

    /// Lets the lawyer and the administrator see different logs of one size; the lawyer's is served.
    private func fork(_ world: World) async throws {
        try await catchUp(world, ["lawyer", "admin"])
        try await world.restart { try world.copyData(to: "fork") }
        try await grow(world, as: "admin", by: 1)
        try await world.restart(from: "fork")
        try await grow(world, as: "lawyer", by: 1)
    }

    private func grow(_ world: World, as name: String, by count: Int) async throws {
        for _ in 0..<count {
            _ = try await world.act(as: name) { session in
                if name == "admin" {
                    _ = try await session.invite(role: .reader, to: nil, for: 3600)
                } else {
                    _ = try await session.openCase(named: "case \(UUID())")
                }
            }
        }
    }

    private func catchUp(_ world: World, _ names: [String]) async throws {
        for name in names { _ = try await world.act(as: name) { try await $0.catchUp() } }
    }

    private func head(_ world: World, of name: String) async throws -> SeenHead {
        try await world.act(as: name) { try await $0.seenHead() }
    }

    private func compare(
        _ world: World,
        _ name: String,
        with other: String
    ) async throws -> HeadComparison {
        let line = try await head(world, of: other).head.line
        return try await world.act(as: name) {
            try await $0.compare(SignedHead(parsing: line))
        }
    }

    private func size(_ head: SignedHead) -> UInt64 { head.checkpoint.size }

    private func expect(
        _ comparison: HeadComparison,
        _ words: String,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        guard case .contradiction(let error) = comparison.finding else {
            Issue.record("\(comparison.finding)", sourceLocation: location)
            return
        }
        #expect(error.code == .untrusted, sourceLocation: location)
        #expect(error.message.contains(words), "\(error.message)", sourceLocation: location)
    }

    private func expectKept(
        _ world: World,
        _ name: String,
        _ heads: [SignedHead],
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let forks = try await head(world, of: name).forks
        #expect(forks.count == 1, sourceLocation: location)
        let kept = try forks.last?.heads.map { try SignedHead(parsing: $0) } ?? []
        #expect(Array(kept.prefix(2)) == heads, sourceLocation: location)
    }
}
