// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import TestSupport
import Testing
import TransparencyLog

@Suite(.enabled(if: Vectors.exist("tlog/json", "tlog/torchwood-mldsa"), Vectors.reason))
struct PublicExampleTests {
    private func json(_ name: String) throws -> [String: Any] {
        let bytes = try Data(Vectors.bytes("tlog/json/\(name).json"))
        return try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }

    @Test("verifies the note in the specification")
    func specificationNote() throws {
        let example = try #require(
            try json("c2sp-spec-examples")["signed_note_example"] as? [String: Any]
        )
        let key = try VerifierKey(parsing: #require(example["vkey"] as? String))
        let note = try SignedNote(parsing: Array(#require(example["note"] as? String).utf8))
        #expect(try note.verified(by: [key]).count == 1)
    }

    @Test("reads the checkpoint in the specification, whose signature is sum.golang.org's")
    func specificationCheckpoint() throws {
        let example = try #require(
            try json("c2sp-spec-examples")["checkpoint_example"] as? [String: Any]
        )
        let note = try SignedNote(parsing: Array(#require(example["note"] as? String).utf8))
        let checkpoint = try Checkpoint(parsing: note.text)
        #expect(checkpoint.origin == "example.com/behind-the-sofa")
        #expect(checkpoint.size == 20_852_163)
        #expect(checkpoint.text == note.text)
        let sumKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
        let key = try VerifierKey(parsing: sumKey)
        let body = try #require(
            example["log_sig_verifies_with_sum_golang_org_key_over_body"] as? String
        )
        let line = note.signatures[0].line.replacing(checkpoint.origin, with: "sum.golang.org")
        let original = try SignedNote(parsing: Array("\(body)\n\(line)\n".utf8))
        let log = TrustPolicy.Log(key: key, origin: "go.sum database tree")
        #expect(try TrustPolicy(logs: [log]).verify(original).checkpoint.size == checkpoint.size)
        #expect(throws: NoteError.noKnownSignature) { try note.verified(by: [key]) }
    }

    @Test("keeps an ML-DSA-44 checkpoint as it is, and does not claim to have checked it")
    func keepsMLDSA() throws {
        let vkey = try Vectors.text("tlog/torchwood-mldsa/log.vkey").split(separator: "\n")[0]
        let key = try VerifierKey(parsing: vkey)
        #expect(key.algorithm == .mlDSA44)
        #expect(key.text == vkey)
        let bytes = try Vectors.bytes("tlog/torchwood-mldsa/checkpoint")
        let note = try SignedNote(parsing: bytes)
        #expect(note.bytes == bytes)
        #expect(note.signatures.contains { $0.keyID == key.keyID && $0.bytes.count == 2428 })
        #expect(throws: NoteError.noKnownSignature) { try note.verified(by: [key]) }
    }

    @Test("keeps an RFC 6962 checkpoint as it is, under the key ID of its log")
    func keepsRFC6962() throws {
        let bytes = try Vectors.bytes("tlog/sunlight-skylight-tree/checkpoint")
        let note = try SignedNote(parsing: bytes)
        #expect(note.bytes == bytes)
        let file = try Data(Vectors.bytes("tlog/sunlight-skylight-tree/log.v3.json"))
        let log = try #require(JSONSerialization.jsonObject(with: file) as? [String: Any])
        let spki = try #require((log["key"] as? String).flatMap { Base64.padded.decode($0) })
        let key = try VerifierKey(
            name: "rome2026h1.example.org",
            algorithm: .rfc6962,
            publicKey: spki
        )
        #expect(key.keyID == 0x9150_7526)
        #expect(note.signatures.map(\.keyID) == [key.keyID])
        #expect(try VerifierKey(parsing: key.text) == key)
        let head = try #require(log["final_tree_head"] as? [String: Any])
        let checkpoint = try Checkpoint(parsing: note.text)
        #expect(Base64.padded.encode(checkpoint.root.bytes) == head["sha256_root_hash"] as? String)
    }

    @Test("splits a verifier key at the first two plus signs only")
    func splitsAtFirstPlus() throws {
        let text = try #require(
            try json("sigsum-vectors")["vkey_cosignature_type_example"] as? String
        )
        let key = try VerifierKey(parsing: text)
        #expect(key.algorithm == .cosignatureV1)
        #expect(key.text == text)
    }

    @Test("verifies a Sigsum log's tree head, a witness's cosignature and the inclusion of a leaf")
    func sigsum() throws {
        let example = try #require(
            try json("sigsum-vectors")["proof_with_cosignature"] as? [String: Any]
        )
        let lines = try #require(example["ascii"] as? String).split(separator: "\n")
        let fields = lines.map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        func values(_ name: String) -> [String] { fields.filter { $0[0] == name }.map { $0[1] } }
        func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }
        func key(_ name: String) throws -> [UInt8] {
            let text = try #require(example[name] as? String).split(separator: " ")[1]
            return try Array(#require(Base64.padded.decode(text)).suffix(32))
        }
        let logKey = try key("log_key_ssh")
        let origin = "sigsum.org/v1/tree/\(Hash(hashing: logKey).hex)"
        let checkpoint = try Checkpoint(
            origin: origin,
            size: #require(UInt64(values("size")[0])),
            root: #require(Hash(hex: values("root_hash")[0]))
        )
        let log = try VerifierKey(name: origin, ed25519: logKey)
        let witness = try VerifierKey(
            name: "witness",
            algorithm: .cosignatureV1,
            publicKey: key("witness_key_ssh")
        )
        let cosignature = values("cosignature")[0].split(separator: " ")
        let time = try #require(UInt64(cosignature[1]))
        let timeBytes = (0..<8).map { UInt8(truncatingIfNeeded: time >> UInt64(56 - 8 * $0)) }
        func line(_ key: VerifierKey, _ signature: [UInt8]) -> String {
            let id = (0..<4).map { UInt8(truncatingIfNeeded: key.keyID >> UInt32(24 - 8 * $0)) }
            return "— \(key.name) \(Base64.padded.encode(id + signature))\n"
        }
        let note = try SignedNote(
            parsing: Array(
                (checkpoint.text + "\n" + line(log, bytes(values("signature")[0]))
                    + line(witness, timeBytes + bytes(String(cosignature[2])))).utf8
            )
        )
        let leafFields = values("leaf")[0].split(separator: " ")
        let message = try bytes(#require(example["message_hex"] as? String))
        let leaf =
            try Hash(hashing: message).bytes + bytes(String(leafFields[1]))
            + bytes(String(leafFields[0]))
        let proof = try TlogProof(
            index: #require(UInt64(values("leaf_index")[0])),
            hashes: values("node_hash").map { try #require(Hash(hex: $0)) },
            checkpoint: note
        )
        let policy = TrustPolicy(
            logs: [TrustPolicy.Log(key: log)],
            witnesses: [TrustPolicy.Witness(key: witness)],
            quorum: .witness(witness)
        )
        let trusted = try TlogProof(parsing: proof.bytes)
            .verify(leaf: MerkleTree.leafHash(leaf), policy: policy)
        #expect(trusted.cosignatures.map(\.time) == [time])
    }
}
