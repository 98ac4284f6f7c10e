// SPDX-License-Identifier: Apache-2.0

import Bulk
import Crypto
import Encodings
import TestSupport
import Testing
import TransparencyLog

@Suite struct SignedNoteTests {
    let signer: NoteSigner
    let note: SignedNote

    init() throws {
        signer = try NoteSigner(name: "example.org/a", seed: [UInt8](repeating: 7, count: 32))
        let text = "one\n\n— not a signature\n\nlast, សាក្សី\n"
        note = try SignedNote(text: text, signatures: [signer.signature(over: text)])
    }

    @Test("divides at the last blank line, so that a text may hold blank lines")
    func dividesAtLastBlankLine() throws {
        let read = try SignedNote(parsing: note.bytes)
        #expect(read == note)
        #expect(read.bytes == note.bytes)
        #expect(try read.verified(by: [signer.verifierKey]).map(\.key) == [signer.verifierKey])
    }

    @Test("verifies no note that was changed at any byte, and never traps")
    func refusesMutations() throws {
        for bytes in mutations(of: note.bytes) where bytes != note.bytes {
            #expect(throws: NoteError.self, "\(String(decoding: bytes, as: UTF8.self))") {
                try SignedNote(parsing: bytes).verified(by: [signer.verifierKey])
            }
        }
    }

    @Test("reads up to 100 signatures, and writes what it read")
    func readsManySignatures() throws {
        let line = "— other.example/x " + Base64.padded.encode([1, 2, 3, 4, 5]) + "\n"
        let head = String(decoding: note.bytes, as: UTF8.self)
        let full = head + String(repeating: line, count: 99)
        let read = try SignedNote(parsing: Array(full.utf8))
        #expect(read.signatures.count == 100)
        #expect(read.bytes == Array(full.utf8))
        #expect(try read.verified(by: [signer.verifierKey]).count == 1)
        #expect(throws: NoteError.tooManySignatures) {
            try SignedNote(parsing: Array((full + line).utf8))
        }
    }

    @Test("refuses a note above the size limit before anything else")
    func refusesLargeNotes() {
        #expect(throws: NoteError.tooLarge) {
            try SignedNote(parsing: [UInt8](repeating: 0, count: SignedNote.maximumSize + 1))
        }
    }

    @Test(
        "refuses other spellings of a signature line",
        arguments: [
            "- a AQIDBAU=", "—  a AQIDBAU=", "— a  AQIDBAU=", "— a AQIDBAU= ", "— a AQIDBAU",
            "— a AQIDBAV=", "— a AQIDBA==", "— a ", "— a", "— ", "—", "", "— a+b AQIDBAU=",
            "— a\u{a0}b AQIDBAU=", "— a\u{2028}b AQIDBAU=", "— a AQID\u{7f}BAU=", " — a AQIDBAU=",
            "— a AQIDBAU=\r", "—\u{a0}a AQIDBAU=", "—\u{301} a AQIDBAU=",
        ]
    )
    func refusesOtherSpellings(line: String) {
        #expect(throws: NoteError.self) {
            try SignedNote(parsing: Array("text\n\n\(line)\n".utf8))
        }
    }

    @Test("refuses a note as soon as one of two known keys' signatures fails")
    func refusesOneBadSignature() throws {
        let other = try NoteSigner(name: "example.org/b", seed: [UInt8](repeating: 8, count: 32))
        let bad = try other.signature(over: "another text\n")
        let both = try note.adding([bad])
        #expect(
            throws: NoteError.invalidSignature(
                name: "example.org/b",
                keyID: other.verifierKey.keyID
            )
        ) {
            try both.verified(by: [signer.verifierKey, other.verifierKey])
        }
        #expect(try both.verified(by: [signer.verifierKey]).count == 1)
    }

    @Test("checks every line of a key that signed twice, and lists the key once")
    func checksRepeatedLines() throws {
        let good = try signer.signature(over: note.text)
        let line = "\n" + good.line
        let twice = String(decoding: note.bytes, as: UTF8.self).dropLast() + line + "\n"
        #expect(
            try SignedNote(parsing: Array(twice.utf8)).verified(by: [signer.verifierKey]).count == 1
        )
        let bad = try signer.signature(over: "another text\n")
        #expect(throws: NoteError.self) {
            try note.adding([bad]).verified(by: [signer.verifierKey])
        }
    }

    @Test("ignores a line that shares only the name or only the ID with a known key")
    func ignoresHalfMatches() throws {
        let good = try signer.signature(over: note.text)
        let blob = Base64.padded.encode([0, 0, 0, 1] + good.bytes)
        let id = (0..<4).map { UInt8(truncatingIfNeeded: good.keyID >> UInt32(24 - 8 * $0)) }
        let same = Base64.padded.encode(id + [9])
        let text =
            String(decoding: note.bytes, as: UTF8.self)
            + "— example.org/a \(blob)\n— example.org/other \(same)\n"
        #expect(
            try SignedNote(parsing: Array(text.utf8)).verified(by: [signer.verifierKey]).count == 1
        )
    }

    @Test("takes names that look alike in Unicode for different ones")
    func comparesNamesByBytes() throws {
        let composed = try NoteSigner(name: "caf\u{e9}", seed: [UInt8](repeating: 9, count: 32))
        let key = composed.verifierKey
        let decomposed = try VerifierKey(name: "cafe\u{301}", ed25519: key.publicKey)
        #expect(key != decomposed)
        #expect(key.keyID != decomposed.keyID)
    }

    @Test("makes only notes that it would read")
    func makesReadableNotes() throws {
        #expect(throws: NoteError.unterminatedText) { try SignedNote(text: "a", signatures: []) }
        #expect(throws: NoteError.controlCharacter) { try SignedNote(text: "\t\n", signatures: []) }
        #expect(throws: NoteError.missingSignatures) { try SignedNote(text: "a\n", signatures: []) }
        #expect(throws: NoteSignerError.malformedText) { try signer.signature(over: "a") }
        #expect(throws: NoteSignerError.malformedText) { try signer.signature(over: "\r\n") }
        #expect(throws: NoteSignerError.malformedName) {
            try NoteSigner(name: "a b", seed: [UInt8](repeating: 7, count: 32))
        }
        #expect(throws: NoteSignerError.malformedSeed) {
            try NoteSigner(name: "a", seed: [UInt8](repeating: 7, count: 31))
        }
    }

    @Test("checks ECDSA on all three curves, with the key ID that is the hash of the key alone")
    func checksECDSA() throws {
        let text = Array(note.text.utf8)
        let digest = SHA256.hash(data: text)
        let p256 = P256.Signing.PrivateKey()
        let p384 = P384.Signing.PrivateKey()
        let p521 = P521.Signing.PrivateKey()
        let made: [([UInt8], [UInt8])] = try [
            (
                Array(p256.publicKey.derRepresentation),
                Array(p256.signature(for: digest).derRepresentation)
            ),
            (
                Array(p384.publicKey.derRepresentation),
                Array(p384.signature(for: digest).derRepresentation)
            ),
            (
                Array(p521.publicKey.derRepresentation),
                Array(p521.signature(for: digest).derRepresentation)
            ),
        ]
        for (der, signature) in made {
            let key = try VerifierKey(name: "ecdsa.example", algorithm: .ecdsa, publicKey: der)
            #expect(try VerifierKey(parsing: key.text) == key)
            let id = Hash(hashing: der).bytes.prefix(4)
            let blob = Base64.padded.encode(Array(id) + signature)
            let signed = Array((note.text + "\n— ecdsa.example \(blob)\n").utf8)
            #expect(try SignedNote(parsing: signed).verified(by: [key]).map(\.key) == [key])
            let other = Array(("x" + note.text + "\n— ecdsa.example \(blob)\n").utf8)
            #expect(throws: NoteError.self) { try SignedNote(parsing: other).verified(by: [key]) }
        }
    }

    @Test("keeps a signature of a type that it does not check, and counts its key as unknown")
    func keepsUncheckedTypes() throws {
        let key = try VerifierKey(
            name: "pq.example",
            algorithm: .mlDSA44,
            publicKey: [UInt8](repeating: 1, count: 1312)
        )
        #expect(try VerifierKey(parsing: key.text) == key)
        let id = (0..<4).map { UInt8(truncatingIfNeeded: key.keyID >> UInt32(24 - 8 * $0)) }
        let blob = Base64.padded.encode(id + [UInt8](repeating: 2, count: 2428))
        let bytes = note.bytes + Array("— pq.example \(blob)\n".utf8)
        let read = try SignedNote(parsing: bytes)
        #expect(read.bytes == bytes)
        #expect(try read.verified(by: [key, signer.verifierKey]).count == 1)
        #expect(throws: NoteError.noKnownSignature) { try read.verified(by: [key]) }
    }
}

@Suite struct CosignatureTests {
    @Test("makes cosignatures that say when, and checks time and text")
    func cosigns() throws {
        let log = try SmallLog()
        let note = try log.note(cosignedBy: 2)
        let verified = try note.verified(by: log.witnesses.map(\.verifierKey))
        #expect(verified.map(\.time) == [1_700_000_000, 1_700_000_000])
        #expect(verified[0].signature.bytes.count == 72)
        for place in 0..<72 {
            var bytes = verified[0].signature.bytes
            bytes[place] ^= 1
            let id = (0..<4).map {
                UInt8(truncatingIfNeeded: verified[0].key.keyID >> UInt32(24 - 8 * $0))
            }
            let line = "— \(verified[0].key.name) \(Base64.padded.encode(id + bytes))\n"
            let changed = Array((note.text + "\n" + line).utf8)
            #expect(throws: NoteError.self) {
                try SignedNote(parsing: changed).verified(by: [verified[0].key])
            }
        }
    }

    @Test("refuses times after 2^63 - 1")
    func refusesLateTimes() throws {
        let log = try SmallLog()
        _ = try log.witnesses[0].signature(over: log.checkpoint, time: UInt64(Int64.max))
        #expect(throws: NoteSignerError.malformedTime) {
            try log.witnesses[0].signature(over: log.checkpoint, time: 1 << 63)
        }
    }

    @Test(
        "checks the real cosignatures of a witness and a mirror",
        .enabled(if: Vectors.exist("tlog/sunlight-skylight-witness"), Vectors.reason),
        arguments: [
            (
                "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN",
                "sunlight-skylight-witness/\(rome)/checkpoint"
            ),
            (
                "mirror.example.org+3fb148ef+BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O",
                "sunlight-skylight-witness/mirror/\(rome)/checkpoint"
            ),
            (
                "witness2.example.org+2e55b896+BIZ7fpceQWd60IfqQeS9IAnmNOCZjMDne8lZuguz/bi9",
                "sunlight-skylight-witness2/\(milan)/checkpoint"
            ),
        ]
    )
    func checksRealCosignatures(vkey: String, path: String) throws {
        let note = try SignedNote(parsing: Vectors.bytes("tlog/\(path)"))
        let verified = try note.verified(by: [VerifierKey(parsing: vkey)])
        #expect(verified.map(\.time) == [1_767_139_200])
    }

    private static let rome = "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706"
    private static let milan = "88ad7a28caeb0b2aa890fdf0304c2fcaf59fca2ee140134ff8c1300bac493482"
}
