// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import TestSupport
import Testing
import TransparencyLog
import Vault

@Suite("Records")
struct RecordTests {
    static func object(_ label: String, payloadSize: UInt64) throws -> ObjectDescription {
        let count = Int(ObjectDescription.segmentCount(of: payloadSize))
        return try ObjectDescription(
            id: .test(label),
            envelope: .test("envelope \(label)"),
            envelopeSize: 1800,
            payloadSize: payloadSize,
            keyCommitment: .test("commitment \(label)"),
            segments: (0..<count).map { .test("segment \(label) \($0)") }
        )
    }

    static func record() throws -> SubmissionRecord {
        try SubmissionRecord(
            caseID: .test("one"),
            epoch: 1,
            commitments: .test("commitments"),
            objects: [
                object("manifest", payloadSize: 4112), object("file", payloadSize: 9_000_000),
                object("even", payloadSize: 2 * ObjectDescription.segmentSize),
            ]
        )
    }

    @Test("have the promised bytes, and read back")
    func golden() throws {
        let record = try Self.record()
        try Golden.expect(String(decoding: record.bytes, as: UTF8.self), matches: "record.txt")
        #expect(try SubmissionRecord(parsing: record.bytes) == record)
        #expect(record.hash == Hash(hashing: record.bytes))
    }

    @Test("name a payload by the tree hash over its segments' digests")
    func payloadRoot() throws {
        let object = try Self.object("file", payloadSize: 9_000_000)
        let leaves = object.segments.map { MerkleTree.leafHash($0.bytes) }
        let root = MerkleTree.nodeHash(MerkleTree.nodeHash(leaves[0], leaves[1]), leaves[2])
        #expect(object.payloadRoot == root)
        let sizes = (0..<3).map { object.size(ofSegment: $0) }
        #expect(sizes == [4_194_304, 4_194_304, 611_392])
    }

    @Test(
        "need just so many segments as the payload has",
        arguments: [
            (1, 1), (4_194_303, 1), (4_194_304, 1), (4_194_305, 2), (8_388_608, 2), (8_388_609, 3),
        ] as [(UInt64, UInt64)]
    )
    func segmentCounts(size: UInt64, count: UInt64) throws {
        #expect(ObjectDescription.segmentCount(of: size) == count)
        for wrong in [count - 1, count + 1] {
            #expect(throws: RecordError.segmentCount(object: .test("x"))) {
                try ObjectDescription(
                    id: .test("x"),
                    envelope: .test("e"),
                    envelopeSize: 1,
                    payloadSize: size,
                    keyCommitment: .test("k"),
                    segments: (0..<Int(wrong)).map { .test("\($0)") }
                )
            }
        }
    }

    @Test("refuse what does not fit together")
    func refuses() throws {
        let text = String(decoding: try Self.record().bytes, as: UTF8.self)
        let file = ObjectID.test("file")
        func expect(_ from: String, _ to: String, _ error: RecordError) throws {
            let range = try #require(text.firstRange(of: from))
            let changed = text.replacingCharacters(in: range, with: to)
            #expect(throws: error) { try SubmissionRecord(parsing: Array(changed.utf8)) }
        }
        try expect(" 9000000 ", " 9999999999 ", .segmentCount(object: file))
        try expect(" 4112 ", " 0 ", .segmentCount(object: .test("manifest")))
        try expect(" 1800 ", " 0 ", .envelopeSize(object: .test("manifest")))
        try expect(" 1800 ", " 65537 ", .envelopeSize(object: .test("manifest")))
        try expect(
            "segment: \(Hash.test("segment file 1").hex)",
            "segment: \(Hash.test("another").hex)",
            .payloadRoot(object: file)
        )
        try expect("segment: \(Hash.test("segment file 1").hex)\n", "", .segmentCount(object: file))
        try expect(file.hex, ObjectID.test("manifest").hex, .repeatedObject(.test("manifest")))
        try expect(
            " 1800 ",
            " 01800 ",
            .line(LineError(line: 5, rule: .value(key: "object", want: .decimal)))
        )
        try expect(
            " 1800 ",
            "  1800 ",
            .line(LineError(line: 5, rule: .value(key: "object", want: .fields)))
        )
        try expect(
            "epoch: 1",
            "epoch: 0",
            .line(LineError(line: 3, rule: .value(key: "epoch", want: .range)))
        )
        try expect("segment: ", "name: ", .segmentCount(object: .test("manifest")))
        let head = text.split(separator: "\n").prefix(4).joined(separator: "\n") + "\n"
        #expect(throws: RecordError.noObject) { try SubmissionRecord(parsing: Array(head.utf8)) }
        #expect(throws: RecordError.line(LineError(line: 1, rule: .notPrintable))) {
            try SubmissionRecord(parsing: [0xff, 0x0a])
        }
        #expect(throws: RecordError.tooLarge) {
            try SubmissionRecord(
                parsing: [UInt8](repeating: 0x61, count: SubmissionRecord.maximumSize + 1)
            )
        }
    }

    @Test("are refused when a byte is changed, or are another record")
    func everyByteCounts() throws {
        let record = try Self.record()
        let bytes = record.bytes
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 0x01
            guard let other = try? SubmissionRecord(parsing: changed) else { continue }
            #expect(other != record)
            #expect(other.bytes == changed)
        }
    }
}

@Suite("Commitment lists")
struct CommitmentListTests {
    static let commitments = (0..<64).map { Hash.test("commitment \($0)") }

    @Test("are sorted lines, and read back")
    func golden() throws {
        let list = try CommitmentList(Self.commitments)
        try Golden.expect(String(decoding: list.bytes, as: UTF8.self), matches: "commitments.txt")
        #expect(try CommitmentList(parsing: list.bytes) == list)
        #expect(list.hash == Hash(hashing: list.bytes))
        #expect(Self.commitments.allSatisfy { list.contains($0) })
        #expect(!list.contains(.test("another")))
    }

    @Test("refuse other counts, orders and spellings")
    func refuses() throws {
        let bytes = try CommitmentList(Self.commitments).bytes
        #expect(throws: CommitmentListError.count) { try CommitmentList([]) }
        #expect(throws: CommitmentListError.count) { try CommitmentList(parsing: []) }
        #expect(throws: CommitmentListError.count) {
            try CommitmentList(Array(Self.commitments.dropLast()))
        }
        #expect(throws: CommitmentListError.count) {
            try CommitmentList(parsing: Array(bytes.dropLast(65)))
        }
        #expect(throws: CommitmentListError.count) {
            try CommitmentList(parsing: bytes + [0x0a])
        }
        #expect(throws: CommitmentListError.notAscending(line: 2)) {
            try CommitmentList(
                parsing: Array(bytes[65..<130] + bytes[..<65] + bytes[130...])
            )
        }
        #expect(throws: CommitmentListError.notAscending(line: 64)) {
            try CommitmentList(parsing: Array(bytes.dropLast(65) + bytes.suffix(130).prefix(65)))
        }
        var upper = bytes
        let letter = try #require(bytes.firstIndex { $0 >= UInt8(ascii: "a") })
        upper[letter] ^= 0x20
        #expect(throws: CommitmentListError.notHexadecimal(line: letter / 65 + 1)) {
            try CommitmentList(parsing: upper)
        }
    }
}

@Suite("Padded sizes")
struct PadmeTests {
    @Test(
        "are those of the paper's rule",
        arguments: [
            (0, 4096), (1, 4096), (4096, 4096), (4097, 4352), (5000, 5120), (65_536, 65_536),
            (65_537, 67_584), (1_000_000, 1_015_808), (1_073_741_824, 1_073_741_824),
            (1_073_741_825, 1_107_296_256),
        ] as [(UInt64, UInt64)]
    )
    func knownSizes(size: UInt64, padded: UInt64) {
        #expect(Padme.paddedSize(of: size) == padded)
    }

    @Test("grow with the size, waste at most 12 % and are their own padded size")
    func properties() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let size = UInt64.random(in: 4096...(1 << UInt64.random(in: 13...62)), using: &random)
            let padded = Padme.paddedSize(of: size)
            #expect(padded >= size)
            #expect(Double(padded - size) <= 0.12 * Double(size))
            #expect(Padme.paddedSize(of: padded) == padded)
            #expect(Padme.paddedSize(of: size - 1) <= padded)
        }
    }
}

/// A generator whose numbers are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}
