// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import TransparencyLog

@Suite struct TilePathTests {
    @Test("writes an index in groups of three digits")
    func writesGroups() throws {
        let cases: [(UInt64, String)] = [
            (0, "000"), (255, "255"), (999, "999"), (1000, "x001/000"),
            (1_234_067, "x001/x234/067"),
            (1_000_000, "x001/x000/000"), (.max, "x018/x446/x744/x073/x709/x551/615"),
        ]
        for (index, text) in cases {
            let path = try TilePath(level: 3, index: index)
            #expect(path.path == "tile/3/\(text)")
            #expect(try TilePath(parsing: path.path) == path)
            let partial = try EntryBundlePath(index: index, width: 7)
            #expect(partial.path == "tile/entries/\(text).p/7")
            #expect(try EntryBundlePath(parsing: partial.path) == partial)
        }
    }

    @Test(
        "refuses other spellings",
        arguments: [
            "", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000",
            "tile/00/000", "tile/+1/000", "tile/64/000", "tile/0/x000/001", "tile/0/x001",
            "tile/0/001/002", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256",
            "tile/0/000.p/01", "tile/0/000.p/1/2", "tile/0/000/p/1", "/tile/0/000", "tile/0/000/",
            "tile/0/X001/000", "tile/0/x001/00a", "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/.p/1", "tile/0/x001/.p/1", "tile/entries/000", "tile/8/0/000", "tile/0/٠٠٠",
            "tile/0/../000", "tile/0//000", "tile/0/x001.p/002", "tile/0/x001/000.p.p/1",
        ]
    )
    func refusesOtherSpellings(text: String) {
        #expect(throws: TilePathError.self) { try TilePath(parsing: text) }
    }

    @Test("refuses a hash tile's path where a bundle's is wanted")
    func tellsBundlesApart() {
        #expect(throws: TilePathError.missingPart) { try EntryBundlePath(parsing: "tile/0/000") }
        #expect(throws: TilePathError.malformedLevel) { try TilePath(level: 64, index: 0) }
        #expect(throws: TilePathError.malformedLevel) { try TilePath(level: -1, index: 0) }
        #expect(throws: TilePathError.malformedWidth) {
            try TilePath(level: 0, index: 0, width: 0)
        }
        #expect(throws: TilePathError.malformedWidth) { try EntryBundlePath(index: 0, width: 257) }
    }

    @Test("gives the right edge of the specification's example")
    func rightEdge() {
        #expect(
            TilePath.rightEdge(ofTreeOf: 70_000).map(\.path)
                == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]
        )
        #expect(TilePath.rightEdge(ofTreeOf: 256).map(\.path) == ["tile/0/000", "tile/1/000.p/1"])
        #expect(TilePath.rightEdge(ofTreeOf: 0).isEmpty)
        #expect(TilePath.rightEdge(ofTreeOf: .max).count == 8)
    }
}

/// The cases of tessera's layout tests.
@Suite(.enabled(if: Vectors.exist("tlog/json/tile-paths.json"), Vectors.reason))
struct TesseraPathTests {
    let file: [String: Any]

    init() throws {
        let bytes = try Data(Vectors.bytes("tlog/json/tile-paths.json"))
        file = try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }

    private func rows(_ name: String) throws -> [[Any]] { try #require(file[name] as? [[Any]]) }

    private func number(_ value: Any) throws -> UInt64 {
        try #require(value as? NSNumber).uint64Value
    }

    /// Tessera writes 0 for the width of a full tile.
    private func width(_ value: Any) throws -> Int {
        let width = try #require(value as? NSNumber).intValue
        return width == 0 ? 256 : width
    }

    @Test("finds the bundle of an entry")
    func bundles() throws {
        for row in try rows("entry_path_for_index") {
            let path = try EntryBundlePath(holding: number(row[0]), inTreeOf: number(row[1]))
            #expect(path?.path == row[2] as? String)
        }
        #expect(EntryBundlePath(holding: 5, inTreeOf: 5) == nil)
    }

    @Test("writes tile paths")
    func tiles() throws {
        for row in try rows("tile_path") {
            let path = try TilePath(
                level: Int(number(row[0])),
                index: number(row[1]),
                width: width(row[2])
            )
            #expect(path.path == row[3] as? String)
        }
    }

    @Test("reads what is a tile path and nothing else")
    func parses() throws {
        for row in try rows("parse_ok") {
            let path = try TilePath(parsing: "tile/\(row[0])/\(row[1])")
            #expect(try path.level == Int(number(row[2])))
            #expect(try path.index == number(row[3]))
            #expect(try path.width == width(row[4]))
        }
        for row in try rows("parse_err") {
            #expect(throws: TilePathError.self, "\(row)") {
                try TilePath(parsing: "tile/\(row[0])/\(row[1])")
            }
        }
    }

    @Test("goes through a range of entries bundle by bundle")
    func ranges() throws {
        let section = try #require(file["range"] as? [String: Any])
        for row in try #require(section["cases"] as? [[Any]]) {
            let (from, count, size) = try (number(row[0]), number(row[1]), number(row[2]))
            let wanted = try #require(row[3] as? [[Any]])
            var found: [[UInt64]] = []
            var next = from
            while next < from + count, let path = EntryBundlePath(holding: next, inTreeOf: size) {
                let first = next % 256
                let taken = min(UInt64(path.width) - first, from + count - next)
                found.append([path.index, UInt64(path.isPartial ? path.width : 0), first, taken])
                next += taken
            }
            #expect(try found == wanted.map { try $0.map { try number($0) } })
        }
    }
}
