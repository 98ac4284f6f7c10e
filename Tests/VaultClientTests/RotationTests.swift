// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Foundation
import Testing
import Vault

@testable import VaultClient

@Suite("New keys in the place of old ones")
struct RotationTests {
    @Test("a case's owner and a submitter go on with new keys, and open what the old ones opened")
    func members() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            try await world.submit("before", to: id)
            for name in ["lawyer", "activist"] {
                let old = try await world.act(as: name) { $0.identity.fingerprint }
                guard case .waiting(let card) = try await world.rotate(name) else {
                    Issue.record("nobody countersigned")
                    return
                }
                #expect(card.approved.isEmpty && card.needed == 1)
                // Until then the old keys are in use, and the proposal stays the same.
                guard case .waiting(let again) = try await world.rotate(name) else { return }
                #expect(again.id == card.id)
                _ = try await world.act(as: name) { try await $0.cases() }
                try await world.approve(card)
                let error = await #expect(throws: ClientError.self) {
                    _ = try await world.act(as: name) { try await $0.cases() }
                }
                #expect(error?.hint?.contains("saksi key rotate") == true, "\(error as Any)")
                guard case .done(let new) = try await world.rotate(name) else {
                    Issue.record("the new keys are not in use")
                    return
                }
                #expect(new != old)
                #expect(try await world.act(as: name) { $0.identity.person } == old)
            }
            try await world.submit("after", to: id)
            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(listed.map(\.items.count) == [1, 1] && listed.allSatisfy { $0.problem == nil })
            let bundle = world.folder.child("bundle")
            _ = try await world.act(as: "lawyer") {
                try await $0.export(id.hex, for: .court, to: bundle)
            }
            #expect(BundleVerifier(bundle).report().isVerified)
            let invited = try await world.act(as: "lawyer") {
                try await $0.invite(role: .submitter, to: id.hex, for: 60).text
            }
            try await world.join("friend", by: Invitation(parsing: invited))
        }
    }

    @Test("an administrator whose signature is enough is done at once, and may do it again")
    func administrator() async throws {
        try await World.run { world in
            try await world.join("admin", by: world.invitation)
            for _ in 1...2 {
                guard case .done(let new) = try await world.rotate("admin") else {
                    Issue.record("one signature was not enough")
                    return
                }
                #expect(try await world.act(as: "admin") { $0.identity.fingerprint } == new)
            }
            #expect(try await world.act(as: "admin") { $0.identity.past.count } == 2)
            _ = try await world.act(as: "admin") {
                try await $0.invite(role: .reader, to: nil, for: 3600)
            }
        }
    }

    @Test("a device that died between the last steps goes on with the new keys", arguments: [0, 1])
    func death(step: Int) async throws {
        try await World.run { world in
            _ = try await world.peopled()
            guard case .waiting(let card) = try await world.rotate("lawyer") else { return }
            let home = world.home("lawyer")
            let kept = try [home.identity, home.state, home.next].map {
                ($0, try #require(try DurableFile.read($0, limit: 1 << 20)))
            }
            try await world.approve(card)
            guard case .done(let new) = try await world.rotate("lawyer") else { return }
            // Before `identity.age` was replaced, or before what follows was.
            for (path, bytes) in kept.dropFirst(step) { try DurableFile.write(bytes, to: path) }
            guard case .done(let again) = try await world.rotate("lawyer") else {
                Issue.record("the device has lost its place")
                return
            }
            #expect(again == new && !home.next.exists)
            #expect(try await world.act(as: "lawyer") { $0.identity.past.count } == 1)
            _ = try await world.act(as: "lawyer") { try await $0.cases() }
        }
    }
}

extension World {
    fileprivate func approve(_ card: ProposalCard) async throws {
        let id = try #require(Hash(hex: card.id))
        _ = try await act(as: "admin") { try await $0.approve(id).decision }
    }
}
