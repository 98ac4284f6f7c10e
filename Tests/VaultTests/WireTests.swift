// SPDX-License-Identifier: Apache-2.0

import Bulk
import Crypto
import Encodings
import TestSupport
import Testing
import TransparencyLog
import Vault

@Suite("Receipts")
struct ReceiptTests {
    private func policy(_ vault: TestVault) -> TrustPolicy {
        TrustPolicy(logs: [.init(key: vault.logSigner.verifierKey)])
    }

    @Test("prove each entry of a log, and read back")
    func proves() throws {
        let vault = try TestVault()
        for place in vault.entries.indices {
            let receipt = try vault.receipt(of: place)
            #expect(try Receipt(parsing: receipt.bytes) == receipt)
            let trusted = try receipt.verify(by: policy(vault), for: vault.entries[place].signed)
            #expect(trusted.checkpoint.size == UInt64(vault.entries.count))
            #expect(receipt.index == UInt64(place))
        }
    }

    @Test("have the promised bytes")
    func golden() throws {
        let vault = try TestVault()
        try Golden.expect(
            try vault.receipt(of: vault.entries.count - 1).text,
            matches: "receipt.txt"
        )
    }

    @Test("do not prove another statement, entry, index, vault or log")
    func refuses() throws {
        let vault = try TestVault()
        let receipt = try vault.receipt(of: 5)
        let other = vault.entries[6].signed
        #expect(
            throws: ReceiptError.otherStatement(got: receipt.entry.signed.id, want: other.id)
        ) { try receipt.verify(by: policy(vault), for: other) }
        let forged = Receipt(
            entry: vault.entries[6],
            index: 5,
            hashes: receipt.proof.hashes,
            checkpoint: receipt.proof.checkpoint
        )
        #expect(throws: ReceiptError.unproved(.notIncluded(.rootMismatch))) {
            try forged.verify(by: policy(vault))
        }
        let moved = Receipt(
            entry: receipt.entry,
            index: 4,
            hashes: receipt.proof.hashes,
            checkpoint: receipt.proof.checkpoint
        )
        #expect(throws: ReceiptError.unproved(.notIncluded(.rootMismatch))) {
            try moved.verify(by: policy(vault))
        }
        let stranger = try NoteSigner(name: TestVault.origin, seed: testBytes("other log"))
        #expect(
            throws: ReceiptError.unproved(.untrusted(.notSignedByLog(TestVault.origin)))
        ) {
            try receipt.verify(by: TrustPolicy(logs: [.init(key: stranger.verifierKey)]))
        }
    }

    @Test("of a statement for another vault prove nothing")
    func refusesOtherVaults() throws {
        var vault = try TestVault()
        let reader = vault.reader
        let foreign = Statement(
            vault: "vault.example/other",
            time: vault.clock,
            actor: reader.fingerprint,
            nonce: testBytes("n"),
            act: vault.open(.test("x"))
        )
        vault.entries.append(
            Entry(accepting: try .sign(foreign, with: [reader.signer]), at: vault.clock)
        )
        let receipt = try vault.receipt(of: vault.entries.count - 1)
        #expect(
            throws: ReceiptError.otherVault(got: "vault.example/other", want: TestVault.origin)
        ) { try receipt.verify(by: policy(vault)) }
    }

    @Test("without an entry, or with something else in its place, are refused")
    func refusesExtras() throws {
        let vault = try TestVault()
        let proof = try vault.receipt(of: 3).proof
        func bytes(_ extra: [UInt8]?) -> [UInt8] {
            TlogProof(
                index: proof.index,
                hashes: proof.hashes,
                checkpoint: proof.checkpoint,
                extra: extra
            ).bytes
        }
        #expect(throws: ReceiptError.missingEntry) { try Receipt(parsing: bytes(nil)) }
        #expect(throws: ReceiptError.malformedEntry(.malformedTime)) {
            try Receipt(parsing: bytes([1, 2, 3]))
        }
        #expect(throws: ReceiptError.malformedProof(.missingBlankLine)) {
            try Receipt(parsing: [])
        }
    }
}

@Suite("Invitations")
struct InvitationTests {
    private static let prefix = Invitation.prefix

    private func invitation(
        case caseID: CaseID? = nil,
        first: Bool = false,
        tlsKeys: [Hash] = [.test("tls key")]
    ) throws -> Invitation {
        let vault = try TestVault(empty: ())
        return try Invitation(
            contact: VaultContact(
                address: "https://vault.example:8443",
                logKey: vault.logSigner.verifierKey,
                tlsKeys: tlsKeys,
                genesis: .test("genesis")
            ),
            inviter: first ? nil : vault.admin.fingerprint,
            role: first ? .admin : .submitter,
            caseID: caseID,
            owner: caseID == nil ? nil : vault.reader.fingerprint,
            seed: testBytes("invite x"),
            expires: .test("2026-12-01T00:00:00Z"),
            head: LogHead(size: 1234, root: .test("root"))
        )
    }

    @Test("name two TLS keys while the key changes, ascending, and no more")
    func changingKey() throws {
        let keys = [Hash.test("tls key"), .test("next tls key"), .test("another")].sorted()
        let both = try invitation(tlsKeys: Array(keys.prefix(2)))
        #expect(try Invitation(parsing: both.text).contact.tlsKeys == Array(keys.prefix(2)))
        for wrong in [[], [keys[1], keys[0]], [keys[0], keys[0]], keys] {
            #expect(throws: OneLineError<Invitation>.self) { try invitation(tlsKeys: wrong) }
        }
    }

    @Test("are one line, and read back", arguments: 0..<3)
    func readBack(kind: Int) throws {
        let invitation = try invitation(case: kind == 1 ? .test("one") : nil, first: kind == 2)
        #expect(try Invitation(parsing: invitation.text) == invitation)
        #expect(!invitation.text.contains { $0.isWhitespace })
        #expect(invitation.contact.vault == TestVault.origin)
        // No private key stands in a file, be it one that opens nothing.
        let lines = try #require(Base64.url.decode(invitation.text.dropFirst(Self.prefix.count)))
        let text = String(decoding: lines, as: UTF8.self)
        let seed = Base64.padded.encode(invitation.seed)
        #expect(text.contains("\nseed: \(seed)\n"))
        try Golden.expect(
            text.replacing("seed: \(seed)", with: "seed: (32 bytes)"),
            matches: "invitation-\(kind).txt"
        )
    }

    @Test("sign under the name that the fold looks for")
    func signs() throws {
        let signer = try invitation().signer()
        let name = Invite.keyName(signer.verifierKey.publicKey)
        #expect(signer.verifierKey.name == name)
    }

    @Test("are refused when a character is lost or changed")
    func refuses() throws {
        let text = try invitation(case: .test("one")).text
        #expect(throws: OneLineError<Invitation>.missingPrefix) {
            try Invitation(parsing: text.dropFirst())
        }
        #expect(throws: OneLineError<Invitation>.missingPrefix) {
            try Invitation(parsing: " " + text)
        }
        #expect(throws: OneLineError<Invitation>.notBase64) { try Invitation(parsing: text + "\n") }
        #expect(throws: OneLineError<Invitation>.notBase64) { try Invitation(parsing: text + "=") }
        #expect(throws: OneLineError<Invitation>.tooLarge) {
            try Invitation(parsing: text + String(repeating: "a", count: Invitation.maximumSize))
        }
        for count in Self.prefix.count..<text.count {
            #expect(throws: OneLineError<Invitation>.self) {
                try Invitation(parsing: text.prefix(count))
            }
        }
    }

    @Test("name each line that is out of place")
    func refusesLines() throws {
        let prefix = Self.prefix
        let invitation = try invitation(case: .test("one"))
        let bytes = try #require(Base64.url.decode(invitation.text.dropFirst(prefix.count)))
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        func parse(_ lines: [String]) throws {
            let text = lines.joined(separator: "\n") + "\n"
            _ = try Invitation(parsing: prefix + Base64.url.encode(Array(text.utf8)))
        }
        try parse(lines)
        for place in lines.indices {
            var dropped = lines
            dropped.remove(at: place)
            if lines[place].hasPrefix("inviter") {
                // The first administrator's invitation has no such line.
                try parse(dropped)
            } else {
                #expect(throws: OneLineError<Invitation>.self) { try parse(dropped) }
            }
            #expect(throws: OneLineError<Invitation>.self) {
                try parse(Array(lines[...place]) + lines[place...])
            }
        }
        let renamed = lines.map { $0.hasPrefix("vault: ") ? "vault: other.example" : $0 }
        #expect(
            throws: OneLineError<Invitation>.line(
                LineError(line: 4, rule: .value(key: "log-key", want: .verifierKey))
            )
        ) { try parse(renamed) }
    }

    @Test("are not made of parts that would not read back")
    func refusesParts() throws {
        let vault = try TestVault(empty: ())
        #expect(
            throws: OneLineError<Invitation>.line(
                LineError(line: 3, rule: .value(key: "address", want: .address))
            )
        ) {
            try Invitation(
                contact: VaultContact(
                    address: "https://a b",
                    logKey: vault.logSigner.verifierKey,
                    tlsKeys: [.test("t")],
                    genesis: .test("g")
                ),
                inviter: nil,
                role: .admin,
                caseID: nil,
                owner: nil,
                seed: testBytes("s"),
                expires: vault.clock,
                head: LogHead(size: 1, root: .test("r"))
            )
        }
    }
}

@Suite("Vault cards")
struct VaultCardTests {
    @Test("have the promised bytes, and read back")
    func golden() throws {
        let vault = try TestVault(empty: ())
        let card = VaultCard(
            logKey: vault.logSigner.verifierKey,
            tlsKey: .test("tls key"),
            genesis: .test("genesis")
        )
        try Golden.expect(card.text, matches: "vault-card.txt")
        #expect(try VaultCard(parsing: card.text) == card)
        let lines = card.text.split(separator: "\n").map(String.init)
        for place in lines.indices {
            var dropped = lines
            dropped.remove(at: place)
            #expect(throws: LineError.self) {
                try VaultCard(parsing: dropped.joined(separator: "\n") + "\n")
            }
        }
        #expect(throws: LineError(line: 6, rule: .trailing)) {
            try VaultCard(parsing: card.text + "more: x\n")
        }
    }
}

@Suite("Request signatures")
struct RequestSignatureTests {
    private func sign(
        _ target: RequestTarget,
        by person: Person,
        keyID: Fingerprint? = nil
    ) throws -> RequestSignature {
        try RequestSignature(
            of: target,
            created: .test("2026-11-21T05:50:42Z"),
            nonce: testBytes("request", count: 16),
            keyID: keyID ?? person.fingerprint
        ) { try Array(person.key.signature(for: $0)) }
    }

    private func target(
        _ method: String = "GET",
        _ path: String = "/v1/cases/00/entries",
        query: String? = "from=0",
        access: Hash? = nil
    ) throws -> RequestTarget {
        try #require(RequestTarget(method: method, path: path, query: query, access: access))
    }

    @Test("sign the base of RFC 9421, written out here", arguments: [true, false])
    func base(hasAccess: Bool) throws {
        let vault = try TestVault()
        let access = Hash.test("access")
        var base = ""
        let target = try hasAccess ? target(access: access) : target("PUT", "/v1/a", query: nil)
        let signature = RequestSignature(
            of: target,
            created: UTCTime(seconds: 1_618_884_473),
            nonce: [UInt8](repeating: 7, count: 16),
            keyID: vault.reader.fingerprint
        ) { bytes -> [UInt8] in
            base = String(decoding: bytes, as: UTF8.self)
            return [UInt8](repeating: 1, count: 64)
        }
        let parameters =
            #";created=1618884473;nonce="BwcHBwcHBwcHBwcHBwcHBw==";keyid=""#
            + vault.reader.fingerprint.hex + #"";alg="ed25519";tag="saksi""#
        let want =
            hasAccess
            ? """
            "@method": GET
            "@path": /v1/cases/00/entries
            "@query": ?from=0
            "saksi-access": \(access.hex)
            "@signature-params": ("@method" "@path" "@query" "saksi-access")\(parameters)
            """
            : """
            "@method": PUT
            "@path": /v1/a
            "@query": ?
            "@signature-params": ("@method" "@path" "@query")\(parameters)
            """
        #expect(base == want)
        #expect(
            signature.inputField
                == (hasAccess
                    ? #"saksi=("@method" "@path" "@query" "saksi-access")"#
                    : #"saksi=("@method" "@path" "@query")"#) + parameters
        )
        #expect(
            signature.signatureField
                == "saksi=:\(Base64.padded.encode([UInt8](repeating: 1, count: 64))):"
        )
    }

    @Test("are read back, and verify for their request only")
    func verifies() throws {
        let vault = try TestVault()
        let member = try #require(vault.state.member(vault.reader.fingerprint))
        let good = try target(access: .test("access"))
        let made = try sign(good, by: vault.reader)
        let signature = try #require(
            RequestSignature(
                inputField: made.inputField,
                signatureField: made.signatureField
            )
        )
        #expect(signature == made)
        #expect(signature.isValid(for: good, by: member))
        for other in [
            try target("PUT", access: .test("access")), try target("GET", "/v1/x"),
            try target(query: "from=1", access: .test("access")),
            try target(query: nil, access: .test("access")), try target(access: .test("other")),
            try target(),
        ] { #expect(!signature.isValid(for: other, by: member)) }
        let another = try #require(vault.state.member(vault.otherReader.fingerprint))
        #expect(!signature.isValid(for: good, by: another))
        let claimed = try sign(good, by: vault.otherReader, keyID: vault.reader.fingerprint)
        #expect(!claimed.isValid(for: good, by: member))
        let uncovered = try sign(target(), by: vault.reader)
        #expect(!uncovered.isValid(for: good, by: member))
    }

    @Test("are refused when any byte of a field is changed, doubled or lost")
    func strictFields() throws {
        let vault = try TestVault()
        let member = try #require(vault.state.member(vault.reader.fingerprint))
        let target = try target(access: .test("access"))
        let made = try sign(target, by: vault.reader)
        func isAccepted(_ input: [UInt8], _ signature: [UInt8]) -> Bool {
            RequestSignature(
                inputField: String(decoding: input, as: UTF8.self),
                signatureField: String(decoding: signature, as: UTF8.self)
            )?.isValid(for: target, by: member) ?? false
        }
        let input = Array(made.inputField.utf8)
        let field = Array(made.signatureField.utf8)
        #expect(isAccepted(input, field))
        for (bytes, isInput) in [(input, true), (field, false)] {
            for place in bytes.indices {
                var flipped = bytes
                flipped[place] ^= 0x01
                var lost = bytes
                lost.remove(at: place)
                var doubled = bytes
                doubled.insert(bytes[place], at: place)
                for changed in [flipped, lost, doubled] {
                    #expect(
                        !(isInput ? isAccepted(changed, field) : isAccepted(input, changed))
                    )
                }
            }
        }
    }

    @Test("are good for five minutes on either side of the clock")
    func tolerance() throws {
        let signature = try sign(target(), by: TestVault().reader)
        let time = signature.created.seconds
        for (offset, isTimely) in [
            (-301, false), (-300, true), (0, true), (300, true), (301, false),
        ]
            as [(Int64, Bool)]
        {
            #expect(signature.isTimely(at: UTCTime(seconds: time + offset)) == isTimely)
        }
    }

    @Test(
        "are not made over what no request line can hold",
        arguments: [
            ("GET", "/a\n\"@query\": ?", nil), ("GET ", "/a", nil), ("", "/a", nil),
            ("GET", "a", nil),
            ("GET", "", nil), ("GET", "/a", "x\r"), ("GET", "/é", nil),
        ] as [(String, String, String?)]
    )
    func targets(method: String, path: String, query: String?) {
        #expect(RequestTarget(method: method, path: path, query: query) == nil)
    }
}

@Suite("Problem types")
struct ProblemTypeTests {
    @Test("have stable names")
    func names() {
        #expect(
            ProblemType.allCases.map(\.rawValue) == [
                "malformed", "digest", "signature", "clock", "replayed", "refused", "not-found",
                "method", "missing", "inconsistent", "too-large", "range", "internal", "busy",
                "quota", "answered", "proposals",
            ]
        )
        for type in ProblemType.allCases { #expect(ProblemType(urn: type.urn) == type) }
        #expect(ProblemType(urn: "about:blank") == nil)
        #expect(ProblemType(urn: "urn:saksi:problem:other") == nil)
    }
}
