// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Crypto
import Foundation

/// `saksi-bench bare-rewrap`: the ceiling for the change of a case's key.
///
/// Open one X-Wing encapsulation and seal to another key: what each envelope takes at the least, with keys
/// that are expanded once, and no format around it.
struct BareRewrap: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open and seal with X-Wing in bare loops, one a core; prints file keys/s."
    )

    @Option(help: "File keys for each loop.") var count = 2_000
    @Option(help: "Loops.") var cores = 2

    func run() async throws {
        let (count, cores) = (count, cores)
        let (old, next) = (
            try XWingMLKEM768X25519.PrivateKey.generate(),
            try XWingMLKEM768X25519.PrivateKey.generate()
        )
        let suite = HPKE.Ciphersuite(
            kem: .XWingMLKEM768X25519,
            kdf: .HKDF_SHA256,
            aead: .chaChaPoly
        )
        let recipientKey = next.publicKey
        let info = Data("age-encryption.org/mlkem768x25519".utf8)
        let fileKey = Data(repeating: 7, count: 16)
        var sender = try HPKE.Sender(recipientKey: old.publicKey, ciphersuite: suite, info: info)
        let sealed = try sender.seal(fileKey)
        let encapsulated = sender.encapsulatedKey
        let took = try await seconds {
            try await withThrowingTaskGroup { group in
                for _ in 0..<cores {
                    group.addTask {
                        for _ in 0..<count {
                            var recipient = try HPKE.Recipient(
                                privateKey: old,
                                ciphersuite: suite,
                                info: info,
                                encapsulatedKey: encapsulated
                            )
                            let opened = try recipient.open(sealed)
                            var sender = try HPKE.Sender(
                                recipientKey: recipientKey,
                                ciphersuite: suite,
                                info: info
                            )
                            _ = try sender.seal(opened)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        print(Int(Double(cores * count) / took))
    }
}
