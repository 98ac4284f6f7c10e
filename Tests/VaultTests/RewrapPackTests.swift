// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import Vault

@Suite("Packs of envelopes")
struct RewrapPackTests {
    private let id = CaseID.test("one")

    private func pack(_ change: (String) -> String = { $0 }) throws -> RewrapPack {
        var writer = RewrapPack.Writer(caseID: id, epoch: 2)
        for label in ["1", "2", "3"] {
            let envelope = label == "2" ? nil : Array("header of \(label)\n".utf8)
            let full = writer.add(.test(label), envelope)
            #expect(full == nil)
        }
        let finished = writer.finish()
        let bytes = try #require(finished)
        let none = writer.finish()
        #expect(none == nil)
        let text = change(String(decoding: bytes, as: UTF8.self))
        return try RewrapPack(parsing: Array(text.utf8))
    }

    @Test("give back each envelope, and say which object has none")
    func readsBack() throws {
        let pack = try pack()
        #expect(pack.caseID == id)
        #expect(pack.epoch == 2)
        #expect(pack.places.map(\.object) == ["1", "2", "3"].map(ObjectID.test).sorted())
        for place in pack.places {
            let label = ["1", "2", "3"].first { ObjectID.test($0) == place.object } ?? ""
            let envelope = place.range.map { String(decoding: pack.bytes[$0], as: UTF8.self) }
            #expect(envelope == (label == "2" ? nil : "header of \(label)\n"))
        }
    }

    @Test("are full before they are larger than 4 MiB")
    func isCut() throws {
        var writer = RewrapPack.Writer(caseID: id, epoch: 2)
        let size = Int(ObjectDescription.maximumEnvelopeSize)
        let envelope = [UInt8](repeating: 0x41, count: size)
        var packs: [RewrapPack] = []
        for number in 0..<130 {
            if let full = writer.add(.test("\(number)"), envelope) {
                packs.append(try RewrapPack(parsing: full))
            }
        }
        let last = writer.finish()
        packs.append(try RewrapPack(parsing: #require(last)))
        #expect(packs.map(\.places.count) == [63, 63, 4])
        #expect(Set(packs.flatMap(\.places).map(\.object)).count == 130)
    }

    @Test("are refused when a line or an envelope is not in its form")
    func refuses() throws {
        func error(_ change: (String) -> String) -> RewrapPackError? {
            do {
                _ = try pack(change)
                return nil
            } catch { return error as? RewrapPackError }
        }
        #expect(error { $0.replacing("rewrap", with: "record") } == .header)
        #expect(error { $0.replacing("epoch: 2", with: "epoch: 02") } == .header)
        #expect(error { $0.replacing("epoch: 2", with: "epoch: 0") } == .header)
        #expect(error { String($0.prefix(while: { $0 != "o" })) } == .header)
        #expect(error { $0 + "object: 00\n" } != nil)
        #expect(error { $0 + "\n" } != nil)
        #expect(error { String($0.dropLast()) } != nil)
        let last = ["1", "2", "3"].map(ObjectID.test).max()
        #expect(error { $0 + "lost: \(last?.hex ?? "")\n" } == last.map { .order($0) })
        let top = String(repeating: "f", count: 32)
        let id = try #require(ObjectID(hex: top))
        for size in ["0", "65537", "1"] {
            #expect(error { $0 + "object: \(top) \(size)\n" } == .envelopeSize(id))
        }
        let big = [UInt8](repeating: 0, count: RewrapPack.maximumSize + 1)
        #expect(throws: RewrapPackError.tooLarge) { try RewrapPack(parsing: big) }
    }

    @Test("are refused where nothing is in them")
    func refusesNothing() throws {
        let head = "saksi/v1 rewrap\ncase: \(id.hex)\nepoch: 2\n"
        #expect(throws: RewrapPackError.empty) { try RewrapPack(parsing: Array(head.utf8)) }
    }
}
