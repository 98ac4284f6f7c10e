// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Foundation
import Sealing
import Synchronization
import Testing
import Vault

@testable import VaultClient

@Suite("The keys that a case is sealed to")
struct PersonKeysTests {
    /// A case with a second reader, `monitor`.
    private func withReader(_ body: (World, CaseID, Fingerprint) async throws -> Void) async throws
    {
        try await World.run { world in
            let id = try await world.peopled()
            let monitor = try await world.reader("monitor")
            try await world.act(as: "lawyer") { try await $0.grant(monitor, .read, in: id.hex) }
            try await body(world, id, monitor)
        }
    }

    @Test("a reader's new key opens the next keyring, and the one that ended does not")
    func newKey() async throws {
        try await withReader { world, id, monitor in
            try await world.rotated("monitor")
            let keys = try await world.act(as: "monitor") { $0.identity.openers }
            #expect(try await world.keyring(of: id).isOpened(by: keys) == [false, true])
            try await world.act(as: "lawyer") { try await $0.grant(monitor, .read, in: id.hex) }
            #expect(try await world.keyring(of: id).isOpened(by: keys) == [true, false])
            _ = try await world.act(as: "lawyer") { try await $0.rotate(id.hex, reason: .planned) }
            #expect(try await world.keyring(of: id).isOpened(by: keys) == [true, false])
            _ = try await world.act(as: "monitor") { try await $0.list(id.hex) }
        }
    }

    @Test("the keyring of a case that is opened after a rotation is sealed to the new key only")
    func ownNewKey() async throws {
        try await withReader { world, _, _ in
            try await world.rotated("lawyer")
            let id = try await world.act(as: "lawyer") { try await $0.openCase(named: "next") }
            let keys = try await world.act(as: "lawyer") { $0.identity.openers }
            #expect(try await world.keyring(of: id).isOpened(by: keys) == [true, false])
        }
    }

    @Test("a revoked reader's key opens no later keyring, also where nobody removed the reader")
    func revoked() async throws {
        try await withReader { world, id, monitor in
            let keys = try await world.act(as: "monitor") { $0.identity.openers }
            _ = try await world.act(as: "admin") {
                try await $0.revoke(monitor, keys: [], reason: .lost, for: 60)
            }
            _ = try await world.act(as: "lawyer") {
                try await $0.rotate(id.hex, reason: .compromise)
            }
            #expect(try await world.keyring(of: id).isOpened(by: keys) == [false])
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") { try await $0.grant(monitor, .read, in: id.hex) }
            }
            #expect(error?.code == .refused && error?.message.contains("has ended") == true)
        }
    }

    @Test("a vault that shows another person's entries, or none, is found out")
    func exchanged() async throws {
        try await withReader { world, id, monitor in
            let lawyer = try await world.act(as: "lawyer") { $0.identity.person }
            let others = Mutex("")
            world.liar.lie { exchange in
                if exchange.target.contains("\(lawyer.hex)/entries") {
                    others.withLock { $0 = exchange.text }
                }
                guard exchange.target.contains("\(monitor.hex)/entries") else { return exchange }
                return exchange.with(status: 200, others.withLock { $0 })
            }
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") { try await $0.rotate(id.hex, reason: .planned) }
            }
            #expect(error?.code == .untrusted)
        }
    }
}

extension World {
    /// Puts new keys in the place of a person's, with an administrator's signature.
    func rotated(_ name: String) async throws {
        guard case .waiting(let card) = try await rotate(name) else { return }
        let id = try #require(Hash(hex: card.id))
        _ = try await act(as: "admin") { try await $0.approve(id) }
        guard case .done = try await rotate(name) else {
            Issue.record("the new keys are not in use")
            return
        }
    }

    /// Lets somebody join as a reader.
    func reader(_ name: String) async throws -> Fingerprint {
        let invitation = try await act(as: "admin") {
            try await $0.invite(role: .reader, to: nil, for: 3600).text
        }
        try await join(name, by: Invitation(parsing: invitation))
        return try await act(as: name) { $0.identity.fingerprint }
    }

    /// The current keyring of a case, as the vault gives it to its owner.
    func keyring(of id: CaseID) async throws -> [UInt8] {
        try await act(as: "lawyer") { session in
            let question = Request(
                path: "/v1/keyrings/\(id.hex)/current",
                limit: Keyring.maximumSize
            )
            return try await session.connection.send(question, as: session.signer).bytes
        }
    }
}

extension [UInt8] {
    /// For each key, whether it alone opens this keyring.
    func isOpened(by keys: [HybridIdentity]) -> [Bool] {
        keys.map { (try? Keyring(opening: self, with: [$0])) != nil }
    }
}
