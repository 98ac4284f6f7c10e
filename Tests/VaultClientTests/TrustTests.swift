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

/// What a device believes of whom; what a daemon may say that lies is in ``MaliciousDaemonTests``.
@Suite(.serialized) struct TrustTests {
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
                try await expectRefusal("invite", words) { _ = try await invite() }
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

    @Test("signs again by the vault's clock when its own is off")
    func wrongClock() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            let isFirst = First()
            world.liar.lie { exchange in
                guard exchange.target == "/v1/cases", isFirst.take() else { return exchange }
                return exchange.with(status: 401, #"{"type":"urn:saksi:problem:clock"}"#)
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
}

extension VaultSession {
    fileprivate var own: Fingerprint { identity.fingerprint }
}

/// True once.
final class First: Sendable {
    private let isTaken = Atomic(false)

    func take() -> Bool { !isTaken.exchange(true, ordering: .relaxed) }
}
