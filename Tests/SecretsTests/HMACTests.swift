// SPDX-License-Identifier: Apache-2.0

import Foundation
import Secrets
import TestSupport
import Testing

@Suite("HMAC and HKDF", .enabled(if: Vectors.exist("wycheproof"), Vectors.reason))
struct HMACTests {
    private struct File<Case: Decodable>: Decodable {
        struct Group: Decodable {
            let tagSize: Int?
            let tests: [Case]
        }
        let testGroups: [Group]
    }
    private struct HMACCase: Decodable {
        let tcId: Int
        let key, msg, tag, result: String
    }
    private struct HKDFCase: Decodable {
        let tcId: Int
        let ikm, salt, info, okm, result: String
        let size: Int
    }

    private func bytes(_ hex: String) throws -> [UInt8] {
        try stride(from: 0, to: hex.utf8.count, by: 2).map { offset in
            let digits = hex.dropFirst(offset).prefix(2)
            return try #require(UInt8(digits, radix: 16))
        }
    }

    @Test("HMAC-SHA256 agrees with every Wycheproof case")
    func hmac() throws {
        let file = try Vectors.json("wycheproof/hmac_sha256_test.json", as: File<HMACCase>.self)
        var count = 0
        for group in file.testGroups {
            let length = try #require(group.tagSize) / 8
            for test in group.tests {
                let message = try bytes(test.msg)
                let key = SecretBytes(copying: try bytes(test.key))
                let code = HMAC.code(for: message, key: key)
                let matches = try Array(code.prefix(length)) == bytes(test.tag)
                #expect(matches == (test.result == "valid"), "case \(test.tcId)")
                if length == HMAC.size {
                    let verified = HMAC.verify(try bytes(test.tag), for: message, key: key)
                    #expect(verified == matches, "case \(test.tcId)")
                }
                count += 1
            }
        }
        #expect(count > 150)
    }

    @Test("HKDF-SHA256 agrees with every Wycheproof case")
    func hkdf() throws {
        let file = try Vectors.json("wycheproof/hkdf_sha256_test.json", as: File<HKDFCase>.self)
        var count = 0
        for test in file.testGroups.flatMap(\.tests) where test.result != "invalid" {
            let secret = SecretBytes(copying: try bytes(test.ikm))
            let key = HKDF.key(
                from: secret,
                salt: try bytes(test.salt),
                info: try bytes(test.info),
                count: test.size
            )
            let derived = unsafe key.withBytes { unsafe Array($0) }
            #expect(try derived == bytes(test.okm), "case \(test.tcId)")
            count += 1
        }
        #expect(count > 70)
    }

    @Test("a key too long for HKDF ends the process")
    func tooLong() async {
        await #expect(processExitsWith: .failure) {
            _ = HKDF.key(from: SecretBytes(count: 32), info: [], count: 8161)
        }
    }
}
