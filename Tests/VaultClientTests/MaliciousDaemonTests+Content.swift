// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import NIOCore
import NIOHTTP1
import Testing
import Vault

@testable import VaultClient

/// Ciphertext, keyrings and answers that are not what was asked for.
extension MaliciousDaemonTests {
    // MARK: Keyrings

    @Test("gives the keyring from before the case's key changed, or that of another case")
    func otherKeyring() async throws {
        try await World.besieged { world, id in
            let other = try await world.act(as: "lawyer") { try await $0.openCase(named: "other") }
            _ = try await world.act(as: "lawyer") { session in
                try await session.keyring(of: session.view(of: other))
            }
            try await world.perform(.list, as: "lawyer", in: id)
            let foreign = try #require(world.liar.lastAnswer(to: "/v1/keyrings/\(other.hex)"))
            let path = "/v1/keyrings/\(id.hex)/current"
            let old = try #require(world.liar.lastAnswer(to: path))
            try await world.perform(.rotate, as: "lawyer", in: id)
            let words = "the keyring is not the one in the log: got "
            for keyring in [old, foreign] {
                world.liar.lie { $0.path == path ? keyring : $0 }
                try await world.refuses([.list, .open, .export], as: "monitor", in: id, words)
                try await world.refuses(
                    [.list, .open, .rotate, .remove],
                    as: "lawyer",
                    in: id,
                    words
                )
            }
        }
    }

    // MARK: Envelopes

    @Test("gives the envelope of another file, and after the key changed too")
    func otherEnvelope() async throws {
        try await World.besieged { world, id in
            try await world.perform(.submit, as: "activist", in: id)
            for words in ["is not the one that was submitted", "nor one that the case's key opens"]
            {
                try await world.perform(.list, as: "monitor", in: id)
                let other = try #require(world.liar.lastAnswer(to: "/v1/objects/", "/envelope"))
                world.liar.lie { $0.path.hasSuffix("/envelope") ? $0.with(bytes: other.bytes) : $0 }
                try await world.refuses([.list, .open, .export], as: "monitor", in: id, words)
                world.liar.repent()
                if words.hasPrefix("is") { try await world.perform(.rotate, as: "lawyer", in: id) }
            }
        }
    }

    @Test("gives the envelope from before the case's key changed")
    func oldEnvelope() async throws {
        try await World.besieged { world, id in
            try await world.perform(.list, as: "lawyer", in: id)
            let old = try #require(world.liar.lastAnswer(to: "/v1/objects/", "/envelope"))
            try await world.perform(.rotate, as: "lawyer", in: id)
            world.liar.lie { $0.target == old.target ? old : $0 }
            // Nobody can tell it from one that its submitter made so that it does not open.
            let words = "is the one from before the case's key changed"
            try await world.refuses([.open], as: "monitor", in: id, words, code: .failed)
            let listed = try await world.act(as: "monitor") { try await $0.list(id.hex) }
            #expect(listed.map(\.items.count) == [0])
            #expect(listed.first?.problem?.contains(words) == true)
        }
    }

    @Test(
        "gives another envelope while the case's key changes: nothing counts as lost, nothing changes"
    )
    func envelopeDuringRotation() async throws {
        try await World.besieged { world, id in
            let path = "/v1/cases/\(id.hex)/envelopes"
            for words in ["is not the one that was submitted", "nor one that the case's key opens"]
            {
                world.liar.lie { exchange in
                    guard exchange.path == path, let last = exchange.bytes.last else {
                        return exchange
                    }
                    // An envelope ends in its MAC and a line feed.
                    var bytes = exchange.bytes
                    let place = bytes.count - 10
                    bytes[place] = bytes[place] == 0x41 ? 0x42 : 0x41
                    return last == 0x0a ? exchange.with(bytes: bytes) : exchange
                }
                try await world.refuses([.rotate, .remove], as: "lawyer", in: id, words)
                world.liar.repent()
                try await world.perform(.rotate, as: "lawyer", in: id)
                try await world.perform(.open, as: "monitor", in: id)
            }
        }
    }

    // MARK: Records and segments

    @Test("gives another record than the one that was submitted")
    func otherRecord() async throws {
        try await World.besieged { world, id in
            try await world.perform(.submit, as: "activist", in: id)
            try await world.perform(.list, as: "monitor", in: id)
            let other = try #require(world.liar.lastAnswer(to: "/v1/records/"))
            world.liar.lie { $0.path.hasPrefix("/v1/records/") ? other : $0 }
            try await world.refuses(
                [.list, .open, .export],
                as: "monitor",
                in: id,
                "the record is not the one that was submitted: got "
            )
        }
    }

    @Test(
        "gives segments changed, cut short, exchanged or longer: nothing is left of what was opened"
    )
    func otherSegments() async throws {
        try await World.besieged { world, id in
            let film = try world.folder.write("film", [UInt8](repeating: 7, count: 9 << 20))
            _ = try await world.act(as: "activist") {
                try await $0.submit(
                    SubmissionRequest(caseName: id.hex, files: [film], consent: [.court])
                )
            }
            let path = world.folder.child("opened")
            try await world.act(as: "monitor") {
                try await $0.open("2/1", of: id.hex, for: "check", to: path)
            }
            try FileManager.default.removeItem(atPath: path)
            let first = try #require(world.liar.lastAnswer(to: "/v1/objects/", "/payload"))
            let words = "is not the one that was submitted: got "
            let forgeries = [
                Forgery(words: words) { Array($0.dropLast()) + [($0.last ?? 0) ^ 1] },
                Forgery(words: words) { Array($0.dropLast()) },
                Forgery(words: words) { _ in first.bytes },
                Forgery(words: "is larger than 4194304 bytes") { $0 + [0] },
            ]
            for forgery in forgeries {
                world.liar.lie { exchange in
                    // The manifest is smaller, and is opened first.
                    guard exchange.path.hasSuffix("/payload"), exchange.bytes.count == 4 << 20
                    else { return exchange }
                    return exchange.with(bytes: forgery.forge(exchange.bytes))
                }
                try await expectRefusal("open", forgery.words) {
                    try await world.act(as: "monitor", pace: .once) {
                        try await $0.open("2/1", of: id.hex, for: "check", to: path)
                    }
                }
                let bundle = world.folder.child("opened-bundle")
                try await expectRefusal("export", forgery.words) {
                    try await world.act(as: "monitor", pace: .once) {
                        _ = try await $0.export(id.hex, for: .court, to: bundle)
                    }
                }
                let left = DurableFile.names(in: FilePath(world.folder.path))
                #expect(!left.contains { $0.hasPrefix("opened") })
            }
        }
    }

    // MARK: Erasure

    @Test("says that evidence was erased, by somebody who may not decide that")
    func inventedErasure() async throws {
        try await World.besieged { world, id in
            let view = try await world.act(as: "lawyer") { try await $0.view(of: id) }
            let erase = Erase(
                expires: UTCTime(seconds: VaultClock.deviceTime + 3600),
                caseID: id,
                record: try #require(view.submission(1)).submit.record,
                authority: "court-order"
            )
            for accomplice in ["monitor", "activist"] {
                let log = try LawlessLog(of: world)
                log.add(
                    try await world.signed(.erase(erase), by: accomplice),
                    shownAt: "/v1/cases/\(id.hex)/entries"
                )
                log.show(in: world)
                let words =
                    "entry \(log.size - 1), of the act erase, is not signed by those who may"
                let before = try world.remembered("monitor")
                try await world.refuses(Deed.ofReader, as: "monitor", in: id, words)
                try world.forget("monitor", before)
            }
        }
    }

    // MARK: Answers without end, and elsewhere

    @Test("answers without end: what is read stays bounded")
    func endless() async throws {
        try await World.besieged { world, id in
            let lies: [(String, Deed)] = [
                ("/checkpoint", .status), ("/v1/cases", .status), ("/v1/objects/", .list),
                ("/v1/statements", .grant),
            ]
            for (path, deed) in lies {
                world.liar.lie { exchange in
                    guard exchange.path.hasPrefix(path) else { return exchange }
                    var endless = exchange
                    endless.isEndless = true
                    return endless
                }
                try await world.refuses([deed], as: "lawyer", in: id, "is larger than ")
            }
            // A refusal without end is no other.
            world.liar.lie { exchange in
                var endless = exchange.with(status: 403)
                endless.isEndless = true
                return endless
            }
            try await world.refuses([.status], as: "lawyer", in: id, "is larger than ")
        }
    }

    @Test("sends this device elsewhere: it does not go")
    func redirect() async throws {
        try await World.besieged { world, id in
            let elsewhere = try await LyingVault.start()
            for status in [301, 302, 307, 308] {
                world.liar.lie { exchange in
                    var answer = exchange.with(status: status)
                    answer.headers.replaceOrAdd(
                        name: "location",
                        value: "http://127.0.0.1:\(elsewhere.port)/checkpoint"
                    )
                    return answer
                }
                let words = "the vault sends this device elsewhere, which it does not follow"
                try await world.refuses([.submit, .status], as: "activist", in: id, words)
                try await world.refuses([.list, .grant], as: "lawyer", in: id, words)
            }
            #expect(elsewhere.count == 0)
            await elsewhere.stop()
        }
    }

    @Test("says for ever that somebody submitted meanwhile")
    func otherSubmissions() async throws {
        try await World.besieged { world, id in
            world.liar.pretend { exchange in
                let sent = String(buffer: exchange.sent)
                guard exchange.path == "/v1/statements",
                    sent.hasPrefix("saksi/v1 case.ro") || sent.hasPrefix("saksi/v1 case.re")
                else { return nil }
                return exchange.with(
                    status: 403,
                    #"{"type":"urn:saksi:problem:refused","rule":"other-submissions"}"#
                )
            }
            let words = "has other submissions than 1, and keeps them back"
            try await world.refuses([.rotate, .remove], as: "lawyer", in: id, words)
        }
    }
}

/// What is made of a segment, and what is found then.
private struct Forgery {
    let words: String
    let forge: @Sendable ([UInt8]) -> [UInt8]
}

extension LyingVault.Exchange {
    /// The body.
    var bytes: [UInt8] { Array(body.readableBytesView) }
}
