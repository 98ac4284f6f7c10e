// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

/// A log that was forked, rolled back, cut, re-ordered or replayed.
extension MaliciousDaemonTests {
    // MARK: Another history

    @Test("shows an older copy of its log, also to a device that was restarted")
    func rolledBack() async throws {
        try await World.besieged { world, id in
            try await world.restart { try world.copyData(to: "old") }
            try await world.perform(.submit, as: "activist", in: id)
            _ = try await world.act(as: "lawyer") { try await $0.catchUp() }
            try await world.restart(from: "old")
            let words = "the log was rolled back: it has "
            try await world.refuses([.submit, .status], as: "activist", in: id, words)
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
        }
    }

    @Test("shows a log that grew elsewhere and is as large as the one that it hides")
    func forked() async throws {
        try await World.besieged { world, id in
            try await world.restart { try world.copyData(to: "fork") }
            try await world.perform(.submit, as: "activist", in: id)
            try await world.restart(from: "fork")
            // The lawyer has not seen the activist's entry: for the lawyer the fork is the log.
            for _ in 0..<3 { try await world.perform(.invite, as: "lawyer", in: id) }
            try await world.refuses([.submit], as: "activist", in: id, "the log was forked")
            // And once the lawyer has seen the fork, the log itself is refused.
            try await world.restart(from: "data")
            try await world.perform(.submit, as: "activist", in: id)
            try await expectRefusal("list", "the log was ") {
                try await world.perform(.list, as: "lawyer", in: id)
            }
        }
    }

    @Test("signs a second root for a size with the log's key")
    func secondRoot() async throws {
        try await World.besieged { world, id in
            let people = ["admin", "lawyer", "monitor", "activist"]
            for name in people { _ = try await world.act(as: name) { try await $0.catchUp() } }
            let log = try LawlessLog(of: world)
            log.replaceNewest(by: log.leaves[1])
            log.show(in: world)
            let words = "the log was forked: the one shown now, with \(log.size) entries"
            try await world.refuses([.submit, .status], as: "activist", in: id, words)
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
            try await world.refuses(Deed.ofReader, as: "monitor", in: id, words)
            for fully in [false, true] {
                try await expectRefusal("audit", words) {
                    _ = try await world.act(as: "admin") { try await $0.audit(fully: fully) }
                }
            }
            try await world.act(as: "admin") { session in
                var watch = session.watch()
                let alarms = try await watch.look()
                #expect(alarms.map(\.kind) == [.untrusted])
                #expect(alarms.first?.message.hasPrefix(words) == true)
            }
        }
    }

    @Test("goes on with a log that administrators froze")
    func pastEnd() async throws {
        try await World.besieged { world, id in
            let (_, decision) = try await world.act(as: "admin") {
                try await $0.freeze(for: nil, for: 3600)
            }
            guard case .logged(let index) = decision else {
                Issue.record("one administrator is enough")
                return
            }
            _ = try await world.act(as: "lawyer") { try await $0.catchUp() }
            let log = try LawlessLog(of: world)
            let consent = Act.consent(Consent(record: Hash(hashing: []), classes: []))
            log.add(try await world.act(as: "lawyer") { try await $0.sign(consent) })
            log.show(in: world)
            let words =
                "the log goes on after its end: administrators froze it with \(index + 1) entries"
            // The lawyer has seen the end, the activist has not.
            for name in ["lawyer", "activist"] {
                for _ in 1...2 {
                    try await expectRefusal(name, words) {
                        _ = try await world.act(as: name) { try await $0.catchUp() }
                    }
                }
            }
        }
    }

    @Test("keeps back the tiles that would show that its log grew and was not exchanged")
    func withheldTiles() async throws {
        try await World.besieged { world, id in
            world.liar.lie { $0.target.hasPrefix("/tile/") ? $0.with(status: 404) : $0 }
            try await world.refuses([.submit], as: "activist", in: id, "the vault keeps back tile/")
        }
    }

    @Test("is another vault of the same name, with another log key")
    func otherLogKey() async throws {
        try await World.besieged { world, id in
            let invited = try await world.act(as: "admin") {
                try await $0.invite(role: .reader, to: nil, for: 3600).text
            }
            _ = try await TestVault.make(in: world.folder.child("other"), address: "http://[::1]:1")
            let other = try await TestVault.start(
                TestVault.configuration(world.folder.child("other"), tls: false)
            )
            world.liar.follow(other.port)
            let words = "the checkpoint is not signed by the log key"
            try await expectRefusal("status", words) {
                _ = try await world.act(as: "activist") { try await $0.catchUp() }
            }
            // Nobody joins it either, and it learns of no enrolment.
            let posted = world.liar.count(of: "/v1/statements")
            try await expectRefusal("join", words) {
                try await world.join("newcomer", by: Invitation(parsing: invited), pace: .once)
            }
            #expect(world.liar.count(of: "/v1/statements") == posted)
            await other.stop()
        }
    }

    // MARK: Entries that are kept back

    @Test("keeps back entries of a case that this device has seen, or that others rest on")
    func withheldEntry() async throws {
        try await World.besieged { world, id in
            for (act, words) in [
                (ActName.submit, "which this device has seen"),
                (.access, "which this device has seen"),
                (.caseGrant, "is the act of a reader by somebody who is none"),
                (.invite, "is an enrolment by no open invitation to this case"),
                (.enrol, "is a submission by somebody whom no entry lets in"),
            ] {
                world.liar.lie { $0.keepingBack(act) }
                try await world.refuses([.list, .rotate], as: "lawyer", in: id, words)
                try await world.refuses([.status], as: "monitor", in: id, words)
            }
        }
    }

    @Test("keeps back the entry that opened a case")
    func withheldOpening() async throws {
        try await World.besieged { world, id in
            world.liar.lie { $0.keepingBack(.caseOpen) }
            let words = "keeps back the entry that opened case \(id.hex), and shows"
            try await world.refuses([.list, .status], as: "lawyer", in: id, words)
            try await world.refuses([.submit], as: "activist", in: id, words)
        }
    }

    @Test(
        "keeps back the removal of a reader: by a device that saw it, and by what was sealed since"
    )
    func withheldRemoval() async throws {
        try await World.besieged { world, id in
            try await world.joinNewcomer("partner", to: id, as: .reader)
            let partner = try await world.fingerprint(of: "partner")
            try await world.act(as: "lawyer") { try await $0.grant(partner, .read, in: id.hex) }
            try await world.perform(.remove, as: "lawyer", in: id)
            try await world.perform(.status, as: "activist", in: id)
            world.liar.lie { $0.keepingBack(.caseRemove) }
            let seen = "which this device has seen"
            try await world.refuses([.list, .grant, .rotate], as: "lawyer", in: id, seen)
            try await world.refuses([.submit], as: "activist", in: id, seen)
            world.liar.repent()
            try await world.perform(.submit, as: "activist", in: id)
            world.liar.lie { $0.keepingBack(.caseRemove) }
            let sealed = "is sealed to another epoch"
            try await world.refuses(Deed.ofReader, as: "partner", in: id, sealed)
        }
    }

    @Test("keeps back that a reader was revoked: from a device that has seen it, or has not")
    func withheldRevocation() async throws {
        try await World.besieged { world, id in
            let monitor = try await world.fingerprint(of: "monitor")
            guard
                case .proposed(let card) = try await world.act(
                    as: "admin",
                    { try await $0.revoke(monitor, keys: [], reason: .lost, for: 3600) }
                )
            else { preconditionFailure("one was enough") }
            let proposal = try #require(Hash(hex: card.id))
            _ = try await world.act(as: "chair") { try await $0.approve(proposal) }
            let before = try world.remembered("lawyer")
            let active = try await world.act(as: "lawyer") { try await $0.keys(of: monitor).active }
            #expect(active.isEmpty)
            world.liar.lie { $0.path.hasPrefix("/v1/members/") ? $0.keepingBack(.revoke) : $0 }
            let words = ", about the keys of \(monitor.grouped), which this device has seen"
            try await world.refuses([.rotate], as: "lawyer", in: id, words)
            try await expectRefusal("grant", words) {
                try await world.act(as: "lawyer") { try await $0.grant(monitor, .read, in: id.hex) }
            }
            // A device that has not seen it seals to the key that had ended: whoever reads the whole log
            // sees both.
            try world.forget("lawyer", before)
            try await world.perform(.rotate, as: "lawyer", in: id)
            let listed = try await world.act(as: "admin") { session in
                var filter = AuditFilter()
                filter.act = .revoke
                return try await session.auditedEntries(filter).entries
            }
            #expect(listed.map(\.lines).joined().contains("person: \(monitor.hex)"))
        }
    }

    @Test("keeps back the change of a case's key from a submitter: readers and auditors see it")
    func withheldRotation() async throws {
        try await World.besieged { world, id in
            try await world.joinNewcomer("friend", to: id)
            try await world.perform(.rotate, as: "lawyer", in: id)
            let log = try LawlessLog(of: world)
            log.hide { $1.act.name == .caseRotate }
            log.show(in: world)
            // What the friend seals opens with the earlier key, and nothing says so to the friend.
            try await world.perform(.submit, as: "friend", in: id)
            log.hideNothing()
            let entries = "/v1/cases/\(id.hex)/entries"
            log.also(log.size - 1, shownAt: entries)
            let words = "entry \(log.size - 1) is sealed to another epoch"
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
            try await world.refuses(Deed.ofReader, as: "monitor", in: id, words)
            let report = try await world.act(as: "admin") { try await $0.audit(fully: false) }
            #expect(report.violations.map(\.rule) == ["wrong-epoch"])
        }
    }

    @Test("keeps back the newest submissions: the next change of the key counts them")
    func withheldSubmissions() async throws {
        try await World.besieged { world, id in
            try await world.perform(.submit, as: "activist", in: id)
            let newest = try LawlessLog(of: world).size - 1
            let lie = { @Sendable (exchange: LyingVault.Exchange) in
                exchange.editingEntries { $0.remove(newest) }
            }
            world.liar.lie(lie)
            // Nobody who has not seen it misses it so far.
            let listed = try await world.act(as: "monitor") { try await $0.list(id.hex) }
            #expect(listed.count == 1)
            world.liar.repent()
            try await world.perform(.rotate, as: "lawyer", in: id)
            world.liar.lie(lie)
            let words = "takes over another number of submissions"
            try await world.refuses(Deed.ofReader, as: "monitor", in: id, words)
        }
    }

    // MARK: Entries in another order, or of another answer

    @Test("shows the entries of a case in another order")
    func reordered() async throws {
        try await World.besieged { world, id in
            world.liar.lie { exchange in
                guard exchange.path.hasPrefix("/v1/cases/") else { return exchange }
                return exchange.editingEntries { $0.swapNewest() }
            }
            let words = "is shown after entry"
            try await world.refuses(Deed.ofReader, as: "monitor", in: id, words)
        }
    }

    @Test("gives an answer that it gave before")
    func replayedAnswer() async throws {
        try await World.besieged { world, id in
            let entries = "/v1/cases/\(id.hex)/entries"
            try await world.act(as: "lawyer") {
                _ = try await $0.catchUp()
                _ = try await $0.view(of: id)
            }
            let before = try #require(world.liar.lastAnswer(to: entries))
            let head = try #require(world.liar.lastAnswer(to: "/checkpoint"))
            try await world.perform(.submit, as: "activist", in: id)
            try await world.perform(.list, as: "lawyer", in: id)
            world.liar.lie { $0.path == entries ? before : $0 }
            let words = "the log was rolled back: it has "
            try await world.refuses(Deed.ofOwner, as: "lawyer", in: id, words)
            world.liar.lie { $0.path == "/checkpoint" ? head : $0 }
            try await world.refuses([.submit, .status], as: "activist", in: id, words)
        }
    }

    @Test("says success, with a receipt for another statement")
    func otherStatement() async throws {
        try await World.besieged { world, id in
            try await world.perform(.invite, as: "lawyer", in: id)
            let other = try #require(world.liar.lastAnswer(to: "/v1/statements"))
            world.liar.lie { $0.target == "/v1/statements" ? other : $0 }
            let words = "the receipt is for another statement: got "
            try await world.refuses([.submit], as: "activist", in: id, words)
            try await world.refuses(
                [.list, .open, .export, .rotate, .remove, .grant, .invite],
                as: "lawyer",
                in: id,
                words
            )
        }
    }

    @Test("says success without a receipt, at another place of the log, or with a forged signature")
    func forgedReceipt() async throws {
        try await World.besieged { world, id in
            let lies: [(String, @Sendable (String) -> String)] = [
                ("the receipt is malformed", { _ in "" }),
                (
                    "the receipt does not prove that its entry is in the log",
                    { text in
                        text.split(separator: "\n", omittingEmptySubsequences: false)
                            .map { $0.hasPrefix("index ") ? "index 5" : String($0) }
                            .joined(separator: "\n")
                    }
                ),
                (
                    "the checkpoint is not signed by the log key",
                    { text in
                        let end = text.index(text.endIndex, offsetBy: -12)
                        let other = text[end] == "A" ? "B" : "A"
                        return text.replacingCharacters(in: end...end, with: other)
                    }
                ),
            ]
            for (words, forge) in lies {
                world.liar.lie { exchange in
                    guard exchange.target == "/v1/statements" else { return exchange }
                    return exchange.with(status: 200, forge(exchange.text))
                }
                try await world.refuses([.submit], as: "activist", in: id, words)
                try await world.refuses([.grant, .invite], as: "lawyer", in: id, words)
            }
        }
    }

    @Test("sends pages of a case that do not advance")
    func standingPages() async throws {
        try await World.besieged { world, id in
            for next: UInt64 in [0, 1] {
                world.liar.lie { $0.editingEntries { page in page.next = next } }
                try await world.refuses(Deed.ofReader, as: "monitor", in: id, "do not advance")
            }
        }
    }
}
