// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Crypto

/// `saksi-bench bare-verification`: the ceiling for statements.
struct BareVerification: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify Ed25519 signatures in two bare loops, one a core; prints signatures/s."
    )

    @Option(help: "Signatures for each loop.") var count = 20_000

    func run() async throws {
        let count = count
        let key = Curve25519.Signing.PrivateKey()
        let message = [UInt8](repeating: 7, count: 500)
        let signature = try key.signature(for: message)
        let took = await seconds {
            await withTaskGroup { group in
                for _ in 0..<2 {
                    group.addTask {
                        let publicKey = key.publicKey
                        for _ in 0..<count {
                            precondition(publicKey.isValidSignature(signature, for: message))
                        }
                    }
                }
            }
        }
        print(Int(Double(2 * count) / took))
    }
}
