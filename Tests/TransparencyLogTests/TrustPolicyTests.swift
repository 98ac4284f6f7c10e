// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import TransparencyLog

@Suite struct TrustPolicyTests {
    let log: SmallLog
    let keys: [String]
    let logKey: String

    init() throws {
        log = try SmallLog()
        keys = log.witnesses.map(\.verifierKey.text)
        logKey = log.log.verifierKey.text
    }

    private func policy(_ text: String) throws -> TrustPolicy {
        try TrustPolicy(parsing: Array(text.utf8))
    }

    @Test("reads nested groups, comments, blank lines, tabs and URLs")
    func readsFiles() throws {
        let policy = try policy(
            """
            # who we trust: សាក្សី
            log \(logKey) https://log.example.org/

            \twitness X1 \(keys[0])
            witness\tX2  \(keys[1])   https://witness.example.org/\t
              # another operator
            witness Y1 \(keys[2])
            group X any X1 X2
            group both all X Y1
            quorum both

            """
        )
        #expect(policy.logs.map(\.url) == ["https://log.example.org/"])
        #expect(policy.logs.map(\.origin) == ["example.org/log"])
        #expect(policy.witnesses.map(\.url) == [nil, "https://witness.example.org/", nil])
        for count in 0...3 {
            let note = try log.note(cosignedBy: count)
            if count == 3 {
                #expect(try policy.verify(note).cosignatures.count == 3)
            } else {
                #expect(
                    throws: TrustPolicyViolation.quorumNotMet(
                        cosignedBy: log.witnesses.prefix(count).map(\.verifierKey.name)
                    )
                ) { try policy.verify(note) }
            }
        }
    }

    @Test("names the rule that a line breaks, and the line")
    func namesRules() {
        let witnesses = "witness a \(keys[0])\nwitness b \(keys[1])\n"
        let cases: [(String, TrustPolicyError)] = [
            ("", .missingQuorum), ("quorum none", .unterminatedLine), ("# only\n", .missingQuorum),
            ("quorum none\r\n", .line(1, .controlCharacter)),
            ("quorum none\u{7f}\n", .line(1, .controlCharacter)),
            ("quorum none\nquorum none\n", .line(2, .repeatedQuorum)),
            ("quorum\n", .line(1, .wrongFieldCount)), ("quorum a b\n", .line(1, .wrongFieldCount)),
            ("quorum a\n\(witnesses)", .line(1, .unknownName)),
            ("Quorum none\n", .line(1, .unknownKeyword)), ("log\n", .line(1, .wrongFieldCount)),
            ("log x\n", .line(1, .malformedKey(.missingPart))),
            ("log \(logKey) u v\n", .line(1, .wrongFieldCount)),
            ("log \(logKey)\nlog \(logKey)\n", .line(2, .duplicateKey)),
            ("witness a\n", .line(1, .wrongFieldCount)),
            ("witness a \(logKey)\n", .line(1, .notACosigner(.ed25519))),
            ("witness none \(keys[0])\n", .line(1, .duplicateName)),
            ("\(witnesses)witness c \(keys[0])\n", .line(3, .duplicateKey)),
            ("\(witnesses)witness a \(keys[2])\n", .line(3, .duplicateName)),
            ("\(witnesses)group a any b\n", .line(3, .duplicateName)),
            ("\(witnesses)group none any b\n", .line(3, .duplicateName)),
            ("\(witnesses)group g any\n", .line(3, .wrongFieldCount)),
            ("\(witnesses)group g any none\n", .line(3, .unknownName)),
            ("\(witnesses)group g any a g\n", .line(3, .unknownName)),
            ("\(witnesses)group g any a a\n", .line(3, .repeatedMember)),
            ("\(witnesses)group g any a\ngroup h any a b\n", .line(4, .repeatedMember)),
            ("\(witnesses)group g 0 a b\n", .line(3, .malformedThreshold)),
            ("\(witnesses)group g 3 a b\n", .line(3, .malformedThreshold)),
            ("\(witnesses)group g 01 a b\n", .line(3, .malformedThreshold)),
            ("\(witnesses)group g most a b\n", .line(3, .malformedThreshold)),
        ]
        for (text, error) in cases {
            #expect(throws: error, "\(text)") { try policy(text) }
        }
        #expect(throws: TrustPolicyError.tooLarge) {
            try TrustPolicy(parsing: [UInt8](repeating: 0x0a, count: TrustPolicy.maximumSize + 1))
        }
        let many =
            String(repeating: "#\n", count: 3) + (0...1024).map { _ in "quorum none\n" }.joined()
        #expect(throws: TrustPolicyError.line(5, .repeatedQuorum)) { try policy(many) }
    }

    @Test("takes names as bytes: UTF-8 or not, look-alikes are different")
    func comparesNamesByBytes() throws {
        let text = "witness K \(keys[0])\nwitness \u{212a} \(keys[1])\nquorum \u{212a}\n"
        #expect(try policy(text).quorum == .witness(log.witnesses[1].verifierKey))
        let latin =
            Array("witness ".utf8) + [0xe9] + Array(" \(keys[0])\nquorum ".utf8) + [0xe9, 0x0a]
        #expect(try TrustPolicy(parsing: latin).quorum == .witness(log.witnesses[0].verifierKey))
        var broken = Array("log ".utf8) + [0xe9] + Array("\nquorum none\n".utf8)
        #expect(throws: TrustPolicyError.line(1, .notUTF8)) { try TrustPolicy(parsing: broken) }
        broken.removeAll()
    }

    @Test("finds one key under two names, and in both kinds of type, to be the same key")
    func findsDuplicateKeys() throws {
        let key = log.witnesses[0].verifierKey
        let renamed = try VerifierKey(
            name: "other.example",
            algorithm: .cosignatureV1,
            publicKey: key.publicKey
        )
        #expect(throws: TrustPolicyError.line(2, .duplicateKey)) {
            try policy("witness a \(key.text)\nwitness b \(renamed.text)\nquorum none\n")
        }
        let note = try VerifierKey(name: "other.example", ed25519: log.log.verifierKey.publicKey)
        #expect(throws: TrustPolicyError.line(2, .duplicateKey)) {
            try policy("log \(logKey)\nlog \(note.text)\nquorum none\n")
        }
    }

    @Test("judges a policy that was changed at any byte without trapping")
    func survivesMutations() {
        let text = "log \(logKey) u\nwitness a \(keys[0])\ngroup g 1 a # b\nquorum g\n"
        for bytes in mutations(of: Array(text.utf8)) { _ = try? TrustPolicy(parsing: bytes) }
    }

    @Test("counts to the quorum, over distinct known witnesses only")
    func countsQuorum() throws {
        for cosigned in 0...3 {
            for quorum in 0...3 {
                let note = try log.note(cosignedBy: cosigned)
                if cosigned >= quorum {
                    #expect(
                        try log.policy(quorum: quorum).verify(note).checkpoint == log.checkpoint
                    )
                } else {
                    #expect(throws: TrustPolicyViolation.self) {
                        try log.policy(quorum: quorum).verify(note)
                    }
                }
            }
        }
        let again = try log.witnesses[0].signature(over: log.checkpoint, time: 1_700_000_001)
        let twice = try log.note(cosignedBy: 1).adding([again])
        #expect(throws: TrustPolicyViolation.self) { try log.policy(quorum: 2).verify(twice) }
    }

    @Test("refuses a checkpoint of another origin, without the log's signature, or no checkpoint")
    func refusesOthers() throws {
        let other = try SmallLog(origin: "example.org/other")
        #expect(
            throws: TrustPolicyViolation.unknownOrigin(
                got: "example.org/other",
                want: ["example.org/log"]
            )
        ) {
            try log.policy().verify(other.note())
        }
        let cosigned = try SignedNote(
            text: log.checkpoint.text,
            signatures: [log.witnesses[0].signature(over: log.checkpoint, time: 1)]
        )
        #expect(throws: TrustPolicyViolation.notSignedByLog("example.org/log")) {
            try log.policy().verify(cosigned)
        }
        let unknown = try SignedNote(
            text: log.checkpoint.text,
            signatures: [other.log.signature(over: log.checkpoint.text)]
        )
        #expect(throws: TrustPolicyViolation.notSignedByLog("example.org/log")) {
            try log.policy().verify(unknown)
        }
        let text = "example.org/log\n"
        let short = try SignedNote(text: text, signatures: [log.log.signature(over: text)])
        #expect(throws: TrustPolicyViolation.notACheckpoint(.missingLine)) {
            try log.policy().verify(short)
        }
        let wrong = try SignedNote(
            text: log.checkpoint.text,
            signatures: [log.log.signature(over: "another text\n")]
        )
        #expect(
            throws: TrustPolicyViolation.badSignature(
                .invalidSignature(name: "example.org/log", keyID: log.log.verifierKey.keyID)
            )
        ) { try log.policy().verify(wrong) }
    }

    @Test("accepts a key whose name is not the origin only where the origin is given")
    func acceptsOtherOrigins() throws {
        let signer = try NoteSigner(name: "log-key", seed: [UInt8](repeating: 5, count: 32))
        let note = try SignedNote(
            text: log.checkpoint.text,
            signatures: [signer.signature(over: log.checkpoint.text)]
        )
        let key = signer.verifierKey
        #expect(
            throws: TrustPolicyViolation.unknownOrigin(
                got: "example.org/log",
                want: ["log-key"]
            )
        ) {
            try TrustPolicy(logs: [TrustPolicy.Log(key: key)]).verify(note)
        }
        let named = TrustPolicy.Log(key: key, origin: "example.org/log")
        #expect(try TrustPolicy(logs: [named]).verify(note).checkpoint == log.checkpoint)
    }

    @Test(
        "reads all verifier keys of the witness network's lists",
        .enabled(if: Vectors.exist("tlog/witness-network-lists"), Vectors.reason),
        arguments: Vectors.names(in: "tlog/witness-network-lists")
    )
    func readsNetworkLists(name: String) throws {
        let lines = try Vectors.text("tlog/witness-network-lists/\(name)").split(separator: "\n")
        for line in lines where line.hasPrefix("vkey ") {
            let text = String(line.dropFirst(5))
            #expect(try VerifierKey(parsing: text).text == text)
        }
    }
}
