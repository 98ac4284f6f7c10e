// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import Vault
import VaultServer

@testable import VaultClient

@Suite("The vault's TLS key changes")
struct TLSKeyTests {
    @Test("a device follows the TLS key along the policy, and refuses one that no policy names")
    func follows() async throws {
        try await World.run(tls: true) { world in
            _ = try await world.peopled()
            try await world.restart { try world.copyData(to: "before") }
            let keys = try await world.announceKey()
            _ = try await world.act(as: "lawyer") { try await $0.cases() }
            #expect(try await world.pins(of: "lawyer") == [keys.current, keys.next].sorted())

            try await world.changeOver()
            _ = try await world.act(as: "lawyer") { try await $0.cases() }
            try await world.drop(keys.current)
            _ = try await world.act(as: "lawyer") { try await $0.cases() }
            #expect(try await world.pins(of: "lawyer") == [keys.next])

            try await world.restart(from: "before")
            let error = await #expect(throws: ClientError.self) {
                _ = try await world.act(as: "lawyer") { try await $0.cases() }
            }
            #expect(error?.code == .untrusted)
            let words = "got \(keys.current), want \(keys.next)"
            #expect(error?.message.contains(words) == true, "\(error as Any)")
        }
    }

    @Test("a device that only lists a case that it knows follows the TLS key, too")
    func followsByListing() async throws {
        try await World.run(tls: true) { world in
            let id = try await world.peopled()
            _ = try await world.act(as: "lawyer") { try await $0.view(of: id) }
            let keys = try await world.announceKey()
            _ = try await world.act(as: "lawyer") { try await $0.view(of: id) }
            #expect(try await world.pins(of: "lawyer") == [keys.current, keys.next].sorted())
        }
    }

    @Test("a device that missed the change reaches the vault only by a key that a person told it")
    func missed() async throws {
        try await World.run(tls: true) { world in
            _ = try await world.peopled()
            let keys = try await world.announceKey()
            try await world.changeOver()
            try await world.drop(keys.current)
            let error = await #expect(throws: ClientError.self) {
                _ = try await world.act(as: "activist") { try await $0.catchUp() }
            }
            #expect(error?.code == .untrusted)
            #expect(error?.hint?.contains("`saksi trust tls`") == true, "\(error as Any)")

            // A key that the vault does not show is not taken, and one that it shows is.
            let wrong = await #expect(throws: ClientError.self) {
                _ = try await world.act(as: "activist") {
                    try await $0.trustTLSKey(Hash(hashing: [1]))
                }
            }
            #expect(wrong?.code == .untrusted)
            #expect(try await world.pins(of: "activist") == [keys.current])
            let told = try await world.act(as: "activist") { try await $0.trustTLSKey(keys.next) }
            #expect(told == [keys.next])
            _ = try await world.act(as: "activist") { try await $0.cases() }
        }
    }

    @Test("a key that a person told is not kept where the vault's policy does not name it")
    func unnamed() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            let before = try await world.pins(of: "activist")
            let error = await #expect(throws: ClientError.self) {
                _ = try await world.act(as: "activist") {
                    try await $0.trustTLSKey(Hash(hashing: [1]))
                }
            }
            #expect(error?.code == .untrusted)
            #expect(error?.message.contains("policy does not name") == true, "\(error as Any)")
            #expect(try await world.pins(of: "activist") == before)
        }
    }

    @Test("an invitation made while the key changes is good before and after")
    func invitation() async throws {
        try await World.run(tls: true) { world in
            _ = try await world.peopled()
            let keys = try await world.announceKey()
            let texts = try await world.act(as: "admin") { session in
                var texts: [String] = []
                for _ in 0..<2 {
                    texts.append(try await session.invite(role: .reader, to: nil, for: 3600).text)
                }
                return texts
            }
            let invitations = try texts.map { try Invitation(parsing: $0) }
            #expect(invitations[0].contact.tlsKeys == [keys.current, keys.next].sorted())
            try await world.join("early", by: invitations[0])
            try await world.changeOver()
            try await world.drop(keys.current)
            try await world.join("late", by: invitations[1])
            _ = try await world.act(as: "late") { try await $0.cases() }
            #expect(try await world.pins(of: "late") == [keys.next])
            let after = try await world.act(as: "admin") {
                try await $0.invite(role: .reader, to: nil, for: 3600).text
            }
            #expect(try Invitation(parsing: after).contact.tlsKeys == [keys.next])
        }
    }

    @Test(
        "the key that the vault shows cannot be dropped, and a vault that shows such a one is found out"
    )
    func dropped() async throws {
        try await World.run(tls: true) { world in
            _ = try await world.peopled()
            let keys = try await world.announceKey()
            let refused = await #expect(throws: ClientError.self) {
                try await world.drop(keys.current)
            }
            #expect(refused?.code == .failed)
            #expect(refused?.hint?.contains("--switch") == true, "\(refused as Any)")

            // With another program, administrators can.
            let own = await #expect(throws: ClientError.self) {
                try await world.dropRegardless(keys.current)
            }
            #expect(own?.code == .untrusted)
            let error = await #expect(throws: ClientError.self) {
                _ = try await world.act(as: "lawyer") { try await $0.cases() }
            }
            #expect(error?.code == .untrusted)
            let words = "showed a TLS key that its policy does not name: got \(keys.current)"
            #expect(error?.message.contains(words) == true, "\(error as Any)")
            try await world.changeOver()
            _ = try await world.act(as: "lawyer") { try await $0.cases() }
        }
    }

    @Test("a device from when there was one key reads it, and one with two keys reads both")
    func encoding() throws {
        let (one, two) = (Hash(hashing: [1]), Hash(hashing: [2]))
        for keys in [[one], [one, two]] {
            let encoded = try JSONEncoder().encode(TLSKeys(keys))
            #expect(try JSONDecoder().decode(TLSKeys.self, from: encoded).hashes == keys)
        }
        let single = try JSONEncoder().encode(TLSKeys([one]))
        #expect(String(decoding: single, as: UTF8.self) == "\"\(one.hex)\"")
        for bad in ["[]", "\"12\"", "[\"\(one.hex)\",\"12\"]", "7"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(TLSKeys.self, from: Data(bad.utf8))
            }
        }
    }
}
