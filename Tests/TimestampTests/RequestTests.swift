// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Timestamp

@Suite struct RequestTests {
    private let imprint = MessageImprint(hashing: Array("hello".utf8))

    @Test("writes the bytes that RFC 3161 asks for")
    func bytes() throws {
        let request = TimestampRequest(
            imprint: imprint,
            policy: OID("1.3.6.1.4.1.32473.1"),
            nonce: TimestampRequest.Nonce(0x80)
        )
        let head: [UInt8] = [
            0x30, 0x48, 2, 1, 1, 0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2,
            1, 5, 0, 4, 0x20,
        ]
        let tail: [UInt8] = [
            6, 9, 0x2b, 6, 1, 4, 1, 0x81, 0xfd, 0x59, 1, 2, 2, 0, 0x80, 1, 1, 0xff,
        ]
        #expect(request.bytes == head + imprint.hash + tail)
    }

    @Test("reads what it wrote", arguments: HashAlgorithm.allCases)
    func roundTrip(algorithm: HashAlgorithm) throws {
        let imprint = MessageImprint(hashing: [1, 2, 3], with: algorithm)
        for nonce in [nil, 0, 1, 0x7f, 0x80, 0xffff, UInt64.max] {
            for wantsCertificates in [true, false] {
                let request = TimestampRequest(
                    imprint: imprint,
                    policy: nonce == nil
                        ? nil : OID("2.25.340282366920938463463374607431768211455"),
                    nonce: nonce.map { TimestampRequest.Nonce($0) },
                    wantsCertificates: wantsCertificates
                )
                #expect(try TimestampRequest(parsing: request.bytes) == request)
            }
        }
    }

    @Test(
        "reads public requests and writes them again",
        .enabled(if: Vectors.exist("rfc3161"), Vectors.reason)
    )
    func publicRequests() throws {
        let names = [
            "tob/sigstage/request.der", "tob/test_tsa/request.der",
            "tob/test_tsa/other_request.der",
        ]
        for name in names where Vectors.exist("rfc3161/\(name)") {
            let bytes = try VectorLine.bytes(name)
            #expect(try TimestampRequest(parsing: bytes).bytes == bytes, "\(name)")
        }
    }

    @Test("refuses a cut, a longer and another version of a request")
    func refuses() throws {
        let bytes = TimestampRequest(imprint: imprint, nonce: .init(7)).bytes
        for count in bytes.indices {
            #expect(throws: TimestampSyntaxError.self) {
                try TimestampRequest(parsing: bytes.prefix(count))
            }
        }
        #expect(throws: TimestampSyntaxError.trailingBytes(count: 2)) {
            try TimestampRequest(parsing: bytes + [0, 0])
        }
        var next = bytes
        next[4] = 2
        #expect(throws: TimestampSyntaxError.version(.request)) {
            try TimestampRequest(parsing: next)
        }
    }

    @Test("refuses an imprint with MD5, and one of another size")
    func imprints() throws {
        let md5: [UInt8] =
            [0x30, 0x25, 2, 1, 1, 0x30, 0x20, 0x30, 0x0c, 6, 8, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]
            + [2, 5, 5, 0, 4, 0x10] + [UInt8](repeating: 1, count: 16)
        #expect(throws: TimestampSyntaxError.hashAlgorithm(try #require(OID("1.2.840.113549.2.5"))))
        {
            try TimestampRequest(parsing: [0x30, UInt8(md5.count - 2)] + md5.dropFirst(2))
        }
        #expect(MessageImprint(.sha256, hash: [UInt8](repeating: 1, count: 31)) == nil)
    }

    @Test("an object identifier has one spelling")
    func identifiers() {
        for text in [
            "0.0", "1.39", "2.999.3", "1.3.6.1.4.1.32473.1.1",
            "2.25.329800735698586629295641978511506172918",
        ] {
            #expect(OID(text)?.description == text)
        }
        for text in ["", "1", "1.", ".1", "3.1", "1.40", "1.02", "1.-2", "1.+2", "1.2.x", "1..2"] {
            #expect(OID(text) == nil, "\(text)")
        }
    }
}
