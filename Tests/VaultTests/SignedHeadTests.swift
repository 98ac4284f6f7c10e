// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import TestSupport
import Testing
import TransparencyLog
import Vault

@Suite("Signed heads")
struct SignedHeadTests {
    private let log: NoteSigner

    init() throws { log = try NoteSigner(name: TestVault.origin, seed: testBytes("log")) }

    private func note(
        _ size: UInt64 = 7,
        _ root: Hash = .test("root"),
        extension line: String = "",
        _ signers: [NoteSigner]? = nil
    ) throws -> SignedNote {
        let text = try Checkpoint(origin: TestVault.origin, size: size, root: root).text + line
        return try SignedNote(
            text: text,
            signatures: try (signers ?? [log]).map { try $0.signature(over: text) }
        )
    }

    private func line(_ note: SignedNote) -> String {
        "saksi-head-v1:" + Base64.url.encode(note.bytes)
    }

    @Test("have the promised bytes and words, and read back")
    func golden() throws {
        let head = try SignedHead(note())
        let read = try SignedHead(parsing: head.line)
        #expect(read == head && read.checkpoint.size == 7 && read.checkpoint.root == .test("root"))
        #expect(head.words == "gusim nihit lahiv sazug kupih rapas posum mihul")
        try Golden.expect(head.line, matches: "signed-head.txt")
    }

    @Test("leave out the signatures of witnesses, and refuse them when reading")
    func witnesses() throws {
        let witness = try NoteSigner(name: "witness.example", seed: testBytes("witness"))
        let cosigned = try note(7, .test("root"), [witness, log, witness])
        #expect(try SignedHead(cosigned) == SignedHead(note()))
        #expect(throws: SignedHeadError.otherSignatures) {
            try SignedHead(parsing: line(cosigned))
        }
        let unsigned = try note(7, .test("root"), [witness])
        #expect(throws: SignedHeadError.note(.missingSignatures)) { try SignedHead(unsigned) }
    }

    @Test("have other words for another size, root or origin")
    func words() throws {
        let origin = try NoteSigner(name: "vault.example/other", seed: testBytes("log"))
        let text = try Checkpoint(origin: "vault.example/other", size: 7, root: .test("root")).text
        let elsewhere = try SignedNote(text: text, signatures: [origin.signature(over: text)])
        let words = try [note(), note(8), note(7, .test("other")), elsewhere].map {
            try SignedHead($0).words
        }
        #expect(Set(words).count == 4)
        #expect(words.allSatisfy { $0.split(separator: " ").count == 8 })
    }

    @Test("are refused in any other spelling")
    func refusals() throws {
        let good = try SignedHead(note()).line
        let refused: [(String, SignedHeadError)] = [
            ("", .missingPrefix), (String(good.dropFirst()), .missingPrefix),
            (" " + good, .missingPrefix), (good + "\n", .notBase64), (good + "=", .notBase64),
            ("saksi-head-v1:", .note(.missingSignatures)),
            (good + String(repeating: "A", count: 4096), .tooLarge),
            (line(try note(extension: "more\n")), .extensionLines),
        ]
        for (line, error) in refused {
            #expect(throws: error, "\(line)") { try SignedHead(parsing: line) }
        }
        let text = "vault.example/test\n07\nAAAA\n"
        let wrong = try SignedNote(text: text, signatures: [log.signature(over: text)])
        let lines = try [NoteSignature](repeating: log.signature(over: text), count: 40)
        let large = try SignedNote(text: note().text, signatures: lines)
        #expect(throws: SignedHeadError.tooLarge) { try SignedHead(large) }
        #expect(throws: SignedHeadError.checkpoint(.malformedSize)) { try SignedHead(wrong) }
    }
}
