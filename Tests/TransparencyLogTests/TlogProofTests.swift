// SPDX-License-Identifier: Apache-2.0

import Bulk
import TestSupport
import Testing
import TransparencyLog

@Suite struct TlogProofTests {
    struct File: Decodable {
        struct Valid: Decodable {
            var index: UInt64
            var extra: String?
            var text: String
        }

        struct Invalid: Decodable {
            var text: String
            var why: String
        }

        struct More: Decodable { var cases: [String] }

        var format_ok: [Valid]
        var parse_err: [Invalid]
        var parse_err_torchwood: More
    }

    @Test("proves each entry of logs of several sizes, and reads what it writes")
    func roundTrips() throws {
        for count in [1, 2, 3, 11] {
            let log = try SmallLog(entries: count)
            for index in 0..<count {
                let proof = try log.proof(of: index, cosignedBy: 1)
                let read = try TlogProof(parsing: proof.bytes)
                #expect(read == proof)
                let trusted = try read.verify(leaf: log.leaf(index), policy: log.policy(quorum: 1))
                #expect(trusted.checkpoint == log.checkpoint)
                #expect(throws: TlogProofError.self) {
                    try read.verify(leaf: log.leaf(index), policy: log.policy(quorum: 2))
                }
                #expect(throws: TlogProofError.notIncluded(.rootMismatch)) {
                    try read.verify(leaf: MerkleTree.emptyRoot, policy: log.policy())
                }
            }
        }
    }

    @Test("carries extra data, which no signature covers")
    func carriesExtraData() throws {
        let log = try SmallLog()
        let plain = try log.proof(of: 4)
        let proof = TlogProof(
            index: plain.index,
            hashes: plain.hashes,
            checkpoint: plain.checkpoint,
            extra: [1, 2, 3]
        )
        #expect(proof.text.hasPrefix("c2sp.org/tlog-proof@v1\nextra AQID\nindex 4\n"))
        #expect(try TlogProof(parsing: proof.bytes) == proof)
        let empty = TlogProof(index: 4, hashes: [], checkpoint: plain.checkpoint, extra: [])
        #expect(empty.extra == nil)
    }

    @Test("proves nothing once any byte is changed, and never traps")
    func refusesMutations() throws {
        let log = try SmallLog(entries: 5)
        let proof = try log.proof(of: 2, cosignedBy: 1)
        for bytes in mutations(of: proof.bytes) where bytes != proof.bytes {
            #expect(throws: TlogProofError.self, "\(String(decoding: bytes, as: UTF8.self))") {
                try TlogProof(parsing: bytes)
                    .verify(leaf: log.leaf(2), policy: log.policy(quorum: 1))
            }
        }
    }

    @Test("names the rule that a proof breaks")
    func namesRules() throws {
        let note = String(decoding: try SmallLog().note().bytes, as: UTF8.self)
        let head = "c2sp.org/tlog-proof@v1\n"
        let hash = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        let cases: [(String, TlogProofError)] = [
            ("", .missingBlankLine), (head, .missingBlankLine), ("\n\n", .missingHeader),
            ("C2sp.org/tlog-proof@v1\nindex 0\n\n\(note)", .missingHeader),
            ("\(head)index 0\n\n", .malformedCheckpoint(.missingSignatures)),
            ("\(head)index 00\n\n\(note)", .malformedIndex),
            ("\(head)index  0\n\n\(note)", .malformedIndex),
            ("\(head)index 18446744073709551616\n\n\(note)", .malformedIndex),
            ("\(head)\(hash)\n\(note)", .malformedIndex),
            ("\(head)index 0\nextra AQID\n\n\(note)", .malformedHash(number: 1)),
            ("\(head)extra \nindex 0\n\n\(note)", .malformedExtra),
            ("\(head)extra AQI\nindex 0\n\n\(note)", .malformedExtra),
            ("\(head)extra AQID\nextra AQID\nindex 0\n\n\(note)", .malformedIndex),
            ("\(head)index 0\n\(hash)AAAA\n\n\(note)", .malformedHash(number: 2)),
            (
                "\(head)index 0\n\(String(repeating: hash, count: 64))\n\(note)",
                .tooManyHashes
            ),
        ]
        for (text, error) in cases {
            #expect(throws: error, "\(text)") { try TlogProof(parsing: Array(text.utf8)) }
        }
        #expect(throws: TlogProofError.tooLarge) {
            try TlogProof(parsing: [UInt8](repeating: 0x0a, count: TlogProof.maximumSize + 1))
        }
    }

    @Test(
        "reads the format's public examples",
        .enabled(if: Vectors.exist("tlog/json/tlog-proof-format.json"), Vectors.reason)
    )
    func readsPublicExamples() throws {
        let file: File = try Vectors.json("tlog/json/tlog-proof-format.json")
        let note = String(decoding: try SmallLog().note().bytes, as: UTF8.self)
        for valid in file.format_ok {
            // Their checkpoints are a line of prose, which ends the reading there and only there.
            #expect(throws: TlogProofError.malformedCheckpoint(.missingSignatures)) {
                try TlogProof(parsing: Array(valid.text.utf8))
            }
            let blank = try #require(valid.text.firstRange(of: "\n\n"))
            let text = valid.text[..<blank.upperBound] + note
            let proof = try TlogProof(parsing: Array(text.utf8))
            #expect(proof.index == valid.index)
            #expect((proof.extra == nil) == (valid.extra == nil))
            #expect(proof.text == text)
        }
        for text in file.parse_err.map(\.text) + file.parse_err_torchwood.cases {
            #expect(throws: TlogProofError.self) { try TlogProof(parsing: Array(text.utf8)) }
        }
    }
}
