// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing

@Suite("SHA-256")
struct HashTests {
    @Test(
        "hashes the FIPS 180-4 examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func examples(text: String, digest: String) {
        #expect(Hash(hashing: text.utf8).hex == digest)
    }

    @Test("a stream in pieces has the hash of the whole")
    func pieces() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var hasher = SHA256Hasher()
        for start in stride(from: 0, to: 1000, by: 37) {
            hasher.update(bytes[start..<min(start + 37, 1000)])
        }
        #expect(hasher.finalize() == Hash(hashing: bytes))
    }

    @Test("the order of values is the order of their digits")
    func order() throws {
        let hashes = (0..<64).map { Hash(hashing: [$0]) }
        #expect(hashes.sorted().map(\.hex) == hashes.map(\.hex).sorted())
    }

    @Test("has one spelling only", arguments: ["", "00", String(repeating: "A", count: 64)])
    func spelling(text: String) {
        #expect(Hash(hex: text) == nil)
    }
}
