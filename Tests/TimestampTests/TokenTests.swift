// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import Timestamp

/// A public token with all that verifies it.
@Suite(.enabled(if: Vectors.exist("rfc3161/tob/test_tsa/response.tsr"), Vectors.reason))
struct TokenTests {
    private let stored: StoredTimestamp
    private let token: TimestampToken
    private let request: TimestampRequest
    private let chain: CertificateFile

    init() throws {
        let stored = try StoredTimestamp(
            parsing: VectorLine.bytes("tob/test_tsa/response.tsr")
        )
        self.stored = stored
        token = try #require(stored.token)
        request = try TimestampRequest(parsing: VectorLine.bytes("tob/test_tsa/request.der"))
        chain = try CertificateFile(parsing: VectorLine.bytes("tob/test_tsa/ts_chain.pem"))
    }

    private func verify(
        _ stored: StoredTimestamp? = nil,
        _ request: TimestampRequest? = nil,
        trusting roots: CertificateFile? = nil,
        lists: CertificateFile? = nil,
        at time: Int64? = nil
    ) -> TimestampVerification {
        (stored ?? self.stored).verify(
            answering: request ?? self.request,
            trusting: TimestampTrust(roots: roots ?? chain, revocationLists: lists),
            at: time ?? token.info.time.seconds
        )
    }

    @Test("a response answers its request, and so does the bare token in it")
    func verifies() throws {
        #expect(verify().violation == nil)
        let bare = try StoredTimestamp(parsing: token.bytes)
        #expect(bare == .token(token))
        #expect(verify(bare).violation == nil)
    }

    @Test("both ways name the rule that the request finds broken")
    func namesRules() throws {
        func expect(_ violation: TimestampViolation, for request: TimestampRequest) {
            let found = verify(nil, request)
            #expect(found.byOpenSSL == violation)
            #expect(found.byOwnReading == violation)
        }
        let imprint = request.imprint
        let other = MessageImprint(hashing: [1], with: imprint.algorithm)
        expect(.imprint, for: TimestampRequest(imprint: other))
        expect(.nonce, for: TimestampRequest(imprint: imprint, nonce: .init(1)))
        let policy = try #require(OID("1.2.3"))
        expect(
            .policy(got: token.info.policy, want: policy),
            for: TimestampRequest(imprint: imprint, policy: policy)
        )
        let sha256 = MessageImprint(hashing: Array("hello".utf8))
        let found = verify(nil, TimestampRequest(imprint: sha256))
        #expect(found.byOpenSSL == .imprint)
        #expect(found.byOwnReading == .imprintAlgorithm(got: .sha512, want: .sha256))
    }

    @Test("the chain is held to roots, dates and revocation lists")
    func chains() throws {
        func fault(_ found: TimestampVerification) -> ChainFault.Rule? {
            guard case .chain(let fault) = found.byOpenSSL, found.byOwnReading == nil else {
                return nil
            }
            return fault.rule
        }
        #expect(fault(verify(at: 0)) == .notYetValid)
        #expect(fault(verify(at: 9_000_000_000)) == .expired)
        #expect(
            fault(verify(trusting: CertificateFile())) == .issuerUnknown
                || fault(verify(trusting: CertificateFile())) == .rootUntrusted
        )
        #expect(fault(verify(lists: CertificateFile())) == .revocationListMissing)
    }

    @Test("a changed bit in what is signed is found by both ways")
    func changedBits() throws {
        let response = try VectorLine.bytes("tob/test_tsa/response.tsr")
        let time = Array("20241008154032Z".utf8)
        let place = try #require(response.indices.first { response[$0...].starts(with: time) })
        var changed = response
        changed[place + 13] ^= 1
        let found = verify(try StoredTimestamp(parsing: changed))
        #expect(found.byOpenSSL == .messageDigest)
        #expect(found.byOwnReading == .messageDigest)
    }

    @Test("a token in BER, with indefinite lengths and octets in pieces, is the same token")
    func indefiniteLengths() throws {
        let loose = Loosened.encoding(of: token.bytes)
        #expect(loose != token.bytes)
        let stored = try StoredTimestamp(parsing: loose)
        #expect(stored.token?.info == token.info)
        let found = verify(stored)
        #expect(found.byOpenSSL == nil)
        #expect(found.byOwnReading == nil)
    }

    @Test("a cut token is refused at every place")
    func cuts() {
        for count in stride(from: 0, to: token.bytes.count, by: 7) {
            #expect(throws: TimestampSyntaxError.self) {
                try StoredTimestamp(parsing: token.bytes.prefix(count))
            }
        }
    }

    @Test("bytes after a response are refused from a network and passed over in a file")
    func trailingBytes() throws {
        guard case .response(let response) = stored else {
            Issue.record("no response")
            return
        }
        #expect(throws: TimestampSyntaxError.trailingBytes(count: 1)) {
            try TimestampResponse(parsing: response.bytes + [0])
        }
        #expect(try StoredTimestamp(parsing: response.bytes + [0]) == stored)
    }
}

@Suite struct ResponseTests {
    @Test("a rejection says why, and has no token")
    func rejection() throws {
        let bytes: [UInt8] = [
            0x30, 0x10, 0x30, 0x0e, 2, 1, 2, 0x30, 5, 0x0c, 3, 0x6e, 0x6f, 0x21, 3, 2, 0, 0x80,
        ]
        let response = try TimestampResponse(parsing: bytes)
        #expect(response.status.code == .rejection)
        #expect(response.status.failures == [.badAlgorithm])
        #expect(response.status.text == ["no!"])
        #expect(response.token == nil)
        #expect("\(response.status)" == "rejection (bad algorithm): \"no!\"")
        let found = StoredTimestamp.response(response).verify(
            answering: TimestampRequest(imprint: MessageImprint(hashing: [])),
            trusting: TimestampTrust(roots: CertificateFile()),
            at: 0
        )
        #expect(found.byOpenSSL == .refused(response.status))
        #expect(found.byOwnReading == .refused(response.status))
    }

    @Test("a response that grants a token must have one")
    func withoutToken() {
        #expect(throws: TimestampSyntaxError.tokenMissing) {
            try TimestampResponse(parsing: [0x30, 5, 0x30, 3, 2, 1, 0])
        }
    }

    @Test("what is no response is refused", arguments: ["<html>captive portal</html>", "", "0"])
    func garbage(text: String) {
        #expect(throws: TimestampSyntaxError.malformed(.response)) {
            try TimestampResponse(parsing: Array(text.utf8))
        }
    }

    @Test("elements that lie too deep are refused")
    func depth() {
        let deep = [UInt8](repeating: 0, count: 200_000).enumerated().map { place, _ in
            place.isMultiple(of: 2) ? UInt8(0x30) : 0x80
        }
        #expect(throws: TimestampSyntaxError.self) { try StoredTimestamp(parsing: deep) }
    }
}

@Suite struct AccuracyTests {
    /// A token that nobody signed, with an accuracy.
    private func token(_ accuracy: [UInt8]) throws -> TimestampToken {
        func element(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] {
            let content = parts.flatMap { $0 }
            let size = UInt8(content.count)
            return [tag] + (size < 0x80 ? [size] : [0x81, size]) + content
        }
        let sha256: [UInt8] = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0]
        let signedData: [UInt8] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2]
        let tstInfo: [UInt8] = [6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4]
        let hash = [UInt8](repeating: 1, count: 32)
        let info = element(
            0x30,
            [2, 1, 1, 6, 2, 0x2a, 3],
            element(0x30, element(0x30, sha256), element(4, hash)),
            [2, 1, 1],
            element(0x18, Array("20260101000000Z".utf8)),
            element(0x30, accuracy)
        )
        let content = element(0x30, tstInfo, element(0xa0, element(4, info)))
        let signed = element(0x30, [2, 1, 3, 0x31, 0], content, [0x31, 0])
        return try TimestampToken(parsing: element(0x30, signedData, element(0xa0, signed)))
    }

    @Test("an accuracy is at most 999 thousandths and 999 millionths beside its seconds")
    func limits() throws {
        let largest: [UInt8] = [2, 8, 0x7f] + [UInt8](repeating: 0xff, count: 7)
        let thousandths: [UInt8] = [0x80, 2, 3, 0xe7]
        let millionths: [UInt8] = [0x81, 2, 3, 0xe7]
        let fine = try token(largest + thousandths + millionths)
        #expect(fine.info.accuracy?.description == "9223372036854775807.999999 s")
        let refused: [[UInt8]] = [[2, 3, 0xe8], Array(largest.dropFirst(1))]
        for tag in [UInt8(0x80), 0x81] {
            for value in refused {
                #expect(throws: TimestampSyntaxError.malformed(.accuracy)) {
                    try token([tag] + value)
                }
            }
        }
    }
}

@Suite struct CertificateFileTests {
    @Test("an encrypted block is refused, and its passphrase not asked for")
    func encrypted() {
        let text = """
            -----BEGIN CERTIFICATE-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF

            AAECAwQFBgcICQoLDA0ODw==
            -----END CERTIFICATE-----

            """
        #expect(throws: CertificateFileError.malformed) {
            try CertificateFile(parsing: Array(text.utf8))
        }
    }

    @Test("a file without certificates is refused")
    func refuses() {
        #expect(throws: CertificateFileError.self) { try CertificateFile(parsing: []) }
        #expect(throws: CertificateFileError.self) {
            try CertificateFile(parsing: Array("no PEM".utf8))
        }
        #expect(throws: CertificateFileError.malformed) {
            try CertificateFile(parsing: [0x30, 3, 2, 1, 0])
        }
    }

    @Test(
        "text around the blocks is passed over, and DER is taken",
        .enabled(if: Vectors.exist("rfc3161/tob/test_tsa/ts_chain.pem"), Vectors.reason)
    )
    func reads() throws {
        let bytes = try VectorLine.bytes("tob/test_tsa/ts_chain.pem")
        let file = try CertificateFile(parsing: bytes)
        let noted = Array("subject: somebody\n".utf8) + bytes + Array("\nthe end\n".utf8)
        #expect(try CertificateFile(parsing: noted) == file)
        let first = try #require(file.certificates.first)
        #expect(try CertificateFile(parsing: first).certificates == [first])
    }
}
