// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultClient

@Suite("Witnessed checkpoints")
struct WitnessingTests {
    private let log: NoteSigner
    private let witnesses: [CosignatureSigner]
    private let note: SignedNote

    init() throws {
        log = try NoteSigner(name: "vault.test", seed: [UInt8](repeating: 1, count: 32))
        witnesses = try (2..<5).map {
            try CosignatureSigner(name: "w\($0).test", seed: [UInt8](repeating: $0, count: 32))
        }
        let checkpoint = try Checkpoint(origin: "vault.test", size: 7, root: Hash(hashing: [7]))
        note = try SignedNote(
            text: checkpoint.text,
            signatures: [log.signature(over: checkpoint.text)]
        )
    }

    private func policy(quorum: UInt64) -> FollowedPolicy {
        var policy = Policy(tlsKey: Hash(hashing: []))
        policy.witnesses = witnesses.prefix(2).map {
            Policy.Witness(key: $0.verifierKey, url: "http://127.0.0.1:1")
        }
        policy.witnessQuorum = quorum
        return FollowedPolicy(policy, size: 7)
    }

    private func cosigned(by places: [Int]) throws -> SignedNote {
        let checkpoint = try Checkpoint(parsing: note.text)
        return try note.adding(
            places.map { try witnesses[$0].signature(over: checkpoint, time: 1_800_000_000) }
        )
    }

    @Test("count only with enough of the policy's witnesses", arguments: 0...2)
    func counts(number: Int) throws {
        let policy = policy(quorum: 2)
        let witnessing = policy.witnessing(of: try cosigned(by: Array(0..<number)))
        #expect(witnessing.cosignedBy.count == number)
        #expect(witnessing.isWitnessed == (number == 2))
    }

    @Test("do not count a witness that the policy does not name, nor a cosignature of another note")
    func strangers() throws {
        let policy = policy(quorum: 1)
        #expect(!policy.witnessing(of: try cosigned(by: [2])).isWitnessed)
        let other = try Checkpoint(origin: "vault.test", size: 8, root: Hash(hashing: [8]))
        let line = try witnesses[0].signature(over: other, time: 1_800_000_000)
        let mixed = try note.adding([
            line, witnesses[1].signature(over: Checkpoint(parsing: note.text), time: 1),
        ])
        #expect(policy.witnessing(of: mixed).cosignedBy == [witnesses[1].verifierKey.name])
    }

    @Test("upgrade a receipt also where they are behind a log that grows")
    func behind() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let witness = witnesses[0]
            _ = try await world.act(as: "admin") { session in
                try await session.changePolicy(for: 3600) {
                    let url = "http://127.0.0.1:1"
                    $0.witnesses = [Policy.Witness(key: witness.verifierKey, url: url)]
                    $0.witnessQuorum = 1
                }
            }
            let receipt = FilePath(world.folder.child("receipt"))
            let file = try world.folder.write("note.txt", Array("seen".utf8))
            let submitted = try await world.act(as: "activist") {
                try await $0.submit(
                    SubmissionRequest(caseName: id.hex, files: [file], receipt: receipt)
                )
            }
            func look() async throws -> ReceiptCard {
                try await world.act(as: "activist") { try await $0.upgradeReceipt(at: receipt) }
            }
            #expect(try await !look().isUpgraded)
            world.liar.lie { exchange in
                guard exchange.path == "/checkpoint",
                    let note = try? SignedNote(parsing: Array(exchange.text.utf8)),
                    let line = try? witness.signature(
                        over: Checkpoint(parsing: note.text),
                        time: 1_800_000_000
                    ), let cosigned = try? note.adding([line])
                else { return exchange }
                return exchange.with(bytes: cosigned.bytes)
            }
            let seen = try await world.act(as: "activist") { try await $0.catchUp() }
            world.liar.repent()
            // What comes now no witness has seen.
            try await world.submit("more", to: id)
            let card = try await look()
            #expect(card.isUpgraded && card.witnesses.isWitnessed && card.entries == seen.size)
            #expect(card.index == submitted.index && seen.size > submitted.index)
            #expect(try await !look().isUpgraded)
        }
    }

    @Test("are none where the policy asks for none")
    func none() throws {
        #expect(!policy(quorum: 0).witnessing(of: try cosigned(by: [0, 1])).isWitnessed)
    }
}
