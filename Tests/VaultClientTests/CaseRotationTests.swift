// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
import Foundation
import Testing
import Vault

@testable import VaultClient

@Suite("Changing a case's key")
struct CaseRotationTests {
    @Test("every reader opens everything with the next key, and exports verify")
    func rotates() async throws {
        try await World.withReadCase { world, id, _ in
            for epoch in 2...3 as ClosedRange<UInt64> {
                let result = try await world.act(as: "lawyer") {
                    try await $0.rotate(id.hex, reason: .planned)
                }
                #expect(result.epoch == epoch)
                #expect(result.objects == Int(epoch) * 2)
                #expect(result.lost == [])
                for name in ["lawyer", "monitor"] {
                    #expect(try await world.read("1/1", of: id, as: name) == "file 1")
                    #expect(try await world.read("2/1", of: id, as: name) == "file 2")
                }
                try await world.submit("file \(epoch + 1)", to: id)
            }
            let bundle = world.folder.child("bundle")
            _ = try await world.act(as: "lawyer") {
                try await $0.export(id.hex, for: .court, to: bundle)
            }
            #expect(BundleVerifier(bundle).report().isVerified)
        }
    }

    @Test("a reader who was removed lists and opens nothing, and the others everything")
    func removes() async throws {
        try await World.withReadCase { world, id, monitor in
            _ = try await world.act(as: "lawyer") { try await $0.remove(monitor, from: id.hex) }
            try await world.submit("file 3", to: id)
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "monitor") { try await $0.list(id.hex) }
            }
            #expect(error?.code == .refused)
            #expect(try await world.read("1/1", of: id, as: "lawyer") == "file 1")
            #expect(try await world.read("3/1", of: id, as: "lawyer") == "file 3")
        }
    }

    @Test("nobody but the owner changes the key")
    func ownerOnly() async throws {
        try await World.withReadCase { world, id, _ in
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "monitor") {
                    try await $0.rotate(id.hex, reason: .planned)
                }
            }
            #expect(error?.code == .refused)
        }
    }

    @Test("a submission that comes in between is taken over, too")
    func submittedMeanwhile() async throws {
        try await World.withReadCase { world, id, _ in
            world.liar.lie { exchange in
                exchange.target.hasPrefix("/v1/packs/") ? exchange.with(status: 503) : exchange
            }
            // While the owner's device waits to send the pack again, somebody submits.
            let pace = Pace(attempts: 2) { _ in
                world.liar.repent()
                try await world.submit("file 3", to: id)
            }
            let result = try await world.act(as: "lawyer", pace: pace) {
                try await $0.rotate(id.hex, reason: .planned)
            }
            #expect(result.objects == 6)
            #expect(try await world.read("3/1", of: id, as: "monitor") == "file 3")
        }
    }

    @Test("what was sealed before the key changed is submitted to the next, its payload sent once")
    func sealsAnew() async throws {
        try await World.withReadCase { world, id, _ in
            let file = try world.folder.write("film", [UInt8](repeating: 7, count: 5 << 20))
            let request = SubmissionRequest(caseName: id.hex, files: [file])
            world.liar.lie { exchange in
                exchange.target == "/checkpoint" ? exchange.with(status: 503) : exchange
            }
            await #expect(throws: ClientError.self) {
                try await world.act(as: "activist", pace: .once) { try await $0.submit(request) }
            }
            world.liar.repent()
            let sent = world.liar.puts(of: "/v1/segments/")
            _ = try await world.act(as: "lawyer") { try await $0.rotate(id.hex, reason: .planned) }
            _ = try await world.act(as: "activist") { try await $0.submit(request) }
            let again = world.liar.puts(of: "/v1/segments/").dropFirst(sent.count)
            // That of the manifest, which names the new epoch.
            #expect(again.count == 1)
            #expect(try await world.read("3/1", of: id, as: "monitor").utf8.count == 5 << 20)
        }
    }

    @Test("a submission whose receipt was lost gets it, also when the key changed since")
    func lostReceipt() async throws {
        try await World.withReadCase { world, id, _ in
            let file = try world.folder.write("note", Array("seen".utf8))
            let request = SubmissionRequest(caseName: id.hex, files: [file])
            world.liar.lie { exchange in
                exchange.target == "/v1/statements" ? exchange.with(status: 503) : exchange
            }
            await #expect(throws: ClientError.self) {
                try await world.act(as: "activist", pace: .once) { try await $0.submit(request) }
            }
            world.liar.repent()
            _ = try await world.act(as: "lawyer") { try await $0.rotate(id.hex, reason: .planned) }
            _ = try await world.act(as: "activist") { try await $0.submit(request) }
            #expect(try await world.act(as: "lawyer") { try await $0.list(id.hex) }.count == 3)
            #expect(try await world.read("3/1", of: id, as: "monitor") == "seen")
        }
    }

    @Test("an item that was erased is neither opened nor exported, and the others are")
    func erasesItem() async throws {
        try await World.withReadCase { world, id, _ in
            let files = try ["one", "two"].map { try world.folder.write($0, Array($0.utf8)) }
            _ = try await world.act(as: "activist") {
                try await $0.submit(
                    SubmissionRequest(caseName: id.hex, files: files, consent: [.un])
                )
            }
            try await world.act(as: "lawyer") { session in
                let reading = try await CaseReading.begin(session, id)
                let submission = try #require(reading.view.submission(3))
                let record = submission.submit.record
                let access = try await reading.access(.manifest, for: "x", records: [record])
                let opened = try await reading.opened(submission, access)
                let object = try #require(opened.manifest.items.first?.object)
                let erase = Erase(
                    expires: UTCTime(seconds: VaultClock.deviceTime + 3600),
                    caseID: id,
                    record: record,
                    objects: [object],
                    authority: "court-order"
                )
                let admin = try await world.act(as: "admin") { admin in
                    try await admin.post(try await admin.sign(.erase(erase)))
                }
                #expect(admin.statement.act.name == .erase)
            }
            let error = await #expect(throws: ClientError.self) {
                try await world.read("3/1", of: id, as: "lawyer")
            }
            #expect(error?.message.contains("was erased") == true)
            #expect(try await world.read("3/2", of: id, as: "monitor") == "two")
            let bundle = world.folder.child("bundle")
            let exported = try await world.act(as: "lawyer") {
                try await $0.export(id.hex, for: .un, to: bundle)
            }
            #expect(exported.files == 1)
            #expect(BundleVerifier(bundle).report().isVerified)
        }
    }
}
