// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import Vault

@testable import Evidence
@testable import Sealing

@Suite struct ManifestTests {
    /// Names that would be trouble as paths; as values they are only text.
    static let names = [
        "../../etc/passwd", "/absolute", "CON", "nul.txt", "a\nb", "a\"b\\c", "a\u{0}b", "",
        String(repeating: "x", count: 300), "\u{1780}\u{17d2}\u{1781}\u{17c2}.txt",
        "\u{e9}t\u{e9}", "e\u{301}te\u{301}", "ti\u{1ebf}ng Vi\u{1ec7}t.pdf", "\u{202e}gpj.exe",
        "A", "a",
    ]

    @Test("keeps every name as it was found, to the byte")
    func namesStay() throws {
        let manifest = try Arrange.manifest(names: Self.names)
        let read = try Manifest(parsing: manifest.bytes)
        #expect(read.bytes == manifest.bytes)
        #expect(read.items == manifest.items)
        for (item, name) in zip(read.items, Self.names) {
            #expect(item.name.bytes == Array(name.utf8))
        }
    }

    @Test("writes a name that is not UTF-8 as base 64")
    func foreignName() throws {
        let name = ItemName([0x66, 0xff, 0x6f])
        #expect(String(decoding: name.value.bytes, as: UTF8.self) == #"{"base64":"Zv9v"}"#)
        #expect(ItemName(name.value) == name)
        #expect(ItemName(.object([JSONMember("base64", "YQ==")])) == nil)
    }

    @Test("writes the bytes that are promised")
    func golden() throws {
        let manifest = try Arrange.manifest(names: ["សាក្សី.txt"])
        let lines = String(decoding: manifest.bytes, as: UTF8.self)
            .replacing(/"salt":"[0-9a-f]{64}"/, with: #""salt":"S""#)
        #expect(
            lines == """
                {"format":"saksi/v1 manifest","case":"000102030405060708090a0b0c0d0e0f","epoch":1}
                {"salt":"S","leaf":"submission","value":{"created":"2026-11-21T05:50:42Z","items":1}}
                {"salt":"S","leaf":"consent","value":["court","un"]}
                {"salt":"S","leaf":"item/0001/file","value":{"object":"\(Arrange.job().objectID(1))","sha256":"\(Hash(hashing: Array("1".utf8)))","size":3}}
                {"salt":"S","leaf":"item/0001/name","value":"សាក្សី.txt"}
                {"salt":"S","leaf":"item/0001/type","value":"text/plain"}
                {"salt":"S","leaf":"item/0001/times","value":{"modified":"2026-11-21T05:50:42Z"}}
                {"salt":"S","leaf":"item/0001/role","value":"testimony"}

                """
        )
        #expect(Set(manifest.leaves.map(\.salt)).count == manifest.leaves.count)
    }

    @Test("commits to every leaf, among decoys up to a multiple of 64", arguments: [0, 1, 12, 13])
    func commitments(count: Int) throws {
        let manifest = try Arrange.manifest(names: (0..<count).map { "\($0)" })
        let list = try manifest.commitments(secrets: Arrange.job())
        #expect(list.commitments.count == (manifest.leaves.count + 63) / 64 * 64)
        for leaf in manifest.leaves { #expect(list.contains(Hash(hashing: leaf.bytes))) }
    }

    @Test("refuses any other spelling, order or content of a line")
    func strict() throws {
        let bytes = try Arrange.manifest(names: ["a", "b"]).bytes
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        func refuses(_ change: (inout [String]) -> Void) {
            var changed = lines
            change(&changed)
            let text = changed.joined(separator: "\n") + "\n"
            #expect(throws: ManifestError.self, "\(changed.count)") {
                try Manifest(parsing: Array(text.utf8))
            }
        }
        refuses { $0.swapAt(3, 4) }
        refuses { $0.remove(at: 5) }
        refuses { $0.append($0[3]) }
        refuses { $0.removeLast(5) }
        refuses { $0[1].insert(" ", at: $0[1].firstIndex(of: ",")!) }
        refuses { $0[2].replace(#"["court","un"]"#, with: #"["un","court"]"#) }
        refuses { $0[2].replace(#"["court","un"]"#, with: #"["court","court"]"#) }
        refuses { $0[4].replace(#""a""#, with: #""\u0061""#) }
        refuses { $0[3].replace(#""size":3"#, with: #""size":03"#) }
        refuses { $0[3].replace(#""size":3"#, with: #""size":-3"#) }
        refuses { $0[3].replace(#""size":3"#, with: #""size":3,"size":3"#) }
        refuses { $0[3].replace(#""size":3"#, with: #""size":99999999999999"#) }
        refuses { $0[0].replace("v1", with: "v2") }
        refuses { $0[7].replace("testimony", with: "other") }
        #expect(throws: ManifestError.unterminated) { try Manifest(parsing: bytes.dropLast()) }
        #expect(throws: ManifestError.unterminated) { try Manifest(parsing: []) }
    }

    @Test(
        "stops at nesting, repeated names and broken text",
        arguments: [
            String(repeating: "[", count: 100_000), #"{"a":1,"a":1}"#, "\"\u{1}\"", #""\x""#, "01",
            "18446744073709551616", #"{"a":1,}"#, "[1,]", "", "\"", #""\u00"#, #""\u0041""#, "nul",
        ]
    )
    func hostileJSON(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
    }

    @Test("is refused for a record of another case, other objects or other commitments")
    func otherRecord() throws {
        let manifest = try Arrange.manifest(names: ["a"])
        let commitments = try manifest.commitments(secrets: Arrange.job())
        let object = { (number: Int) in
            try ObjectDescription(
                id: Arrange.job().objectID(number),
                envelope: Hash(hashing: []),
                envelopeSize: 1,
                payloadSize: 1,
                keyCommitment: Hash(hashing: []),
                segments: [Hash(hashing: [])]
            )
        }
        func record(
            caseID: CaseID = Arrange.caseID,
            objects: [Int] = [0, 1],
            commitments: Hash
        ) throws -> SubmissionRecord {
            try SubmissionRecord(
                caseID: caseID,
                epoch: 1,
                commitments: commitments,
                objects: objects.map(object)
            )
        }
        try manifest.verify(
            against: record(commitments: commitments.hash),
            commitments: commitments
        )
        let other = try CommitmentList((0..<64).map { Hash(hashing: [UInt8($0)]) })
        #expect(throws: ManifestError.otherObjects) {
            try manifest.verify(
                against: record(objects: [0, 2], commitments: commitments.hash),
                commitments: commitments
            )
        }
        #expect(throws: ManifestError.otherCase) {
            try manifest.verify(
                against: record(
                    caseID: CaseID([UInt8](repeating: 9, count: 16))!,
                    commitments: commitments.hash
                ),
                commitments: commitments
            )
        }
        #expect(throws: ManifestError.otherCommitments) {
            try manifest.verify(against: record(commitments: other.hash), commitments: commitments)
        }
        #expect(throws: ManifestError.notCommitted(line: 2)) {
            try manifest.verify(against: record(commitments: other.hash), commitments: other)
        }
    }

    @Test("opens from its sealed object")
    func opens() async throws {
        let manifest = try Arrange.manifest(names: ["a", "b"])
        let commitments = try manifest.commitments(secrets: Arrange.job())
        let (object, segments) = try await Arrange.seal(.bytes(manifest.bytes), number: 0)
        let items = try await [1, 2].asyncMap {
            try await Arrange.seal(.bytes([1]), number: $0).object.description
        }
        let record = try SubmissionRecord(
            caseID: Arrange.caseID,
            epoch: 1,
            commitments: commitments.hash,
            objects: [object.description] + items
        )
        let opened = try Manifest(
            opening: record,
            commitments: commitments,
            envelope: object.envelope,
            identities: [Arrange.identity()]
        ) { segments[$0] }
        #expect(opened.bytes == manifest.bytes)
    }
}

extension Array {
    func asyncMap<Other>(_ transform: (Element) async throws -> Other) async rethrows -> [Other] {
        var mapped: [Other] = []
        for element in self { mapped.append(try await transform(element)) }
        return mapped
    }
}
