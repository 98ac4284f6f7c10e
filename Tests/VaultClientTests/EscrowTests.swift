// SPDX-License-Identifier: Apache-2.0

import Age
import Evidence
import Foundation
import Secrets
import Shares
import Testing
import Vault

@testable import VaultClient

@Suite("Custodians")
struct EscrowTests {
    /// A case with a second reader and a submission, split in three shares of which two open it; a
    /// third reader who has no right to the case.
    private func escrowed(
        _ body: (World, CaseID, [Share]) async throws -> Void
    ) async throws {
        try await World.run { world in
            let id = try await world.peopled()
            for name in ["monitor", "deputy"] { try await world.joinReader(name) }
            let monitor = try await world.fingerprint("monitor")
            try await world.act(as: "lawyer") { try await $0.grant(monitor, .read, in: id.hex) }
            try await world.submit("file 1", to: id)
            try await body(world, id, try await world.escrow(id))
        }
    }

    @Test("an owner's device is gone: K shares open all for a new owner, who chooses readers")
    func recovers() async throws {
        try await escrowed { world, id, shares in
            // What happens after the escrow stays open to the shares, too.
            _ = try await world.act(as: "lawyer") { try await $0.rotate(id.hex, reason: .planned) }
            try await world.submit("file 2", to: id)
            let deputy = try await world.fingerprint("deputy")
            let lawyer = try await world.fingerprint("lawyer")
            let early = await #expect(throws: ClientError.self) {
                try await world.recover(id, with: shares.dropFirst())
            }
            #expect(early?.code == .refused || early?.code == .failed)

            let decision = try await world.give(id, to: deputy)
            guard case .logged = decision else {
                Issue.record("one administrator was not enough")
                return
            }
            // The decision alone opens nothing.
            let closed = await #expect(throws: (any Error).self) {
                try await world.act(as: "deputy") { try await $0.list(id.hex) }
            }
            let hint = ClientError(describing: try #require(closed)).hint
            #expect(hint?.contains("saksi case recover") == true)
            let keyrings = world.liar.puts(of: "/v1/keyrings/").count
            let named = try await world.act(as: "deputy") { try await $0.cases() }
            #expect(named.map(\.right) == ["own"] && named[0].name == nil)

            // Nothing is sealed before the person has seen to whom.
            struct Declined: Error {}
            let before = try await world.act(as: "deputy") { try await $0.anyonesView(of: id) }
            await #expect(throws: Declined.self) {
                try await world.recover(id, with: shares.dropFirst(), without: [lawyer]) {
                    let names = ["monitor", "deputy"]
                    #expect($0.count == names.count)
                    #expect($0.contains { $0.contains("\(deputy.grouped) (you)") })
                    #expect(!$0.contains { $0.contains(lawyer.grouped) })
                    throw Declined()
                }
            }
            let after = try await world.act(as: "deputy") { try await $0.anyonesView(of: id) }
            #expect(after.entries.count == before.entries.count)
            #expect(world.liar.puts(of: "/v1/keyrings/").count == keyrings)
            let done = try await world.recover(id, with: shares.dropFirst(), without: [lawyer])
            #expect(done?.epoch == 3 && done?.objects == 4 && done?.lost == [])
            let again = try await world.recover(id, with: shares.dropFirst(), without: [lawyer])
            #expect(again == nil)
            try await world.submit("file 3", to: id, as: "deputy")
            for name in ["deputy", "monitor"] {
                let listed = try await world.act(as: name) { try await $0.list(id.hex) }
                #expect(listed.flatMap(\.items).map(\.name) == ["file 1", "file 2", "file 3"])
            }
            let out = await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            }
            #expect(out?.code == .refused)
            let cases = try await world.act(as: "deputy") { try await $0.cases() }
            #expect(cases.first?.name == "រឿង ១")
            // The shares that were used open nothing new.
            let view = try await world.act(as: "deputy") { try await $0.view(of: id) }
            #expect(view.escrow == nil && view.escrows.count == 1)
            let used = await #expect(throws: (any Error).self) {
                try await world.act(as: "deputy") { session in
                    try await session.keyring(
                        of: view,
                        with: try world.gathered(shares.dropFirst()).recoveryKey()
                    )
                }
            }
            #expect((used as? ClientError)?.message.contains("not sealed to this device") == true)
            let bundle = world.folder.child("bundle")
            _ = try await world.act(as: "deputy") {
                try await $0.export(id.hex, for: .court, to: bundle)
            }
            #expect(BundleVerifier(bundle).report().isVerified)
        }
    }

    @Test("one share too few opens nothing, and each that is wrong is named with its place")
    func refusals() async throws {
        try await escrowed { world, id, shares in
            _ = try await world.give(id, to: try await world.fingerprint("deputy"))
            let other = try await world.act(as: "lawyer") { try await $0.openCase(named: "other") }
            let others = try await world.escrow(other)
            func refused(_ shares: [Share], _ message: String, _ hint: String) async throws {
                let error = await #expect(throws: ClientError.self) {
                    try await world.recover(id, with: shares)
                }
                #expect(error?.message == message && error?.hint == hint, "\(error as Any)")
            }
            let set = shares[0].set.name
            try await refused(
                [shares[1]],
                "2 shares are needed, got 1: share 2 in paper 1",
                "1 more of the set \(set) will do"
            )
            try await refused(
                [shares[0], shares[2], others[1]],
                "share 2 in paper 3: of another set than the rest",
                "it is of another case, or of another escrow of this one"
            )
            try await refused(
                others,
                "the shares, of the set \(others[0].set.name), are of another case",
                "the case's custodians have those of its last escrow"
            )
            let twice = await #expect(throws: ClientError.self) {
                try await world.recover(id, with: [shares[0], shares[0]])
            }
            #expect(twice?.message == "given twice: share 1 in paper 1, share 1 in paper 2")
            var gathered = GatheredShares()
            let typed = shares[0].typed.replacing("\n3: ", with: "\n3: x")
            let slip = #expect(throws: ClientError.self) {
                try gathered.add(typed: typed, from: "paper 1")
            }
            #expect(slip?.message == "paper 1: row 3, word 1: there is no such word")
            // Nothing of this changed the case.
            #expect(try await world.recover(id, with: [shares[2], shares[0]])?.epoch == 2)
        }
    }

    @Test("a second escrow takes the place of the first, whose shares are told apart")
    func replaces() async throws {
        try await escrowed { world, id, shares in
            let later = try await world.escrow(id)
            _ = try await world.give(id, to: try await world.fingerprint("deputy"))
            let error = await #expect(throws: ClientError.self) {
                try await world.recover(id, with: shares)
            }
            #expect(error?.message.hasSuffix("are of an earlier escrow of this case") == true)
            #expect(try await world.recover(id, with: later) != nil)
        }
    }

    @Test("somebody who is let in later, and a removal, leave the shares good")
    func lasts() async throws {
        try await escrowed { world, id, shares in
            let deputy = try await world.fingerprint("deputy")
            let monitor = try await world.fingerprint("monitor")
            try await world.act(as: "lawyer") { try await $0.grant(deputy, .read, in: id.hex) }
            _ = try await world.act(as: "lawyer") { try await $0.remove(deputy, from: id.hex) }
            _ = try await world.act(as: "lawyer") { try await $0.remove(monitor, from: id.hex) }
            _ = try await world.give(id, to: deputy)
            #expect(try await world.recover(id, with: shares)?.epoch == 4)
        }
    }

    @Test("shares are kept before the log holds them; where that fails, nothing is sent")
    func order() async throws {
        try await escrowed { world, id, _ in
            let before = try await world.entries(of: id)
            struct Full: Error {}
            await #expect(throws: Full.self) {
                try await world.act(as: "lawyer") {
                    try await $0.escrow(id.hex, into: 3, threshold: 2) { _ in throw Full() }
                }
            }
            #expect(try await world.entries(of: id) == before)
            // Here the vault takes the statement, and the answer is lost: the shares may be good.
            let isKept = First()
            world.liar.lie { $0.target == "/v1/statements" ? $0.with(status: 503) : $0 }
            await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer", pace: .once) {
                    try await $0.escrow(id.hex, into: 3, threshold: 2) { _ in _ = isKept.take() }
                }
            }
            world.liar.repent()
            let wasLeft = isKept.take()
            #expect(!wasLeft)
            #expect(try await world.entries(of: id) == before + 1)
        }
    }

    @Test("nobody but the owner has the key shared out, or recovers")
    func ownerOnly() async throws {
        try await escrowed { world, id, shares in
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "monitor") {
                    try await $0.escrow(id.hex, into: 3, threshold: 2) { _ in
                        Issue.record("made shares")
                    }
                }
            }
            #expect(error?.code == .refused)
            let stolen = await #expect(throws: ClientError.self) {
                try await world.recover(id, with: shares, as: "monitor")
            }
            #expect(stolen?.code == .refused)
            #expect(stolen?.hint?.contains("saksi admin recover-case \(id.hex)") == true)
        }
    }

    @Test("a recovery that was cut off before the end is run again")
    func resumes() async throws {
        try await escrowed { world, id, shares in
            _ = try await world.give(id, to: try await world.fingerprint("deputy"))
            for path in ["/v1/packs/", "/v1/keyrings/", "/v1/statements"] {
                world.liar.lie { exchange in
                    exchange.method != "GET" && exchange.target.hasPrefix(path)
                        ? exchange.with(status: 503) : exchange
                }
                await #expect(throws: ClientError.self) {
                    try await world.recover(id, with: shares, pace: .once)
                }
                world.liar.repent()
            }
            #expect(try await world.recover(id, with: shares)?.epoch == 2)
            #expect(try await world.act(as: "monitor") { try await $0.list(id.hex) }.count == 1)
        }
    }
}

extension World {
    fileprivate func fingerprint(_ name: String) async throws -> Fingerprint {
        try await act(as: name) { $0.identity.person }
    }

    /// Lets a reader join who has no case.
    fileprivate func joinReader(_ name: String) async throws {
        let invitation = try await act(as: "admin") {
            try await $0.invite(role: .reader, to: nil, for: 3600).text
        }
        try await join(name, by: Invitation(parsing: invitation))
    }

    /// Three shares, of which two open a case.
    fileprivate func escrow(_ id: CaseID) async throws -> [Share] {
        var made: [Share] = []
        let result = try await act(as: "lawyer") {
            try await $0.escrow(id.hex, into: 3, threshold: 2) { made = $0 }
        }
        #expect(result.set == made.first?.set.name)
        return made
    }

    fileprivate func entries(of id: CaseID) async throws -> Int {
        try await act(as: "lawyer") { try await $0.view(of: id).entries.count }
    }

    fileprivate func give(_ id: CaseID, to owner: Fingerprint) async throws -> Decision {
        try await act(as: "admin") {
            try await $0.giveCase(id.hex, to: owner, for: 3600) {
                #expect($0.contains { $0.contains(owner.grouped) })
            }
        }
    }

    fileprivate func gathered(_ shares: some Collection<Share>) throws -> GatheredShares {
        var gathered = GatheredShares()
        for (place, share) in shares.enumerated() {
            try gathered.add(typed: share.typed, from: "paper \(place + 1)")
        }
        return gathered
    }

    fileprivate func recover(
        _ id: CaseID,
        with shares: some Collection<Share>,
        without removed: [Fingerprint] = [],
        as name: String = "deputy",
        pace: Pace = .eager,
        confirm: @escaping ([String]) throws -> Void = { _ in }
    ) async throws -> RotationResult? {
        let gathered = try gathered(shares)
        return try await act(as: name, pace: pace) {
            try await $0.recover(id.hex, with: gathered, removing: removed, confirm: confirm)
        }
    }
}

extension Share {
    fileprivate var typed: String {
        let text = text
        return unsafe text.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

extension GatheredShares {
    fileprivate mutating func add(typed: String, from source: String) throws {
        try unsafe Array(typed.utf8).withUnsafeBytes { try unsafe add($0, from: source) }
    }
}
