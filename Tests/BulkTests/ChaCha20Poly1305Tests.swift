// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import TestSupport
import Testing

@Suite("ChaCha20-Poly1305")
struct ChaCha20Poly1305Tests {
    private let key = (0..<32).map { UInt8($0) }
    private let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 13) }

    private func nonce(_ bytes: [UInt8]) -> ChaCha20Poly1305.Nonce { .init { bytes[$0] } }

    private func sealed(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], aad: [UInt8] = [])
        -> [UInt8]
    {
        var cipher = unsafe ChaCha20Poly1305(key: key.span.bytes)
        var output = [UInt8](repeating: 0, count: plaintext.count + 16)
        unsafe plaintext.withUnsafeBytes { plaintext in
            unsafe output.withUnsafeMutableBytes {
                unsafe cipher.seal(
                    plaintext,
                    into: $0,
                    nonce: self.nonce(nonce),
                    authenticating: aad
                )
            }
        }
        return output
    }

    private func opened(_ sealed: [UInt8], key: [UInt8], nonce: [UInt8], aad: [UInt8] = [])
        -> (authentic: Bool, output: [UInt8])
    {
        var cipher = unsafe ChaCha20Poly1305(key: key.span.bytes)
        var output = [UInt8](repeating: 0xaa, count: sealed.count - 16)
        let authentic = unsafe sealed.withUnsafeBytes { sealed in
            unsafe output.withUnsafeMutableBytes {
                unsafe cipher.open(sealed, into: $0, nonce: self.nonce(nonce), authenticating: aad)
            }
        }
        return (authentic, output)
    }

    private struct Wycheproof: Decodable {
        struct Group: Decodable {
            let ivSize: Int
            let tests: [Case]
        }
        struct Case: Decodable {
            let tcId: Int
            let key, iv, aad, msg, ct, tag, result: String
        }
        let testGroups: [Group]
    }

    @Test(
        "agrees with every Wycheproof case that has a nonce of 12 bytes",
        .enabled(if: Vectors.exist("wycheproof"), Vectors.reason)
    )
    func wycheproof() throws {
        let file = try Vectors.json("wycheproof/chacha20_poly1305_test.json", as: Wycheproof.self)
        var count = 0
        for test in file.testGroups.filter({ $0.ivSize == 96 }).flatMap(\.tests) {
            let key = try #require(Hex.decode(test.key))
            let nonce = try #require(Hex.decode(test.iv))
            let aad = try #require(Hex.decode(test.aad))
            let message = try #require(Hex.decode(test.msg))
            let expected = try #require(Hex.decode(test.ct + test.tag))
            let valid = test.result == "valid"
            let made = sealed(message, key: key, nonce: nonce, aad: aad)
            #expect((made == expected) == valid, "case \(test.tcId)")
            let opened = opened(expected, key: key, nonce: nonce, aad: aad)
            #expect(opened.authentic == valid, "case \(test.tcId)")
            #expect(
                opened.output == (valid ? message : Array(repeating: 0, count: message.count)),
                "case \(test.tcId)"
            )
            count += 1
        }
        #expect(count > 250)
    }

    @Test("in place gives the same bytes as between buffers, both ways")
    func inPlace() {
        let nonce = [UInt8](repeating: 9, count: 12)
        let expected = sealed(message, key: key, nonce: nonce)
        var cipher = unsafe ChaCha20Poly1305(key: key.span.bytes)
        var buffer = message + [UInt8](repeating: 0, count: 16)
        let authentic = unsafe buffer.withUnsafeMutableBytes { buffer in
            let text = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<message.count])
            unsafe cipher.seal(UnsafeRawBufferPointer(text), into: buffer, nonce: self.nonce(nonce))
            #expect(unsafe Array(buffer) == expected)
            return unsafe cipher.open(
                UnsafeRawBufferPointer(buffer),
                into: text,
                nonce: self.nonce(nonce)
            )
        }
        #expect(authentic)
        #expect(Array(buffer.prefix(message.count)) == message)
    }

    @Test("a message that is not authentic leaves the sealed bytes standing in place")
    func restoration() {
        let nonce = [UInt8](repeating: 9, count: 12)
        var forged = sealed(message, key: key, nonce: nonce)
        forged[500] ^= 1
        var buffer = forged
        var cipher = unsafe ChaCha20Poly1305(key: key.span.bytes)
        let authentic = unsafe buffer.withUnsafeMutableBytes { buffer in
            let text = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<message.count])
            return unsafe cipher.open(
                UnsafeRawBufferPointer(buffer),
                into: text,
                nonce: self.nonce(nonce)
            )
        }
        #expect(!authentic)
        #expect(buffer == forged)
    }

    @Test("one context serves many messages, opened and sealed by turns")
    func reuse() {
        var cipher = unsafe ChaCha20Poly1305(key: key.span.bytes)
        for round in 0..<50 {
            let nonce = [UInt8](repeating: UInt8(round), count: 12)
            let text = Array(message.prefix(round * 20))
            let expected = sealed(text, key: key, nonce: nonce)
            var output = [UInt8](repeating: 0, count: text.count + 16)
            unsafe text.withUnsafeBytes { text in
                unsafe output.withUnsafeMutableBytes {
                    unsafe cipher.seal(text, into: $0, nonce: self.nonce(nonce))
                }
            }
            #expect(output == expected)
            var back = [UInt8](repeating: 0, count: text.count)
            let authentic = unsafe output.withUnsafeBytes { output in
                unsafe back.withUnsafeMutableBytes {
                    unsafe cipher.open(output, into: $0, nonce: self.nonce(nonce))
                }
            }
            #expect(authentic && back == text)
        }
    }
}
