// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import TestSupport
import Testing
import TransparencyLog

/// The requests of torchwood's and Sunlight's own tests, sent in order to one fresh witness.
@Suite(.enabled(if: Vectors.exist("tlog/json/witness-add-checkpoint.json"), Vectors.reason))
struct WitnessVectorTests {
    struct File: Decodable {
        struct Request: Decodable {
            var name: String
            var body: String
            var status: Int
            var response_body: String?
            var content_type: String?
        }
        struct Other: Decodable {
            var log_pub_hex: String
            var checkpoint: String
        }

        var log_vkey: String
        var log_origin: String
        var requests: [Request]
        var multi_cosignature_log: Other
    }

    let file: File

    init() throws { file = try Vectors.json("tlog/json/witness-add-checkpoint.json") }

    @Test("answers each public request with the status that other witnesses answer")
    func answers() throws {
        let key = try VerifierKey(parsing: file.log_vkey)
        var log = WitnessedLog(origin: file.log_origin, keys: [key])
        for request in file.requests {
            do throws(WitnessRefusal) {
                let read: AddCheckpointRequest
                do { read = try AddCheckpointRequest(parsing: Array(request.body.utf8)) } catch {
                    throw .malformed(error)
                }
                #expect(read.bytes == Array(request.body.utf8))
                _ = try log.accept(read)
                log.latest = read.checkpoint
                #expect(request.status == 200, "\(request.name)")
            } catch {
                #expect(error.status == request.status, "\(request.name): \(error)")
                if let body = request.response_body { #expect(error.body == body) }
                if let type = request.content_type { #expect(error.mediaType == type) }
            }
        }
        #expect(log.latest?.size == 5)
    }

    @Test("reads the checkpoint of a log whose key is named by itself")
    func otherLog() throws {
        let note = Array(file.multi_cosignature_log.checkpoint.utf8)
        let request = try AddCheckpointRequest(
            oldSize: 0,
            proof: [],
            note: SignedNote(parsing: note)
        )
        let bytes = try #require(Hex.decode(file.multi_cosignature_log.log_pub_hex))
        let key = try VerifierKey(name: request.checkpoint.origin, ed25519: bytes)
        let log = WitnessedLog(origin: key.name, keys: [key])
        #expect(try log.accept(request).bytes == note)
    }
}

@Suite struct WitnessTests {
    /// The same log at two of its sizes.
    let small: SmallLog
    let large: SmallLog

    init() throws {
        small = try SmallLog(entries: 5)
        large = try SmallLog(entries: 11)
    }

    private var proof: [Hash] {
        get throws { try large.tree.consistencyProof(from: 5).hashes }
    }

    /// A log that was seen at the small size, or never.
    private func log(seen: Bool = true, keys: [VerifierKey]? = nil) -> WitnessedLog {
        WitnessedLog(
            origin: small.checkpoint.origin,
            keys: keys ?? [small.log.verifierKey],
            latest: seen ? small.checkpoint : nil
        )
    }

    private func request(
        old: UInt64,
        _ proof: [Hash],
        _ note: SignedNote
    ) throws -> AddCheckpointRequest {
        try AddCheckpointRequest(oldSize: old, proof: proof, note: note)
    }

    private func signed(_ checkpoint: Checkpoint) throws -> SignedNote {
        try SignedNote(
            text: checkpoint.text,
            signatures: [small.log.signature(over: checkpoint.text)]
        )
    }

    private func refusal(
        _ log: WitnessedLog,
        _ request: AddCheckpointRequest
    ) throws -> WitnessRefusal {
        try #require(throws: WitnessRefusal.self) { try log.accept(request) }
    }

    @Test("accepts the first checkpoint of any size, and one that a proof leads to")
    func accepts() throws {
        #expect(
            try log(seen: false).accept(request(old: 0, [], large.note())).bytes
                == large.note().bytes
        )
        #expect(
            try log().accept(request(old: 5, proof, large.note())).bytes == large.note().bytes
        )
    }

    @Test("accepts the same checkpoint again, so that its cosignature can be renewed")
    func acceptsAgain() throws {
        #expect(
            try log().accept(request(old: 5, [], small.note())).bytes == small.note().bytes
        )
    }

    @Test("accepts an empty tree, and any tree after it")
    func acceptsEmpty() throws {
        let empty = try Checkpoint(
            origin: small.checkpoint.origin,
            size: 0,
            root: MerkleTree.emptyRoot
        )
        var log = log(seen: false)
        _ = try log.accept(request(old: 0, [], signed(empty)))
        log.latest = empty
        _ = try log.accept(request(old: 0, [], signed(empty)))
        _ = try log.accept(request(old: 0, [], small.note()))
    }

    @Test("keeps the signatures of known keys only")
    func keepsKnownSignatures() throws {
        let stray = try NoteSigner(name: "stray", seed: [UInt8](repeating: 9, count: 32))
        let note = try small.note(cosignedBy: 2).adding([
            stray.signature(over: small.checkpoint.text)
        ])
        let accepted = try log(seen: false).accept(request(old: 0, [], note))
        #expect(accepted.bytes == (try small.note().bytes))
    }

    @Test("answers 404 for a log it does not know, signed or not")
    func unknownLog() throws {
        let other = try SmallLog(origin: "example.org/other")
        let refusal = try refusal(log(), request(old: 0, [], other.note()))
        #expect(refusal == .unknownOrigin("example.org/other"))
        #expect(refusal.status == 404)
    }

    @Test("answers 403 where no known key signed")
    func notSigned() throws {
        let stray = try NoteSigner(name: "stray", seed: [UInt8](repeating: 9, count: 32))
        let note = try SignedNote(
            text: small.checkpoint.text,
            signatures: [stray.signature(over: small.checkpoint.text)]
        )
        let refusal = try refusal(log(seen: false), request(old: 0, [], note))
        #expect(refusal == .notSigned(.noKnownSignature))
        #expect(refusal.status == 403)
    }

    @Test("answers 403 where one of two known keys' signatures fails")
    func oneFails() throws {
        let next = try NoteSigner(
            name: small.checkpoint.origin,
            seed: [UInt8](repeating: 9, count: 32)
        )
        let note = try small.note().adding([next.signature(over: "another text\n")])
        let keys = [small.log.verifierKey, next.verifierKey]
        let refusal = try refusal(
            log(seen: false, keys: keys),
            request(old: 0, [], note)
        )
        #expect(refusal.status == 403)
        // A witness that does not know the second key has nothing against it.
        _ = try log(seen: false).accept(request(old: 0, [], note))
    }

    @Test("answers 400 where the old size is larger than the new one")
    func oldAboveNew() throws {
        let refusal = try refusal(log(), request(old: 6, [], small.note()))
        #expect(refusal == .oldSizeAboveNew(old: 6, new: 5))
        #expect(refusal.status == 400)
    }

    @Test("answers 409 with the size it knows, whatever the rest is", arguments: [0, 4, 6, 11])
    func otherSize(old: UInt64) throws {
        let refusal = try refusal(log(), request(old: old, proof, large.note()))
        #expect(refusal == .otherSize(5))
        #expect(refusal.status == 409)
        #expect(refusal.body == "5\n")
        #expect(refusal.mediaType == "text/x.tlog.size")
    }

    @Test("answers 409 with 0 where it knows no checkpoint")
    func otherSizeUnknown() throws {
        let refusal = try refusal(log(seen: false), request(old: 5, proof, large.note()))
        #expect(refusal == .otherSize(0))
    }

    @Test("answers 422 where the size is the same and the root another")
    func otherRoot() throws {
        let fork = try Checkpoint(
            origin: small.checkpoint.origin,
            size: 5,
            root: large.checkpoint.root
        )
        let refusal = try refusal(log(), request(old: 5, [], signed(fork)))
        #expect(refusal == .otherRoot(size: 5))
        #expect(refusal.status == 422)
    }

    @Test("answers 422 where the proof is missing, cut, too long or another's")
    func inconsistent() throws {
        let good = try proof
        let proofs = [
            [], Array(good.dropLast()), good + [small.checkpoint.root],
            Array(good.reversed()), good.map { _ in small.checkpoint.root },
        ]
        for proof in proofs {
            let refusal = try refusal(log(), request(old: 5, proof, large.note()))
            #expect(refusal.status == 422, "\(refusal)")
        }
    }

    @Test("answers 422 where there is a proof and nothing to prove")
    func surplusProof() throws {
        let some = [small.checkpoint.root]
        #expect(
            try refusal(log(seen: false), request(old: 0, some, small.note())).status == 422
        )
        #expect(try refusal(log(), request(old: 5, some, small.note())).status == 422)
    }

    @Test("answers 422 for an empty tree with a root that is not of nothing")
    func emptyTree() throws {
        let empty = try Checkpoint(
            origin: small.checkpoint.origin,
            size: 0,
            root: small.checkpoint.root
        )
        let refusal = try refusal(log(seen: false), request(old: 0, [], signed(empty)))
        #expect(refusal == .otherRoot(size: 0))
    }

    @Test("changes its mind with no bit of a request that it accepts")
    func mutated() throws {
        let good = try request(old: 5, proof, large.note())
        for bytes in mutations(of: good.bytes) where bytes != good.bytes {
            guard let read = try? AddCheckpointRequest(parsing: bytes) else { continue }
            #expect(read.bytes == bytes)
            #expect(throws: WitnessRefusal.self, "\(String(decoding: bytes, as: UTF8.self))") {
                try log().accept(read)
            }
        }
    }
}

@Suite struct AddCheckpointRequestTests {
    let note: SignedNote
    let line: String

    init() throws {
        let log = try SmallLog(entries: 5)
        note = try log.note()
        line = Base64.padded.encode(log.checkpoint.root.bytes) + "\n"
    }

    private func parse(_ head: String, _ rest: [UInt8]? = nil) throws -> AddCheckpointRequest {
        try AddCheckpointRequest(parsing: Array(head.utf8) + (rest ?? note.bytes))
    }

    @Test("reads up to 63 hashes, and no more")
    func limit() throws {
        let most = "old 3\n" + String(repeating: line, count: 63)
        #expect(try parse(most + "\n").proof.count == 63)
        #expect(throws: AddCheckpointError.tooManyHashes) { try parse(most + line + "\n") }
    }

    @Test(
        "refuses an old size in any other spelling",
        arguments: [
            "", "old\n", "old \n", "old 01\n", "old -1\n", "old +1\n", "old 1 \n", " old 1\n",
            "Old 1\n", "old 18446744073709551616\n", "old 1\r\n", "ol\u{308}d 1\n", "old 1\n\n",
        ]
    )
    func oldSize(head: String) {
        #expect(throws: AddCheckpointError.self) { try parse(head + "\n") }
    }

    @Test("refuses a hash in any other spelling, and says which")
    func hash() {
        for bad in [" ", "AAAA\n", String(line.dropLast(2)) + "\n", " " + line, line + "x\n"] {
            #expect(throws: AddCheckpointError.self) { try parse("old 3\n" + bad + "\n") }
        }
        #expect(throws: AddCheckpointError.malformedHash(number: 2)) {
            try parse("old 3\n" + line + "AAAA\n\n")
        }
    }

    @Test("refuses a request without a blank line, a note or a checkpoint")
    func parts() throws {
        #expect(throws: AddCheckpointError.missingBlankLine) { try parse("old 3\n", []) }
        #expect(throws: AddCheckpointError.malformedNote(.missingSignatures)) {
            try parse("old 3\n\n", [])
        }
        let odd = try SignedNote(text: "one\n", signatures: note.signatures)
        #expect(throws: AddCheckpointError.notACheckpoint(.missingLine)) {
            try parse("old 3\n\n", odd.bytes)
        }
        let extended = try SignedNote(text: note.text + "more\n", signatures: note.signatures)
        #expect(throws: AddCheckpointError.extensionLine) { try parse("old 3\n\n", extended.bytes) }
    }

    @Test("refuses a request above the size limit before anything else")
    func size() {
        #expect(throws: AddCheckpointError.tooLarge) {
            try AddCheckpointRequest(
                parsing: [UInt8](repeating: 0, count: AddCheckpointRequest.maximumSize + 1)
            )
        }
    }

    @Test("tells stray bits in a signature's base64 from a line that is none")
    func strayBits() {
        let lines = [
            ("— a AQIDBAV=", true), ("— a AQIDBQ==", false), ("— a AQIDBAUG/x==", true),
            ("— a AQIDBA=", false), ("— a AQIDB*U=", false), ("— a AQIDBA==", false),
            ("- a AQIDBAV=", false), ("— a+b AQIDBAV=", false), ("====", false),
        ]
        for (line, isMisspelt) in lines {
            let wanted: NoteError =
                isMisspelt ? .misspeltSignature(line: 1) : .malformedSignature(line: 1)
            #expect(throws: wanted, "\(line)") {
                try SignedNote(parsing: Array("text\n\n\(line)\n".utf8))
            }
        }
    }
}
