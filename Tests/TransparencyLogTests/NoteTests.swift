// SPDX-License-Identifier: Apache-2.0

import Encodings
import TestSupport
import Testing
import TransparencyLog

/// The cases of golang.org/x/mod/sumdb/note.
@Suite(.enabled(if: Vectors.exist("tlog/json/note-go-sumdb.json"), Vectors.reason))
struct GoNoteTests {
    struct File: Decodable {
        struct Invalid: Decodable {
            var vkey: String
            var why: String
        }

        struct Case: Decodable {
            var name: String
            var note: String?
            var note_base64: String?
            var known: [String]
            var want: String
            var verified: [String]?
        }

        var vkeys_valid: [String]
        var vkeys_invalid: [Invalid]
        var skey_valid: String
        var note_text: String
        var signed_by_peter: String
        var signed_by_peter_and_enoch: String
        var open_cases: [Case]
    }

    let file: File

    init() throws { file = try Vectors.json("tlog/json/note-go-sumdb.json") }

    @Test("reads a verifier key and writes it back")
    func readsVerifierKeys() throws {
        for text in file.vkeys_valid { #expect(try VerifierKey(parsing: text).text == text) }
    }

    @Test("refuses keys of a wrong length or an unknown type")
    func refusesInvalidKeys() {
        for invalid in file.vkeys_invalid {
            #expect(throws: VerifierKeyError.self, "\(invalid.why)") {
                try VerifierKey(parsing: invalid.vkey)
            }
        }
    }

    @Test("refuses every proper substring of a verifier key")
    func refusesSubstrings() {
        for text in file.vkeys_valid {
            let bytes = Array(text.utf8)
            for start in bytes.indices {
                for end in start...bytes.count where end - start < bytes.count {
                    let part = String(decoding: bytes[start..<end], as: UTF8.self)
                    #expect(throws: VerifierKeyError.self) { try VerifierKey(parsing: part) }
                }
            }
        }
    }

    @Test("refuses every verifier key with one byte incremented")
    func refusesIncrements() {
        for text in file.vkeys_valid {
            for place in text.utf8.indices.indices {
                var bytes = Array(text.utf8)
                bytes[text.utf8.distance(from: text.startIndex, to: place)] += 1
                let changed = String(decoding: bytes, as: UTF8.self)
                #expect(throws: VerifierKeyError.self) { try VerifierKey(parsing: changed) }
            }
        }
    }

    @Test("opens each note as Go does")
    func opensNotes() throws {
        for example in file.open_cases {
            let bytes: [UInt8]
            if let note = example.note {
                bytes = Array(note.utf8)
            } else if let encoded = example.note_base64 {
                bytes = try #require(Base64.padded.decode(encoded))
            } else {
                // The case that is only described: 101 lines by one key.
                let line = file.signed_by_peter.dropFirst(file.note_text.count + 1)
                bytes = Array(
                    (file.note_text + "\n" + String(repeating: String(line), count: 101)).utf8
                )
            }
            let keys = try example.known.map { try VerifierKey(parsing: $0) }
            if example.want == "ok" {
                let note = try SignedNote(parsing: bytes)
                #expect(note.bytes == bytes)
                let names = try note.verified(by: keys).map(\.key.name)
                if let verified = example.verified { #expect(names == verified, "\(example.name)") }
            } else {
                #expect(throws: NoteError.self, "\(example.name)") {
                    try SignedNote(parsing: bytes).verified(by: keys)
                }
            }
        }
    }

    @Test("signs the same bytes as Go, since Ed25519 is deterministic")
    func signsAsGo() throws {
        let parts = file.skey_valid.split(separator: "+", maxSplits: 4)
        let material = try #require(Base64.padded.decode(parts[4]))
        let signer = try NoteSigner(name: String(parts[2]), seed: Array(material.dropFirst()))
        #expect(signer.verifierKey.text == file.vkeys_valid[0])
        let note = try SignedNote(
            text: file.note_text,
            signatures: [signer.signature(over: file.note_text)]
        )
        #expect(note.bytes == Array(file.signed_by_peter.utf8))
    }
}
