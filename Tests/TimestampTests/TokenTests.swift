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

@Suite struct CertificateFileTests {
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
