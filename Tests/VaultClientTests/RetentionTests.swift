// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

@Suite("Holding and erasing")
struct RetentionTests {
    /// A case with two submissions of two files each, whose receipts are kept.
    private func withCase(_ body: (World, CaseID) async throws -> Void) async throws {
        try await World.run { world in
            let id = try await world.peopled()
            for number in 1...2 {
                let files = try ["a", "b"].map { name in
                    try world.folder.write("\(name)\(number)", Array("\(name)\(number)".utf8))
                }
                _ = try await world.act(as: "activist") {
                    try await $0.submit(
                        SubmissionRequest(
                            caseName: id.hex,
                            files: files,
                            consent: [.court],
                            receipt: FilePath(world.folder.child("receipt\(number)"))
                        )
                    )
                }
            }
            try await body(world, id)
        }
    }

    @Test("what is held is not erased, by number or in the whole case, until it is let go of")
    func holds() async throws {
        try await withCase { world, id in
            for items in [["1"], []] {
                try await world.hold(items, of: id, .on, as: "lawyer")
                let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
                #expect(listed.map(\.isHeld) == [true, items.isEmpty])
                let error = await #expect(throws: ClientError.self) {
                    try await world.erase("1", of: id, as: "lawyer")
                }
                #expect(error?.code == .refused && error?.rule == .underHold)
                #expect(error?.hint?.contains("saksi hold --release") == true)
                // An administrator, who does not read the case, names what it is by its hash.
                let records = items.isEmpty ? [] : [listed[0].record]
                try await world.hold(records, of: id, .off, as: "admin")
            }
            let waiting = try await world.erase("1", of: id, as: "lawyer")
            guard case .proposed = waiting else {
                Issue.record("the owner erased alone")
                return
            }
            let item = await #expect(throws: ClientError.self) {
                try await world.hold(["1/1"], of: id, .on, as: "lawyer")
            }
            #expect(item?.hint == "name the submission: 1")
            let none = await #expect(throws: ClientError.self) {
                try await world.hold(["3"], of: id, .on, as: "lawyer")
            }
            #expect(none?.message == "there is no submission \"3\" in this case")
        }
    }

    @Test("an erasure leaves tombstones, and every proof as it was")
    func erases() async throws {
        try await withCase { world, id in
            // One item of the second submission, then all of the first.
            let steps = [("2/1", "destroys 1 of the files"), ("1", "destroys the whole")]
            for (item, effect) in steps {
                guard case .proposed(let card) = try await world.erase(item, of: id, as: "lawyer")
                else {
                    Issue.record("the owner erased alone")
                    return
                }
                #expect(card.effects[0].hasPrefix(effect))
                #expect(card.effects.contains { $0.contains("backups") })
                let proposal = try #require(Hash(hex: card.id))
                let decision = try await world.act(as: "admin") {
                    try await $0.approve(proposal).decision
                }
                guard case .logged = decision else {
                    Issue.record("the administrator's signature was not enough")
                    return
                }
            }
            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(listed.map(\.erased) == ["court-order", nil])
            #expect(listed[0].items.isEmpty && listed[0].problem == "it was erased (court-order)")
            #expect(listed[1].items.map(\.erased) == ["court-order", nil])
            for item in ["1/1", "2/1"] {
                let error = await #expect(throws: ClientError.self) {
                    try await world.act(as: "lawyer") {
                        let path = world.folder.child("opened")
                        try await $0.open(item, of: id.hex, for: "x", to: path)
                    }
                }
                #expect(error?.message.contains("erased") == true, "\(error as Any)")
            }
            let bundle = world.folder.child("bundle")
            let exported = try await world.act(as: "lawyer") {
                try await $0.export(id.hex, for: .court, to: bundle)
            }
            #expect(exported.files == 1 && exported.withheld == 0)
            #expect(exported.erased == ["1", "2, object \(listed[1].items[0].object)"])
            #expect(BundleVerifier(bundle).report().isVerified)
            // The view asks for a fresh proof of each entry, those of what was erased among them.
            let view = try await world.act(as: "lawyer") { try await $0.view(of: id) }
            let policy = TrustPolicy(logs: [.init(key: world.invitation.contact.logKey)])
            for (number, submission) in zip(1..., view.submissions) {
                let bytes = try Bytes.read(FilePath(world.folder.child("receipt\(number)")))
                let receipt = try Receipt(parsing: bytes)
                _ = try receipt.verify(by: policy, for: submission.logged.entry.signed)
            }
            let again = await #expect(throws: ClientError.self) {
                try await world.erase("1", of: id, as: "lawyer")
            }
            #expect(again?.rule == .erased)
        }
    }
}

extension World {
    fileprivate func hold(
        _ items: [String],
        of id: CaseID,
        _ state: HoldState,
        as name: String
    ) async throws {
        let decision = try await act(as: name) {
            try await $0.hold(items, of: id.hex, state, for: 3600) { effects in
                #expect(effects[0].hasPrefix(state == .on ? "keeps " : "lets go of "))
            }
        }
        guard case .logged = decision else {
            Issue.record("one signature was not enough")
            return
        }
    }

    @discardableResult
    fileprivate func erase(
        _ item: String,
        of id: CaseID,
        as name: String
    ) async throws -> Decision {
        try await act(as: name) {
            try await $0.erase(item, of: id.hex, authority: "court-order", for: 3600) { effects in
                #expect(effects.contains("on the authority given: court-order"))
            }
        }
    }
}
