// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOHTTP1
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

/// Times that are not, and witnesses who did not sign.
extension MaliciousDaemonTests {
    // MARK: Time

    @Test("accepts an entry before the one above it")
    func backwards() async throws {
        try await World.besieged { world, id in
            let access = try await world.access(to: id)
            let log = try LawlessLog(of: world)
            log.add(
                try await world.signed(access, by: "monitor"),
                at: UTCTime(seconds: 1_700_000_040),
                shownAt: "/v1/cases/\(id.hex)/entries"
            )
            log.show(in: world)
            let words = "entry \(log.size - 1) was accepted before entry"
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
            try await world.refuses(Deed.ofReader, as: "monitor", in: id, words)
            let report = try await world.act(as: "admin") { try await $0.audit(fully: false) }
            #expect(report.violations.map(\.rule) == ["clock-backwards"])
        }
    }

    @Test("accepts entries years ahead: no device can tell, a watch with a clock does")
    func ahead() async throws {
        try await World.besieged { world, id in
            let access = try await world.access(to: id)
            let log = try LawlessLog(of: world)
            log.add(
                try await world.signed(access, by: "monitor"),
                at: UTCTime(seconds: 4_000_000_020),
                shownAt: "/v1/cases/\(id.hex)/entries"
            )
            log.show(in: world)
            try await world.perform(.status, as: "lawyer", in: id)
            try await world.act(as: "admin") { session in
                var watch = session.watch()
                let alarms = try await watch.look()
                #expect(alarms.map(\.kind) == [.time])
                #expect(alarms.first?.message.contains("2096-10-02T07:07:00Z") == true)
            }
        }
    }

    @Test("says for ever that this device's clock is wrong, or sets it years ahead")
    func clock() async throws {
        try await World.besieged { world, id in
            world.liar.lie { exchange in
                guard exchange.target == "/v1/cases" else { return exchange }
                var answer = exchange.with(status: 401, #"{"type":"urn:saksi:problem:clock"}"#)
                answer.headers.replaceOrAdd(name: "date", value: "Tue, 02 Oct 2096 07:07:00 GMT")
                return answer
            }
            let asked = world.liar.count(of: "/v1/cases")
            try await world.refuses(
                [.status],
                as: "lawyer",
                in: id,
                "the vault refused: ",
                code: .refused
            )
            #expect(world.liar.count(of: "/v1/cases") == asked + 3)
            // What is signed to stay has this device's time, whatever the vault says.
            let before = VaultClock.deviceTime
            let statement = try await world.act(as: "lawyer", pace: .once) { session in
                _ = try? await session.cases()
                let own = session.identity.fingerprint
                let grant = CaseGrant(caseID: id, member: own, right: .submit)
                return try await session.sign(.caseGrant(grant))
            }
            #expect((before...before + 600).contains(statement.statement.time.seconds))
        }
    }

    // MARK: Witnesses

    @Test("shows a cosignature that a known witness did not make, or one by somebody unknown")
    func forgedCosignature() async throws {
        try await World.besieged { world, id in
            let witness = try CosignatureSigner(
                name: "witness.test",
                seed: [UInt8](repeating: 1, count: 32)
            )
            let stranger = try CosignatureSigner(
                name: "stranger.test",
                seed: [UInt8](repeating: 2, count: 32)
            )
            let known = [TrustPolicy.Witness(key: witness.verifierKey)]
            func cosigning(
                _ line: @escaping @Sendable (Checkpoint) throws -> NoteSignature
            ) -> @Sendable (LyingVault.Exchange) -> LyingVault.Exchange {
                { exchange in
                    guard exchange.path == "/v1/checkpoints",
                        var page = try? JSONDecoder().decode(
                            CheckpointPage.self,
                            from: Data(exchange.bytes)
                        )
                    else { return exchange }
                    page.checkpoints = page.checkpoints.map { text in
                        guard let note = try? SignedNote(parsing: Array(text.utf8)),
                            let more = try? note.adding([line(Checkpoint(parsing: note.text))])
                        else { return text }
                        return String(decoding: more.bytes, as: UTF8.self)
                    }
                    return (try? exchange.with(bytes: Array(JSONEncoder().encode(page))))
                        ?? exchange
                }
            }
            world.liar.lie(cosigning { try stranger.signature(over: $0, time: 1_800_000_000) })
            try await world.act(as: "admin") { session in
                let report = try await session.audit(fully: true, witnesses: known)
                #expect(report.isClean && report.checkpoints > 0 && report.cosignatures == 0)
                var watch = session.watch(witnesses: known)
                #expect(try await watch.look().map(\.kind) == [.witness])
            }
            world.liar.lie(
                cosigning { checkpoint in
                    let other = try Checkpoint(
                        origin: checkpoint.origin,
                        size: checkpoint.size + 1,
                        root: checkpoint.root
                    )
                    return try witness.signature(over: other, time: 1_800_000_000)
                }
            )
            try await expectRefusal("audit", "is not to be believed") {
                _ = try await world.act(as: "admin") {
                    try await $0.audit(fully: true, witnesses: known)
                }
            }
        }
    }
}

private struct CheckpointPage: Codable {
    var checkpoints: [String]
    var next: UInt64?
}
