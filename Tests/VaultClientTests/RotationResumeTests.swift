// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import NIOCore
import Synchronization
import Testing
import Vault

@testable import VaultClient

@Suite("A change of a case's key that is cut off")
struct RotationResumeTests {
    /// Rotates once, and tells what was noticed.
    @discardableResult
    private func rotate(
        _ id: CaseID,
        in world: World,
        pace: Pace = .eager
    ) async throws -> (result: RotationResult, notices: [String]) {
        let notices = Notices()
        let result = try await world.act(as: "lawyer", pace: pace) { session in
            try await session.rotate(
                id.hex,
                reason: .planned,
                notice: { notices.add($0) }
            )
        }
        return (result, notices.all)
    }

    /// Rotates until the first question that fits, whose answer is lost, and the next ones, too.
    private func cutOff(
        _ id: CaseID,
        in world: World,
        _ fits: @escaping @Sendable (LyingVault.Exchange) -> Bool
    ) async throws {
        let isCut = Flag()
        world.liar.lie { exchange in
            if fits(exchange) { isCut.set() }
            return isCut.isSet ? exchange.with(status: 503) : exchange
        }
        await #expect(throws: ClientError.self) { try await rotate(id, in: world, pace: .once) }
        #expect(isCut.isSet)
        world.liar.repent()
    }

    private final class Flag: Sendable {
        private let flag = Atomic(false)
        var isSet: Bool { flag.load(ordering: .relaxed) }
        func set() { flag.store(true, ordering: .relaxed) }
    }

    private func isJournalled(_ world: World) -> Bool {
        !DurableFile.names(in: world.home("lawyer").rotations).isEmpty
    }

    @Test(
        "goes on where it stopped, and leaves one version",
        arguments: ["/v1/cases/", "/v1/packs/", "/v1/keyrings/", "/checkpoint"]
    )
    func resumes(target: String) async throws {
        try await World.withReadCase { world, id, _ in
            let isPast = Flag()
            try await cutOff(id, in: world) { exchange in
                // Of the questions that are asked more than once: the page, not the entries; the
                // keyring's upload; the head before the statement.
                if exchange.method == "PUT", target == "/checkpoint" { isPast.set() }
                return switch target {
                case "/v1/cases/": exchange.target.hasSuffix("/envelopes")
                case "/checkpoint": isPast.isSet && exchange.target == target
                default: exchange.method == "PUT" && exchange.target.hasPrefix(target)
                }
            }
            #expect(try await world.read("1/1", of: id, as: "monitor") == "file 1")
            #expect(isJournalled(world))
            let (result, notices) = try await rotate(id, in: world)
            #expect(result.epoch == 2)
            #expect(result.objects == 4)
            #expect(notices == [])
            // Under the same key: the pack that was there was not made again.
            #expect(Set(world.liar.puts(of: "/v1/packs/")).count == 1 || target == "/v1/packs/")
            #expect(!isJournalled(world))
            #expect(try await world.read("2/1", of: id, as: "monitor") == "file 2")
        }
    }

    @Test("an accepted change whose receipt was lost is recognised, and not made twice")
    func lostReceipt() async throws {
        try await World.withReadCase { world, id, _ in
            let isPast = Flag()
            try await cutOff(id, in: world) { exchange in
                if exchange.method == "PUT", exchange.target.hasPrefix("/v1/keyrings/") {
                    isPast.set()
                }
                return isPast.isSet && exchange.target == "/v1/statements"
            }
            #expect(isJournalled(world))
            #expect(try await world.read("1/1", of: id, as: "monitor") == "file 1")
            let (result, _) = try await rotate(id, in: world)
            #expect(result.epoch == 2)
            #expect(result.objects == 4)
            #expect(!isJournalled(world))
            let (next, _) = try await rotate(id, in: world)
            #expect(next.epoch == 3)
        }
    }

    @Test("can be given up, be its journal damaged, and the case is what it was")
    func discarded() async throws {
        try await World.withReadCase { world, id, _ in
            let none = await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer") { try await $0.discardRotation(of: id.hex) }
            }
            #expect(none?.message.contains("no unfinished change") == true)
            for isDamaged in [false, true] {
                try await cutOff(id, in: world) {
                    $0.method == "PUT" && $0.target.hasPrefix("/v1/keyrings/")
                }
                #expect(isJournalled(world))
                if isDamaged { try damageJournal(world) }
                try await world.act(as: "lawyer") { try await $0.discardRotation(of: id.hex) }
                #expect(!isJournalled(world))
                #expect(try await world.read("1/1", of: id, as: "monitor") == "file 1")
            }
            let (result, notices) = try await rotate(id, in: world)
            #expect(result.epoch == 2 && result.objects == 4 && notices == [])
        }
    }

    /// Changes the first entry of the journal; it has more.
    private func damageJournal(_ world: World) throws {
        let rotations = world.home("lawyer").rotations
        let name = try #require(DurableFile.names(in: rotations).first)
        let journal = URL(filePath: rotations.appending(name).appending("journal").text)
        var bytes = try Data(contentsOf: journal)
        bytes[20] ^= 1
        try bytes.write(to: journal)
    }

    @Test("packs that the vault has collected are made again, and the others are not")
    func collected() async throws {
        try await World.withReadCase { world, id, _ in
            let keyrings: @Sendable (LyingVault.Exchange) -> Bool = {
                $0.method == "PUT" && $0.target.hasPrefix("/v1/keyrings/")
            }
            try await cutOff(id, in: world, keyrings)
            let first = try #require(world.liar.puts(of: "/v1/packs/").first)
            try await world.submit("file 3", to: id)
            try await cutOff(id, in: world, keyrings)
            #expect(Set(world.liar.puts(of: "/v1/packs/")).count == 2)
            let name = String(first.dropFirst("/v1/packs/".count))
            let path = world.folder.child("data/packs/\(name.prefix(2))/\(name)")
            try FileManager.default.removeItem(atPath: path)
            let (result, _) = try await rotate(id, in: world)
            #expect(result.objects == 6)
            #expect(Set(world.liar.puts(of: "/v1/packs/")).count == 3)
            for number in 1...3 {
                let text = try await world.read("\(number)/1", of: id, as: "monitor")
                #expect(text == "file \(number)")
            }
        }
    }

    @Test("what another device of the owner overtook is dropped, with a word")
    func stale() async throws {
        try await World.withReadCase { world, id, _ in
            try await cutOff(id, in: world) {
                $0.method == "PUT" && $0.target.hasPrefix("/v1/keyrings/")
            }
            let rotations = world.home("lawyer").rotations.text
            try FileManager.default.moveItem(atPath: rotations, toPath: rotations + ".aside")
            let (other, _) = try await rotate(id, in: world)
            #expect(other.epoch == 2)
            try FileManager.default.removeItem(atPath: rotations)
            try FileManager.default.moveItem(atPath: rotations + ".aside", toPath: rotations)
            let (result, notices) = try await rotate(id, in: world)
            #expect(result.epoch == 3)
            #expect(notices.count == 1)
            #expect(notices.first?.contains("another device") == true)
            #expect(try await world.read("1/1", of: id, as: "monitor") == "file 1")
        }
    }

    @Test(
        "a key that was sealed to a reader is not the case's next key once that reader is removed"
    )
    func freshKeyForRemoval() async throws {
        try await World.withReadCase { world, id, monitor in
            try await cutOff(id, in: world) {
                $0.method == "PUT" && $0.target.hasPrefix("/v1/keyrings/")
            }
            let prepared = Set(world.liar.puts(of: "/v1/packs/"))
            let notices = Notices()
            let result = try await world.act(as: "lawyer") { session in
                try await session.remove(
                    monitor,
                    from: id.hex,
                    notice: { notices.add($0) }
                )
            }
            #expect(result.epoch == 2)
            #expect(notices.all.count == 1)
            #expect(Set(world.liar.puts(of: "/v1/packs/")).subtracting(prepared).count == 1)
            await #expect(throws: ClientError.self) {
                try await world.read("1/1", of: id, as: "monitor")
            }
            #expect(try await world.read("1/1", of: id, as: "lawyer") == "file 1")
        }
    }

    @Test("a removal whose receipt was lost is recognised")
    func lostRemoval() async throws {
        try await World.withReadCase { world, id, monitor in
            let isPast = Flag()
            world.liar.lie { exchange in
                if exchange.method == "PUT", exchange.target.hasPrefix("/v1/keyrings/") {
                    isPast.set()
                }
                let isCut = isPast.isSet && exchange.target == "/v1/statements"
                return isCut ? exchange.with(status: 503) : exchange
            }
            await #expect(throws: ClientError.self) {
                try await world.act(as: "lawyer", pace: .once) {
                    try await $0.remove(monitor, from: id.hex)
                }
            }
            world.liar.repent()
            let result = try await world.act(as: "lawyer") {
                try await $0.remove(monitor, from: id.hex)
            }
            #expect(result.epoch == 2)
            #expect(!isJournalled(world))
        }
    }

    @Test("takes over everything from pages of one object each")
    func pages() async throws {
        try await World.withReadCase { world, id, _ in
            world.liar.lie { Self.shortened($0) }
            let (result, _) = try await rotate(id, in: world)
            #expect(result.objects == 4)
            let pages = world.liar.count(where: { $0.contains("/envelopes?after=") })
            #expect(pages >= 3)
            world.liar.repent()
            for number in 1...2 {
                let text = try await world.read("\(number)/1", of: id, as: "monitor")
                #expect(text == "file \(number)")
            }
        }
    }

    /// A page with its first object only.
    private static func shortened(_ exchange: LyingVault.Exchange) -> LyingVault.Exchange {
        guard exchange.target.contains("/envelopes"), exchange.method == "GET",
            let page = try? EnvelopePage(parsing: Array(exchange.body.readableBytesView)),
            let section = page.sections.first, let object = section.objects.first,
            page.next != nil || page.sections.count > 1 || section.objects.count > 1
        else { return exchange }
        var writer = EnvelopePage.Writer(caseID: page.caseID, total: page.total)
        writer.add(record: section.record, at: section.leaf, page.bytes[section.range])
        writer.add(object.id, page.bytes[object.range])
        writer.end(before: ObjectPlace(leaf: section.leaf, object: object.id))
        var answer = exchange
        answer.body = .init(bytes: writer.bytes)
        return answer
    }

    @Test("a vault that leaves an object out of its pages is not believed")
    func leavesOut() async throws {
        try await World.withReadCase { world, id, _ in
            world.liar.lie { exchange in
                guard exchange.target.hasSuffix("/envelopes"),
                    let page = try? EnvelopePage(parsing: Array(exchange.body.readableBytesView)),
                    let section = page.sections.first, let object = section.objects.first
                else { return exchange }
                var writer = EnvelopePage.Writer(caseID: page.caseID, total: page.total)
                writer.add(record: section.record, at: section.leaf, page.bytes[section.range])
                writer.add(object.id, page.bytes[object.range])
                var answer = exchange
                answer.body = .init(bytes: writer.bytes)
                return answer
            }
            let error = await #expect(throws: ClientError.self) { try await rotate(id, in: world) }
            #expect(error?.code == .untrusted)
            world.liar.repent()
            let (result, _) = try await rotate(id, in: world)
            #expect(result.objects == 4)
        }
    }

    @Test("the stretches that no pack holds are those that were never done or were dropped")
    func gaps() throws {
        func place(_ leaf: UInt64, _ object: UInt8) throws -> ObjectPlace {
            let id = try #require(ObjectID([UInt8](repeating: object, count: 16)))
            return ObjectPlace(leaf: leaf, object: id)
        }
        let places = try [Stretch.start, place(3, 9), place(4, 1), place(4, 7), place(9, 2)]
        var state = RotationState()
        for (number, (after, through)) in zip(places, places.dropFirst()).enumerated() {
            let pack = RewrappedPack(
                hash: "\(number)",
                after: after.text,
                through: through.text,
                objects: 2,
                lost: [],
                seen: 0
            )
            state.apply(.pack(pack))
        }
        #expect(try state.gaps.map(\.after) == [places[4]])
        state.apply(.dropped(["0", "2"]))
        let gaps = try state.gaps
        #expect(gaps.map(\.after) == [places[0], places[2], places[4]])
        #expect(gaps.map(\.through) == [places[1], places[3], nil])
        #expect(state.done == 4)
    }
}
