// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import NIOCore
import Synchronization
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

/// A daemon that is behind, forked, rolled back, replays, withholds or swapped its keys.
@Suite(.serialized) struct TrustTests {
    @Test("refuses a receipt for another statement")
    func otherStatement() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let other = try #require(world.liar.lastAnswer(to: "/v1/statements"))
            world.liar.lie { $0.target == "/v1/statements" ? other : $0 }
            try await expectUntrusted("the receipt is for another statement") {
                try await world.act(as: "lawyer") {
                    try await $0.grant($0.own, .submit, in: id.hex)
                }
            }
        }
    }

    @Test("refuses a receipt at another index")
    func otherIndex() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            world.liar.lie { exchange in
                guard exchange.target == "/v1/statements" else { return exchange }
                let lines = exchange.text.split(separator: "\n", omittingEmptySubsequences: false)
                let lied = lines.map { $0.hasPrefix("index ") ? "index 5" : $0 }
                return exchange.saying(lied.joined(separator: "\n"))
            }
            try await expectUntrusted("the receipt does not prove that its entry is in the log") {
                _ = try await submitNote(in: world, id)
            }
        }
    }

    @Test("an administrator's invitation names the owner that the whole log makes, or none")
    func ownerInInvitation() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let invite = { @Sendable in
                try await world.act(as: "admin") {
                    try await $0.invite(role: .submitter, to: id.hex, for: 3600).text
                }
            }
            let owner = try await world.act(as: "lawyer") { $0.identity.fingerprint }
            #expect(try await Invitation(parsing: invite()).owner == owner)
            let lies: [(shown: String, words: String)] = [
                ("saksi/v1 case.oden", "is not one that the vault's rules allow"),
                ("saksi/v1 case.open\n", "is not a bundle of entries"),
            ]
            for (shown, words) in lies {
                world.liar.lie { exchange in
                    guard exchange.target.hasPrefix("/tile/entries/") else { return exchange }
                    var answer = exchange
                    let bytes = Array(exchange.body.readableBytesView)
                        .replacing(Array("saksi/v1 case.open".utf8), with: Array(shown.utf8))
                    answer.body = ByteBuffer(bytes: bytes)
                    return answer
                }
                try await expectUntrusted(words) { _ = try await invite() }
            }
        }
    }

    @Test("refuses a checkpoint whose signature was forged")
    func forgedSignature() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            world.liar.lie { exchange in
                guard exchange.target == "/v1/statements" else { return exchange }
                var text = exchange.text
                let end = text.index(text.endIndex, offsetBy: -12)
                text.replaceSubrange(end...end, with: text[end] == "A" ? "B" : "A")
                return exchange.saying(text)
            }
            try await expectUntrusted("the checkpoint is not signed by the log key") {
                _ = try await submitNote(in: world, id)
            }
        }
    }

    @Test("refuses a vault that was rolled back, also after a restart of the device")
    func rolledBack() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            try await world.restart { try world.copyData(to: "old") }
            try await submitNote(in: world, id)
            try await world.restart(from: "old")
            try await expectUntrusted("the log was rolled back") {
                _ = try await submitNote(in: world, id)
            }
        }
    }

    @Test("refuses a fork that grew as large as the log it hides")
    func forked() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            try await world.restart { try world.copyData(to: "fork") }
            try await submitNote(in: world, id)
            try await world.restart(from: "fork")
            // The lawyer has not seen the activist's entry: for the lawyer the fork is the log.
            for _ in 0..<3 {
                _ = try await world.act(as: "lawyer") {
                    try await $0.invite(role: .submitter, to: id.hex, for: 60).text
                }
            }
            try await expectUntrusted("the log was forked") { try await submitNote(in: world, id) }
            // And once the lawyer has seen the fork, the log itself is refused.
            try await world.restart(from: "data")
            try await submitNote(in: world, id, "again.txt")
            await #expect(throws: ClientError.self) {
                _ = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            }
        }
    }

    @Test("refuses a vault of the same name with another log key")
    func otherLogKey() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            _ = try await TestVault.make(in: world.folder.child("other"), address: "http://[::1]:1")
            let other = try await TestVault.start(
                TestVault.configuration(world.folder.child("other"), tls: false)
            )
            world.liar.follow(other.port)
            try await expectUntrusted("the checkpoint is not signed by the log key") {
                _ = try await world.act(as: "activist") { try await $0.catchUp() }
            }
            await other.stop()
            _ = id
        }
    }

    @Test("sends nothing to a daemon with another TLS key")
    func otherTLSKey() async throws {
        try await World.run(tls: true) { world in
            _ = try await world.peopled()
            _ = try await TestVault.make(
                in: world.folder.child("other"),
                address: "https://[::1]:1",
                tls: true
            )
            let other = try await TestVault.start(
                TestVault.configuration(world.folder.child("other"), tls: true)
            )
            world.line.connect(to: other.port)
            try await expectUntrusted("the vault's TLS key is not one that this device knows") {
                _ = try await world.act(as: "activist") { try await $0.catchUp() }
            }
            await other.stop()
        }
    }

    @Test("refuses a vault that keeps back the tiles which would show its growth")
    func withheldTiles() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            world.liar.lie { exchange in
                guard exchange.target.hasPrefix("/tile/") else { return exchange }
                var answer = exchange.saying("")
                answer.status = 404
                return answer
            }
            try await expectUntrusted("the vault keeps back tile/") {
                _ = try await submitNote(in: world, id)
            }
        }
    }

    @Test("seals to no recipient that the case's owner did not sign")
    func swappedRecipient() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let mine = try await world.act(as: "lawyer") { try await $0.openCase(named: "other") }
            // The vault shows the opening of another case under the id that was asked for.
            try await world.act(as: "lawyer") { _ = try await $0.view(of: mine) }
            let other = try #require(world.liar.lastAnswer(to: "/v1/cases/\(mine.hex)/entries"))
            world.liar.lie { $0.target.hasPrefix("/v1/cases/\(id.hex)/entries") ? other : $0 }
            try await expectUntrusted("the vault keeps back the entry that opened case") {
                _ = try await submitNote(in: world, id)
            }
        }
    }

    @Test(
        "refuses a case of which an entry is kept back that this device saw",
        arguments: [ActName.submit, .caseGrant]
    )
    func withheldEntry(act: ActName) async throws {
        try await World.run { world in
            let id = try await world.peopled()
            try await submitNote(in: world, id)
            _ = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            let activist = try await world.act(as: "activist") { $0.own }
            // Not seen in a view since: the device itself made it.
            try await world.act(as: "lawyer") { try await $0.grant(activist, .submit, in: id.hex) }
            world.liar.lie { $0.keepingBack(act) }
            try await expectUntrusted("which this device has seen") {
                _ = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            }
            world.liar.repent()
            _ = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
        }
    }

    @Test("refuses a case whose first entry does not open it")
    func withheldOpening() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            try await submitNote(in: world, id)
            world.liar.lie { $0.keepingBack(.caseOpen) }
            try await expectUntrusted("keeps back the entry that opened case \(id.hex), and shows")
            {
                _ = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            }
        }
    }

    @Test("refuses pages of a case that do not advance", arguments: [0, 1])
    func standingPages(next: UInt64) async throws {
        try await World.run { world in
            let id = try await world.peopled()
            world.liar.lie { $0.editingEntries { page in page.next = next } }
            try await expectUntrusted("do not advance") {
                _ = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            }
        }
    }

    @Test("invites nobody to a case whose owner it knows only from the vault")
    func unknownOwner() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let invitation = try await world.act(as: "admin") {
                try await $0.invite(role: .reader, to: nil, for: 3600).text
            }
            try await world.join("colleague", by: Invitation(parsing: invitation))
            let colleague = try await world.act(as: "colleague") { $0.own }
            try await world.act(as: "lawyer") { try await $0.grant(colleague, .read, in: id.hex) }
            let error = await #expect(throws: ClientError.self) {
                _ = try await world.act(as: "colleague") {
                    try await $0.invite(role: .submitter, to: id.hex, for: 3600).text
                }
            }
            #expect(error?.message.contains("only from the vault") == true, "\(error as Any)")
        }
    }

    @Test("refuses another person's keys under a member's fingerprint")
    func swappedMember() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let admin = try await world.act(as: "admin") { $0.own }
            try await world.act(as: "lawyer") { _ = try await $0.members.record(of: admin) }
            let other = try #require(world.liar.lastAnswer(to: "/v1/members/\(admin.hex)"))
            world.liar.lie { $0.target.hasPrefix("/v1/members/") ? other : $0 }
            try await expectUntrusted("as the enrolment of") { try await submitNote(in: world, id) }
        }
    }

    @Test("refuses a keyring that is not the one in the log")
    func swappedKeyring() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let mine = try await world.act(as: "lawyer") { try await $0.openCase(named: "other") }
            _ = try await world.act(as: "lawyer") { session in
                try await session.keyring(of: session.view(of: mine))
            }
            let other = try #require(world.liar.lastAnswer(to: "/v1/keyrings/\(mine.hex)"))
            world.liar.lie { $0.target.hasPrefix("/v1/keyrings/\(id.hex)") ? other : $0 }
            try await expectUntrusted("the keyring is not the one in the log") {
                _ = try await world.act(as: "lawyer") { try await $0.list(id.hex) }
            }
        }
    }

    @Test("opens nothing from a segment with one changed bit, and leaves no file")
    func changedSegment() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            try await submitNote(in: world, id)
            world.liar.lie { exchange in
                guard exchange.target.hasSuffix("/payload") else { return exchange }
                var bytes = Array(exchange.body.readableBytesView)
                bytes[bytes.count / 2] ^= 1
                var answer = exchange
                answer.body = ByteBuffer(bytes: bytes)
                return answer
            }
            let output = world.folder.child("opened")
            try await expectUntrusted("is not the one that was submitted") {
                try await world.act(as: "lawyer") {
                    try await $0.open("1/1", of: id.hex, for: "check", to: output)
                }
            }
            #expect(!FilePath(output).exists)
            let left = DurableFile.names(in: FilePath(world.folder.path))
            #expect(!left.contains { $0.hasPrefix("opened") })
        }
    }

    @Test("signs again by the vault's clock when its own is off")
    func wrongClock() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            let isFirst = First()
            world.liar.lie { exchange in
                guard exchange.target == "/v1/cases", isFirst.take() else { return exchange }
                var answer = exchange.saying(#"{"type":"urn:saksi:problem:clock"}"#)
                answer.status = 401
                return answer
            }
            let cases = try await world.act(as: "lawyer", pace: .once) { try await $0.cases() }
            #expect(cases.count == 1)
        }
    }

    @Test("remembers the newest head before it reports success")
    func remembers() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let done = try await submitNote(in: world, id)
            let card = try await world.act(as: "activist") { await $0.card() }
            #expect(card.entries == done.index + 1)
        }
    }

    @Test("refuses a vault.age that this identity did not write")
    func foreignState() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            let home = world.home("activist")
            let identity = try DeviceIdentity.read(
                from: home,
                passphrase: World.passphrase("activist")
            )
            var state = try #require(try DeviceState.read(from: home, with: identity))
            state.logKey = "other"
            let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
            let forged = Array("saksi/v1 device\n\(text)\n\n— x AAAAAAAA\n".utf8)
            let sealed = try unsafe forged.withUnsafeBytes { try unsafe identity.seal($0) }
            try DurableFile.write(sealed, to: home.state)
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "activist") { await $0.card() }
            }
            #expect(error?.message.hasPrefix("what this device remembers") == true)
        }
    }

    @discardableResult
    private func submitNote(
        in world: World,
        _ id: CaseID,
        _ name: String = "note.txt"
    ) async throws -> SubmissionResult {
        let file = try world.folder.write(name, Array("seen by \(name)".utf8))
        return try await world.act(as: "activist") {
            try await $0.submit(SubmissionRequest(caseName: id.hex, files: [file]))
        }
    }

    private func expectUntrusted(
        _ words: String,
        _ location: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async throws {
        let error = await #expect(throws: ClientError.self, sourceLocation: location) {
            try await body()
        }
        #expect(error?.code == .untrusted, sourceLocation: location)
        let message = error?.message ?? ""
        #expect(message.contains(words), "\(message)", sourceLocation: location)
    }
}

extension VaultSession {
    fileprivate var own: Fingerprint { identity.fingerprint }
}

/// True once.
final class First: Sendable {
    private let isTaken = Atomic(false)

    func take() -> Bool { !isTaken.exchange(true, ordering: .relaxed) }
}

extension LyingVault.Exchange {
    fileprivate func saying(_ text: String) -> Self {
        var answer = self
        answer.body = ByteBuffer(string: text)
        return answer
    }

    /// A page of a case's entries without those of an act.
    fileprivate func keepingBack(_ act: ActName) -> Self {
        editingEntries { page in
            page.receipts.removeAll { receipt in
                let parsed = try? Receipt(parsing: Array(receipt.utf8))
                return parsed?.entry.signed.statement.act.name == act
            }
        }
    }

    fileprivate struct Page: Codable {
        var receipts: [String]
        var next: UInt64?
    }

    /// A page of a case's entries, changed; other answers as they are.
    fileprivate func editingEntries(_ edit: (inout Page) -> Void) -> Self {
        guard target.contains("/entries?from="),
            var page = try? JSONDecoder().decode(Page.self, from: Data(text.utf8))
        else { return self }
        edit(&page)
        guard let lied = try? JSONEncoder().encode(page) else { return self }
        return saying(String(decoding: lied, as: UTF8.self))
    }
}
