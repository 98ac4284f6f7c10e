// SPDX-License-Identifier: Apache-2.0

import Testing
import Vault

@testable import VaultClient

/// What people see of their own submissions.
@Suite(.serialized) struct StatusTests {
    private func submit(_ name: String, in world: World, _ id: CaseID) async throws {
        let file = try world.folder.write("\(name).txt", Array("seen by \(name)".utf8))
        _ = try await world.act(as: name) {
            try await $0.submit(SubmissionRequest(caseName: id.hex, files: [file]))
        }
    }

    @Test("shows own submissions, and what was done with them to who reads the case only")
    func own() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            for name in ["activist", "lawyer"] { try await submit(name, in: world, id) }
            _ = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            let lawyer = try #require(
                try await world.act(as: "lawyer") { try await $0.status() }.first
            )
            #expect(lawyer.id == id.hex && lawyer.right == "own" && lawyer.showsAccesses)
            #expect(lawyer.submissions.count == 1)
            #expect(lawyer.submissions.first?.acts.map(\.act) == ["access"])
            #expect(lawyer.submissions.first?.acts.map(\.purpose) == ["list, manifest"])
            let activist = try #require(
                try await world.act(as: "activist") { try await $0.status() }.first
            )
            #expect(activist.right == "submit" && !activist.showsAccesses)
            #expect(activist.submissions.count == 1)
            #expect(activist.submissions.first?.acts.isEmpty == true)
            #expect(activist.submissions.first?.record != lawyer.submissions.first?.record)
            #expect(try await world.act(as: "admin") { try await $0.status() }.isEmpty)
        }
    }
}
