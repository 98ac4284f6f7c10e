// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing

@testable import Vault

@Suite("Pages of envelopes")
struct EnvelopePageTests {
    private func id(_ number: UInt8) throws -> ObjectID {
        try #require(ObjectID([UInt8](repeating: number, count: 16)))
    }

    private func page(_ write: (inout EnvelopePage.Writer) throws -> Void) throws -> [UInt8] {
        let caseID = try #require(CaseID([UInt8](repeating: 9, count: 16)))
        var writer = EnvelopePage.Writer(caseID: caseID, total: 3)
        try write(&writer)
        return writer.bytes
    }

    @Test("what was written is read, with records that are in it and one that is not")
    func reads() throws {
        let record = Hash(hashing: [1])
        let bytes = try page { writer in
            writer.add(record: record, at: 4, [1])
            writer.add(try id(1), Array("one\n".utf8))
            writer.add(try id(2), Array("two\n".utf8))
            writer.add(record: Hash(hashing: [2]), at: 7, [])
            writer.add(try id(1), Array("three\n".utf8))
            writer.end(before: ObjectPlace(leaf: 7, object: try id(1)))
        }
        let page = try EnvelopePage(parsing: bytes)
        #expect(page.total == 3)
        #expect(page.sections.map(\.leaf) == [4, 7])
        #expect(page.sections.map(\.range.count) == [1, 0])
        #expect(page.sections[0].record == record)
        let texts = page.sections.flatMap(\.objects).map { page.bytes[$0.range] }
        #expect(texts.map { String(decoding: $0, as: UTF8.self) } == ["one\n", "two\n", "three\n"])
        let last = ObjectPlace(leaf: 7, object: try id(1))
        #expect(page.next == last)
    }

    @Test("an empty case has an empty last page")
    func empty() throws {
        let page = try EnvelopePage(parsing: try page { _ in })
        #expect(page.sections.isEmpty)
        #expect(page.next == nil)
    }

    @Test("refuses what is out of order, cut off or left over")
    func refuses() throws {
        let record = Hash(hashing: [1])
        let good = try page { writer in
            writer.add(record: record, at: 4, [1])
            writer.add(try id(2), [7])
        }
        let wrong = [
            try page { writer in
                writer.add(record: record, at: 4, [1])
                writer.add(try id(2), [7])
                writer.add(try id(2), [7])
            },
            try page { writer in
                for _ in 0..<2 {
                    writer.add(record: record, at: 4, [1])
                    writer.add(try id(2), [7])
                }
            },
            try page { writer in writer.add(record: record, at: 4, [1]) },
            try page { writer in
                writer.add(record: record, at: 4, [1])
                writer.add(try id(2), [7])
                writer.end(before: ObjectPlace(leaf: 4, object: try id(3)))
            },
            Array(good.dropLast()), good + [0], Array(good.dropFirst()),
        ]
        for bytes in wrong {
            #expect(throws: EnvelopePageError.self) { try EnvelopePage(parsing: bytes) }
        }
    }

    @Test("a place has one spelling")
    func places() throws {
        let place = ObjectPlace(leaf: 12, object: try id(0xab))
        #expect(ObjectPlace(parsing: place.text) == place)
        for wrong in ["", "12", "012-\(place.object.hex)", "12-AB", "\(place.text)-", "-1-00"] {
            #expect(ObjectPlace(parsing: wrong) == nil)
        }
    }
}
