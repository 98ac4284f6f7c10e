// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import Foundation
import Secrets
import TestSupport
import Testing

@testable import Age

/// The primitives below age, as this package calls them, against the public vectors.
@Suite(
    "The primitives below age",
    .enabled(if: Vectors.exist("wycheproof", "xwing", "hpke"), Vectors.reason)
)
struct PrimitiveTests {
    private struct Wycheproof<Case: Decodable>: Decodable {
        struct Group: Decodable { let tests: [Case] }
        let testGroups: [Group]
        var tests: [Case] { testGroups.flatMap(\.tests) }
    }

    private func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }

    private func array(_ key: SymmetricKey) -> [UInt8] {
        unsafe key.withUnsafeBytes { unsafe Array($0) }
    }

    private struct X25519Case: Decodable {
        let tcId: Int
        let `public`, `private`, shared, result: String
    }

    @Test("X25519 agrees with every Wycheproof case, and refuses a secret of zeros")
    func x25519() throws {
        let file: Wycheproof<X25519Case> = try Vectors.json("wycheproof/x25519_test.json")
        for test in file.tests {
            let key = SecretBytes(copying: try bytes(test.private))
            let expected = try bytes(test.shared)
            var shared: [UInt8]?
            if let secret = X25519.sharedSecret(of: key, and: try bytes(test.public)) {
                shared = unsafe secret.withBytes { unsafe Array($0) }
            }
            let isZero = expected.allSatisfy { $0 == 0 }
            #expect(shared == (isZero ? nil : expected), "case \(test.tcId)")
        }
        #expect(file.tests.count > 500)
    }

    private struct MLKEMCase: Decodable {
        let tcId: Int
        let seed, ek, c, K, result: String?
    }

    @Test("ML-KEM-768 agrees with every Wycheproof case that starts from a seed")
    func mlkem() throws {
        for name in ["mlkem_768_test", "mlkem_768_keygen_seed_test"] {
            let file: Wycheproof<MLKEMCase> = try Vectors.json("wycheproof/\(name).json")
            for test in file.tests {
                let seed = try bytes(#require(test.seed))
                let shared = try? {
                    let key = try MLKEM768.PrivateKey(seedRepresentation: seed, publicKey: nil)
                    if let expected = test.ek, test.result == "valid" {
                        #expect(try Array(key.publicKey.rawRepresentation) == bytes(expected))
                    }
                    guard let encapsulated = test.c else { return [UInt8]() }
                    return try array(key.decapsulate(bytes(encapsulated)))
                }()
                if test.result == "valid" {
                    let expected = try test.K.map(bytes) ?? []
                    #expect(shared == expected, "\(name), case \(test.tcId)")
                } else {
                    #expect(shared == nil, "\(name), case \(test.tcId)")
                }
            }
            #expect(file.tests.count >= 100)
        }
    }

    @Test("nothing is sealed to an ML-KEM key that Wycheproof calls invalid")
    func encapsulation() throws {
        let file: Wycheproof<MLKEMCase> = try Vectors.json("wycheproof/mlkem_768_encaps_test.json")
        let basePoint = [9] + [UInt8](repeating: 0, count: 31)
        let invalid = file.tests.filter { $0.result == "invalid" }
        for test in invalid {
            let key = try bytes(#require(test.ek))
            #expect(throws: KeyError.self, "case \(test.tcId)") {
                try HybridRecipient(publicKey: key + basePoint)
            }
        }
        #expect(invalid.count > 100)
        let valid = try #require(file.tests.first { $0.result == "valid" }?.ek)
        #expect(throws: Never.self) {
            try HybridRecipient(publicKey: bytes(valid) + basePoint)
        }
        #expect(throws: KeyError.wrongSize) { try HybridRecipient(publicKey: bytes(valid)) }
    }

    private struct XWingCase: Decodable {
        let seed, pk, ct, ss: String
    }

    @Test("X-Wing gives the public keys and the shared secrets of the draft")
    func xwing() throws {
        let cases: [XWingCase] = try Vectors.json("xwing/xwing-draft-test-vectors.json")
        for test in cases {
            let seed = try bytes(test.seed)
            let identity = HybridIdentity(seed: SecretBytes(copying: seed))
            #expect(try identity.recipient.publicKey == bytes(test.pk))
            let key = try XWingMLKEM768X25519.PrivateKey(seedRepresentation: seed, publicKey: nil)
            let shared = try key.decapsulate(Data(bytes(test.ct)))
            #expect(try array(shared) == bytes(test.ss))
        }
        #expect(cases.count == 3)
    }

    private struct HPKECase: Decodable {
        struct Encryption: Decodable { let aad, ct, pt: String }
        struct Export: Decodable {
            let exporter_context, exported_value: String
            let L: Int
        }
        let mode, kem_id, kdf_id, aead_id: Int
        let info, skRm, enc: String
        let pkSm, psk, psk_id: String?
        let encryptions: [Encryption]
        let exports: [Export]
    }

    private func check(_ recipient: HPKE.Recipient, _ test: HPKECase) throws {
        var recipient = recipient
        for encryption in test.encryptions {
            let opened = try recipient.open(
                bytes(encryption.ct),
                authenticating: bytes(encryption.aad)
            )
            #expect(try Array(opened) == bytes(encryption.pt))
        }
        for export in test.exports {
            let value = try recipient.exportSecret(
                context: bytes(export.exporter_context),
                outputByteCount: export.L
            )
            #expect(try array(value) == bytes(export.exported_value))
        }
    }

    @Test("HPKE in age's suite opens the messages of the reference implementation")
    func hybridHPKE() throws {
        let all: [HPKECase] = try Vectors.json("hpke/hpke-pq.json")
        let test = try #require(
            all.first { $0.kem_id == 0x647a && $0.kdf_id == 1 && $0.aead_id == 3 }
        )
        let key = try XWingMLKEM768X25519.PrivateKey(
            seedRepresentation: bytes(test.skRm),
            publicKey: nil
        )
        let recipient = try HPKE.Recipient(
            privateKey: key,
            ciphersuite: HybridRecipient.ciphersuite,
            info: Data(bytes(test.info)),
            encapsulatedKey: Data(bytes(test.enc))
        )
        try check(recipient, test)
    }

    @Test("HPKE over X25519 opens the messages of RFC 9180 in all four modes")
    func classicHPKE() throws {
        let all: [HPKECase] = try Vectors.json(
            "hpke/rfc9180-x25519-sha256-chachapoly-all-modes.json"
        )
        typealias Keys = Curve25519.KeyAgreement
        for test in all {
            let key = try Keys.PrivateKey(rawRepresentation: bytes(test.skRm))
            let info = try Data(bytes(test.info))
            let encapsulated = try Data(bytes(test.enc))
            let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
            let sender = try test.pkSm.map { try Keys.PublicKey(rawRepresentation: bytes($0)) }
            let shared = try test.psk.map { SymmetricKey(data: try bytes($0)) }
            let sharedID = try test.psk_id.map { Data(try bytes($0)) }
            let recipient: HPKE.Recipient
            switch (sender, shared, sharedID) {
            case (nil, let shared?, let sharedID?):
                recipient = try HPKE.Recipient(
                    privateKey: key,
                    ciphersuite: suite,
                    info: info,
                    encapsulatedKey: encapsulated,
                    presharedKey: shared,
                    presharedKeyIdentifier: sharedID
                )
            case (let sender?, let shared?, let sharedID?):
                recipient = try HPKE.Recipient(
                    privateKey: key,
                    ciphersuite: suite,
                    info: info,
                    encapsulatedKey: encapsulated,
                    authenticatedBy: sender,
                    presharedKey: shared,
                    presharedKeyIdentifier: sharedID
                )
            case (let sender?, _, _):
                recipient = try HPKE.Recipient(
                    privateKey: key,
                    ciphersuite: suite,
                    info: info,
                    encapsulatedKey: encapsulated,
                    authenticatedBy: sender
                )
            default:
                recipient = try HPKE.Recipient(
                    privateKey: key,
                    ciphersuite: suite,
                    info: info,
                    encapsulatedKey: encapsulated
                )
            }
            try check(recipient, test)
        }
        #expect(Set(all.map(\.mode)) == [0, 1, 2, 3])
    }
}
