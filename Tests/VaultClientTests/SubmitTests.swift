// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import Testing
import Vault

@testable import VaultClient

/// Submissions against a real daemon, over a line that can be cut.
@Suite(.serialized) struct SubmitTests {
    private static let segment = 4 << 20

    @Test("a submission arrives, is listed and opens to the same bytes")
    func roundTrip() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let photo = Bytes.noise(5 << 20, seed: 1)
            let files = [
                try world.folder.write("ចម្លើយ.txt", Array("ខ្ញុំបានឃើញ".utf8)),
                try world.folder.write("bằng chứng.jpg", photo),
            ]
            let done = try await world.act(as: "activist") {
                try await $0.submit(
                    SubmissionRequest(
                        caseName: id.hex,
                        testimony: files[0],
                        files: [files[1]],
                        consent: [.court, .un]
                    )
                )
            }
            #expect(done.items == 2)
            let listed = try await world.act(as: "lawyer") { try await $0.list("រឿង ១") }
            #expect(listed.map(\.record) == [done.record])
            #expect(listed[0].items.map(\.name) == ["ចម្លើយ.txt", "bằng chứng.jpg"])
            #expect(listed[0].items.map(\.isTestimony) == [true, false])
            #expect(listed[0].consent == ["court", "un"])
            let output = world.folder.child("opened")
            try await world.act(as: "lawyer") {
                try await $0.open("1/2", of: "រឿង ១", for: "legal-review", to: output)
            }
            #expect(try Bytes.read(FilePath(output)) == photo)
        }
    }

    @Test("goes on each time the line is cut among its segments, and sends little twice")
    func cutAgainAndAgain() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let content = Bytes.noise(6 * Self.segment + 12345, seed: 2)
            let file = try world.folder.write("film.mp4", content)
            let request = SubmissionRequest(caseName: id.hex, files: [file])
            let before = world.line.relayed
            var cuts = 0
            var done: SubmissionResult?
            while done == nil, cuts < 20 {
                // All six in flight share the line, and at least one of them gets through.
                world.line.allow(6 * Self.segment)
                done = try? await world.act(as: "activist", pace: .once) {
                    try await $0.submit(request)
                }
                cuts += done == nil ? 1 : 0
            }
            world.line.allow(nil)
            #expect(done?.items == 1)
            #expect(cuts >= 1)
            // Each cut may cost what was in flight, as far as the line let it out.
            let sent = world.line.relayed - before
            #expect(sent < content.count * 9 / 8 + cuts * 6 * Self.segment)
            try await expectOpens(content, in: world)
        }
    }

    @Test("a statement that was posted before the line was cut gets the same receipt")
    func cutBeforeTheReceipt() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let file = try world.folder.write("note.txt", Array("seen".utf8))
            let request = SubmissionRequest(caseName: id.hex, files: [file])
            // Cut ever later, so that one cut falls on each request of the submission.
            var cuts = 0
            var done: SubmissionResult?
            while done == nil, cuts < 200 {
                world.line.allow(2000 + cuts * 500)
                done = try? await world.act(as: "activist", pace: .once) {
                    try await $0.submit(request)
                }
                cuts += 1
            }
            world.line.allow(nil)
            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(listed.map(\.record) == [try #require(done).record])
        }
    }

    @Test("after the receipt nothing in the home opens the evidence")
    func nothingIsLeft() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let secret = Array("the monk of the pagoda by the river".utf8)
            let file = try world.folder.write("a very telling name.txt", secret)
            _ = try await world.act(as: "activist") {
                try await $0.submit(SubmissionRequest(caseName: id.hex, files: [file]))
            }
            let home = world.home("activist")
            #expect(
                DurableFile.names(in: home.folder) == [
                    "export-key.age", "identity.age", "lock", "outbox", "vault.age",
                ]
            )
            #expect(DurableFile.names(in: home.outbox).isEmpty)
            // With the passphrase: neither the state nor the identity knows the submission.
            let identity = try DeviceIdentity.read(
                from: home,
                passphrase: World.passphrase("activist")
            )
            let state = try #require(try DeviceState.read(from: home, with: identity))
            let remembered = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
            #expect(!remembered.contains("telling"))
            #expect(!remembered.contains(Hash(hashing: secret).hex))
            await #expect(throws: (any Error).self) {
                try await world.act(as: "activist") {
                    try await $0.open("1/1", of: id.hex, for: "x", to: world.folder.child("o"))
                }
            }
        }
    }

    @Test("the outbox shows neither names nor content without the identity")
    func outboxIsSealed() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let content = Bytes.noise(2 * Self.segment, seed: 3)
            let file = try world.folder.write("telling.bin", content)
            world.line.allow(Self.segment)
            await #expect(throws: ClientError.self) {
                try await world.act(as: "activist", pace: .once) {
                    try await $0.submit(SubmissionRequest(caseName: id.hex, files: [file]))
                }
            }
            let home = world.home("activist")
            let job = try #require(DurableFile.names(in: home.outbox).first)
            let folder = home.outbox.appending(job)
            #expect(DurableFile.names(in: folder) == ["journal", "key.age", "lock"])
            for name in DurableFile.names(in: folder) {
                let bytes = try Bytes.read(folder.appending(name))
                for needle in ["telling", id.hex, Hash(hashing: content).hex] {
                    #expect(!bytes.contains(Array(needle.utf8)))
                }
                #expect(folder.appending(name).mode == 0o600)
            }
            #expect(home.folder.mode == 0o700)
            #expect(folder.mode == 0o700)
        }
    }

    @Test("refuses a sparse file of 100 GB at once")
    func sparse() async throws {
        try await World.run(quota: 64 << 30) { world in
            let id = try await world.peopled()
            let file = try world.folder.write("sparse", [])
            #expect(unsafe truncate(file.text, 100_000_000_000) == 0)
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "activist") {
                    try await $0.submit(SubmissionRequest(caseName: id.hex, files: [file]))
                }
            }
            #expect(error?.code == .refused)
            #expect(error?.message.hasPrefix("too much for this device's quota") == true)
            #expect(DurableFile.names(in: world.home("activist").outbox).isEmpty)
        }
    }

    @Test("names every file that cannot be submitted, and sends nothing")
    func unreadable() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let good = try world.folder.write("good", [1])
            let missing = FilePath(world.folder.child("missing"))
            let folder = FilePath(world.folder.path)
            let before = world.line.relayed
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "activist") {
                    try await $0.submit(
                        SubmissionRequest(caseName: id.hex, files: [good, missing, folder, good])
                    )
                }
            }
            let message = try #require(error?.message)
            #expect(message.contains("missing") && message.contains("a folder"))
            #expect(message.contains("named twice"))
            #expect(world.line.relayed == before)
        }
    }

    @Test("takes an empty file and a name that is no text")
    func oddFiles() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let empty = try world.folder.write("empty", [])
            let raw = Array(world.folder.path.utf8) + Array("/".utf8) + [0xff, 0xfe, 0x1b]
            let odd = try #require(FilePath(bytes: raw))
            try DurableFile.write([7], to: odd)
            _ = try await world.act(as: "activist") {
                try await $0.submit(SubmissionRequest(caseName: id.hex, files: [empty, odd]))
            }
            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(listed[0].items.map(\.size) == [0, 1])
            let output = world.folder.child("opened")
            try await world.act(as: "lawyer") {
                try await $0.open("1/1", of: id.hex, for: "check", to: output)
            }
            #expect(try Bytes.read(FilePath(output)) == [])
        }
    }

    @Test("a file that changed before it was resumed is refused, and nothing is submitted")
    func changedBetween() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let file = try world.folder.write("log", Bytes.noise(3 * Self.segment, seed: 4))
            let request = SubmissionRequest(caseName: id.hex, files: [file])
            world.line.allow(Self.segment * 3 / 2)
            await #expect(throws: ClientError.self) {
                try await world.act(as: "activist", pace: .once) { try await $0.submit(request) }
            }
            world.line.allow(nil)
            try world.folder.write("log", Bytes.noise(3 * Self.segment, seed: 5))
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "activist") { try await $0.submit(request) }
            }
            #expect(error?.message.contains("changed while it was being submitted") == true)
            let unfinished = try await world.act(as: "activist") { $0.unfinished() }
            let job = try #require(unfinished.first)
            try await world.act(as: "activist") { try $0.discard(job.id) }
            #expect(DurableFile.names(in: world.home("activist").outbox).isEmpty)
            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(listed.isEmpty)
        }
    }

    @Test("many small files go in, several at once")
    func manySmallFiles() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let files = try (0..<300).map {
                try world.folder.write("part-\($0)", Array("part \($0)".utf8))
            }
            let before = world.liar.count
            let done = try await world.act(as: "activist") {
                try await $0.submit(SubmissionRequest(caseName: id.hex, files: files))
            }
            #expect(done.items == 300)
            // A segment and an envelope each, and a few for the case, the quota and the statement.
            #expect(world.liar.count - before < 2 * 300 + 20)
        }
    }

    @Test("two processes do not send one submission at once")
    func twoProcesses() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let file = try world.folder.write("film", Bytes.noise(2 * Self.segment, seed: 6))
            let request = SubmissionRequest(caseName: id.hex, files: [file])
            world.line.allow(Self.segment)
            await #expect(throws: ClientError.self) {
                try await world.act(as: "activist", pace: .once) { try await $0.submit(request) }
            }
            world.line.allow(nil)
            let identity = try DeviceIdentity.read(
                from: world.home("activist"),
                passphrase: World.passphrase("activist")
            )
            let outbox = Outbox(home: world.home("activist"), identity: identity)
            let job = try #require(outbox.ids.first)
            let held = try #require(try await outbox.open(job))
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "activist") { try await $0.submit(request) }
            }
            #expect(error?.message == "another process is sending this submission (\(held.id))")
            withExtendedLifetime(held) {}
        }
    }

    private func expectOpens(_ content: [UInt8], in world: World) async throws {
        let output = world.folder.child("opened")
        try await world.act(as: "lawyer") {
            try await $0.open("1/1", of: "រឿង ១", for: "legal-review", to: output)
        }
        #expect(try Bytes.read(FilePath(output)) == content)
    }
}
