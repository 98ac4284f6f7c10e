// SPDX-License-Identifier: Apache-2.0

import Secrets
import Testing

@Suite("Password hashing")
struct PasswordHashingTests {
    private func secret(_ text: String) -> SecretBytes { SecretBytes(copying: text.utf8) }

    private func hex(_ secret: borrowing SecretBytes) -> String {
        unsafe secret.withBytes { bytes in
            unsafe bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    @Test("Argon2id agrees with another implementation (PyCA cryptography 48)")
    func argon2id() throws {
        let key = try Argon2id(passes: 3, memory: 64 << 20).key(
            from: secret("correct horse battery staple"),
            salt: Array(0..<16),
            count: 32
        )
        #expect(hex(key) == "0d1a3c6523c8f06e4e0af9c515aa5b5448cfebd6838f2d52c3d8b6ef8ddc3c2e")
    }

    @Test("scrypt gives the examples of RFC 7914, section 12")
    func scrypt() throws {
        let first = try Scrypt(logN: 10, blockSize: 8, parallelism: 16)
            .key(from: secret("password"), salt: Array("NaCl".utf8), count: 64)
        #expect(
            hex(first)
                == "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
        )
        let second = try Scrypt(logN: 14)
            .key(from: secret("pleaseletmein"), salt: Array("SodiumChloride".utf8), count: 64)
        #expect(
            hex(second)
                == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
        )
    }

    @Test("refuses costs outside the functions' range")
    func range() {
        #expect(throws: PasswordHashingError.parametersOutOfRange) {
            _ = try Argon2id(passes: 0, memory: 1 << 20)
                .key(from: secret(""), salt: Array(0..<16), count: 32)
        }
        #expect(throws: PasswordHashingError.parametersOutOfRange) {
            _ = try Argon2id(passes: 1, memory: 1024)
                .key(from: secret(""), salt: Array(0..<16), count: 32)
        }
        for logN in [-1, 0, 31] {
            #expect(throws: PasswordHashingError.parametersOutOfRange) {
                _ = try Scrypt(logN: logN).key(from: secret(""), salt: [], count: 32)
            }
        }
    }
}
