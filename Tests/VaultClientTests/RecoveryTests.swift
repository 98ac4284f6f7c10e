// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import NIOHTTP1
import Synchronization
import Testing
import Vault

@testable import VaultClient

/// What is lost, damaged or mistaken on a device, and how the person goes on.
@Suite(.serialized) struct RecoveryTests {
    @Test("joining again rebuilds a lost or damaged vault.age, and enrols nobody twice")
    func lostState() async throws {
        try await World.run { world in
            _ = try await world.peopled()
            let text = try await world.act(as: "admin") {
                try await $0.invite(role: .reader, to: nil, for: 3600).text
            }
            let invitation = try Invitation(parsing: text)
            let home = world.home("lawyer")
            let posts = world.liar.count(of: "/v1/statements")
            for damage in [[UInt8]?.none, Array("damaged".utf8)] {
                try DurableFile.remove(home.state)
                if let damage { try DurableFile.write(damage, to: home.state) }
                try await world.join("lawyer", by: invitation)
                let cases = try await world.act(as: "lawyer") { try await $0.cases() }
                #expect(cases.map(\.name) == ["រឿង ១"])
                #expect(cases.map(\.right) == ["own"])
            }
            #expect(world.liar.count(of: "/v1/statements") == posts)
            let error = await #expect(throws: ClientError.self) {
                try await world.join("lawyer", by: invitation)
            }
            #expect(error?.message.contains("has joined") == true)
        }
    }

    @Test("asks for a new passphrase only once the vault was judged")
    func passphraseLast() async throws {
        try await World.run { world in
            world.liar.lie { $0.target == "/checkpoint" ? $0.with(status: 200, "no") : $0 }
            let isAsked = First()
            await #expect(throws: ClientError.self) {
                _ = try await VaultSession.join(
                    world.invitation,
                    home: world.home("admin"),
                    passphrase: {
                        _ = isAsked.take()
                        return (World.passphrase("admin"), .quick)
                    },
                    pace: .eager
                )
            }
            let wasNotAsked = isAsked.take()
            #expect(wasNotAsked)
            #expect(!world.home("admin").hasIdentity)
        }
    }

    @Test("a damaged submission is named and discarded, and others go on meanwhile")
    func damagedJournal() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let job = try await cutOff("film", in: world, id)
            let folder = world.home("activist").outbox.appending(job)
            var journal = try Bytes.read(folder.appending("journal"))
            journal[20] ^= 1
            try DurableFile.write(journal, to: folder.appending("journal"))
            let listed = try await world.act(as: "activist") { $0.unfinished() }
            #expect(listed.map(\.id) == [job] && listed.map(\.isDamaged) == [true])
            let note = try world.folder.write("note", [1])
            _ = try await world.act(as: "activist") {
                try await $0.submit(SubmissionRequest(caseName: id.hex, files: [note]))
            }
            try await world.act(as: "activist") { try $0.discard(job) }
            #expect(DurableFile.names(in: world.home("activist").outbox).isEmpty)
        }
    }

    @Test("a resumed submission is refused for another owner than it was sealed for")
    func otherOwner() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let job = try await cutOff("film", in: world, id)
            let other = try await world.act(as: "admin") { $0.identity.fingerprint }
            let file = FilePath(world.folder.child("film"))
            let again = SubmissionRequest(caseName: id.hex, owner: other, files: [file])
            for act in 0..<2 {
                let error = await #expect(throws: ClientError.self) {
                    try await world.act(as: "activist") {
                        act == 0
                            ? try await $0.submit(again) : try await $0.resume(job, owner: other)
                    }
                }
                #expect(error?.message.contains("is sealed for another owner") == true)
                #expect(error?.message.contains(other.grouped) == true)
            }
            let owner = try await world.act(as: "lawyer") { $0.identity.fingerprint }
            _ = try await world.act(as: "activist") { try await $0.resume(job, owner: owner) }
        }
    }

    @Test("the receipt that was asked for is written on resume, and over no other file")
    func receiptOnResume() async throws {
        try await World.run { world in
            let id = try await world.peopled()
            let path = FilePath(world.folder.child("receipt"))
            let job = try await cutOff("film", in: world, id, receipt: path)
            try world.folder.write("receipt", [7])
            let error = await #expect(throws: ClientError.self) {
                try await world.act(as: "activist") { try await $0.resume(job) }
            }
            #expect(error?.message.contains("exists already") == true)
            #expect(try Bytes.read(path) == [7])
            try DurableFile.remove(path)
            let done = try await world.act(as: "activist") { try await $0.resume(job) }
            #expect(try Receipt(parsing: Bytes.read(path)).index == done.index)
            #expect(done.receiptFile == path.text)
            #expect(path.mode == 0o600)
        }
    }

    @Test("a receipt leaves the files beside it alone")
    func besides() throws {
        let folder = try TemporaryFolder()
        let beside = try folder.write("notes.new", [1])
        let path = FilePath(folder.child("notes"))
        try DurableFile.create([2], at: path)
        #expect(try Bytes.read(path) == [2])
        #expect(throws: (any Error).self) { try DurableFile.create([3], at: path) }
        #expect(try Bytes.read(path) == [2])
        #expect(try Bytes.read(beside) == [1])
        #expect(DurableFile.names(in: FilePath(folder.path)) == ["notes", "notes.new"])
    }

    @Test(
        "asks no resolver for an onion service",
        arguments: ["http://abc.onion", "https://abc.onion:8443", "https://ABC.Onion."]
    )
    func onion(text: String) async throws {
        let address = try VaultAddress(parsing: text)
        let keys = PinnedTLS([.init(hashing: [])])
        let error = #expect(throws: ClientError.self) {
            _ = try Connection(to: address, keys: keys, proxy: nil, pace: .once)
        }
        #expect(error?.hint?.contains("--proxy") == true)
        let proxy = try #require(ProxyAddress(parsing: "socks5://127.0.0.1:9050"))
        await (try Connection(to: address, keys: keys, proxy: proxy, pace: .once)).close()
    }

    @Test("a vault that refuses the first connection is not waited for")
    func refused() async throws {
        // The system gives no two listeners one port; nothing listens on this one any more.
        let line = try await CuttingProxy.start()
        await line.close()
        let connection = try Connection(
            to: VaultAddress(parsing: "http://127.0.0.1:\(line.port)"),
            keys: PinnedTLS([.init(hashing: [])]),
            proxy: nil,
            pace: Pace(attempts: 6) { _ in Issue.record("waited") }
        )
        let error = await #expect(throws: ClientError.self) {
            _ = try await connection.send(.open("/checkpoint"))
        }
        await connection.close()
        #expect(error?.code == .network)
        #expect(error?.message.hasSuffix("Connection refused") == true)
    }

    /// A submission of the activist that the vault's silence cut off.
    private func cutOff(
        _ name: String,
        in world: World,
        _ id: CaseID,
        receipt: FilePath? = nil
    ) async throws -> String {
        let request = SubmissionRequest(
            caseName: id.hex,
            files: [try world.folder.write(name, Array(name.utf8))],
            receipt: receipt
        )
        world.liar.lie { $0.method == "PUT" ? $0.with(status: 503) : $0 }
        await #expect(throws: ClientError.self) {
            try await world.act(as: "activist", pace: .once) { try await $0.submit(request) }
        }
        world.liar.repent()
        return try #require(DurableFile.names(in: world.home("activist").outbox).first)
    }
}
