// SPDX-License-Identifier: Apache-2.0

import Age
import Evidence
import Foundation
import Secrets
import Testimony
import Testing
import Vault

@testable import VaultClient

@Suite("Reading a case")
struct ReadingTests {
    @Test("goes on where somebody submitted what nobody can open, and says so")
    func unopenable() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            try await submitForNobody(to: id, in: world)
            let file = try world.folder.write("ចម្លើយ.txt", Array("ខ្ញុំបានឃើញ".utf8))
            _ = try await world.act(as: "activist") {
                try await $0.submit(
                    SubmissionRequest(caseName: id.hex, files: [file], consent: [.court])
                )
            }

            let listed = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            #expect(listed.map(\.items.count) == [0, 1])
            #expect(listed[0].problem != nil)
            #expect(listed[1].problem == nil)

            let bundle = world.folder.child("bundle")
            let exported = try await world.act(as: "lawyer") {
                try await $0.export(id.hex, for: .court, to: bundle)
            }
            #expect(exported.unopenable == [1])
            #expect(exported.files == 1)
            #expect(BundleVerifier(bundle).report().isVerified)
        }
    }

    @Test("opens nothing to a device or a pipe, and logs no access for it")
    func streams() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let file = try world.folder.write("note.txt", Array("seen".utf8))
            _ = try await world.act(as: "activist") {
                try await $0.submit(SubmissionRequest(caseName: id.hex, files: [file]))
            }
            let entries = try await world.act(as: "lawyer") { try await $0.catchUp().size }
            let pipe = world.folder.child("pipe")
            #expect(unsafe mkfifo(pipe, 0o600) == 0)
            for path in ["/dev/null", pipe] {
                let error = await #expect(throws: ClientError.self) {
                    try await world.act(as: "lawyer") {
                        try await $0.open("1/1", of: id.hex, for: "x", to: path, replacing: true)
                    }
                }
                #expect(error?.message.contains("is no file") == true)
            }
            #expect(try await world.act(as: "lawyer") { try await $0.catchUp().size } == entries)
        }
    }

    @Test("exports the submissions that were named, and none where one of them is not there")
    func chosen() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            for number in 1...2 {
                let file = try world.folder.write("\(number)", [UInt8(number)])
                _ = try await world.act(as: "activist") {
                    try await $0.submit(
                        SubmissionRequest(caseName: id.hex, files: [file], consent: [.un])
                    )
                }
            }
            let bundle = world.folder.child("bundle")
            await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") {
                    try await $0.export(
                        id.hex,
                        for: .un,
                        to: bundle,
                        selection: .submissions([2, 3])
                    )
                }
            }
            await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") {
                    try await $0.export(id.hex, for: .court, to: bundle)
                }
            }
            let exported = try await world.act(as: "lawyer") {
                try await $0.export(id.hex, for: .un, to: bundle, selection: .submissions([2]))
            }
            #expect(exported.submissions == 1)
            #expect(exported.withheld == 0)
        }
    }

    @Test("exports to nobody whom the sealed record of the consent does not name")
    func sealedConsent() async throws {
        let text = """
            form: saksi/v1 consent
            date: 2026-01-05
            language: vi
            manner: oral
            explained: {by: I01, intended-uses: yes, right-to-withdraw: yes, limits: yes}
            persons:
              - {pseudonym: V01, given-through: self, allows: [{class: court}]}

            """
        let record = try ConsentRecord(parsing: Array(text.utf8))
        let facts = Dictionary(uniqueKeysWithValues: record.leaves.map { ($0.path, $0.text) })
        try await World.run { world in
            let id = try await world.peopled()
            let file = try world.folder.write("note.txt", Array("seen".utf8))
            // A program that says more than people said.
            let request = SubmissionRequest(
                caseName: id.hex,
                files: [file],
                consent: [.court, .media],
                consentFacts: facts
            )
            _ = try await world.act(as: "activist") { try await $0.submit(request) }
            let bundle = world.folder.child("bundle")
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") {
                    try await $0.export(id.hex, for: .media, to: bundle)
                }
            }
            #expect(error?.message.contains("V01 did not allow") == true)
            #expect(!FileManager.default.fileExists(atPath: bundle))
            let exported = try await world.act(as: "lawyer") {
                try await $0.export(id.hex, for: .court, to: bundle)
            }
            #expect(exported.files == 1)
        }
    }

    /// Submits something that is sealed to a key which nobody has.
    private func submitForNobody(to id: CaseID, in world: World) async throws {
        let file = try world.folder.write("nothing", [0])
        _ = try await world.act(as: "activist") { session in
            let view = try await session.view(of: id)
            var plan = SubmissionPlan(
                caseID: id.hex,
                created: UTCTime(seconds: 0).text,
                consent: [ConsentClass.court.rawValue],
                items: try PlannedItem.inspect([(file, .file)])
            )
            plan.epoch = view.epoch
            plan.recipient = HybridIdentity(random: SystemEntropy()).recipient.text
            plan.owner = try #require(view.owner).hex
            let outbox = Outbox(home: session.home, identity: session.identity)
            _ = try await outbox.start(plan)
            return try await session.resume(try #require(outbox.ids.first))
        }
    }
}
