// SPDX-License-Identifier: Apache-2.0

import Age
import ArgumentParser
import Evidence
import Sealing
import Secrets

/// `saksi-bench intake FILE`: what a submission does to a file, without the network.
struct Intake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read, hash, seal, hash and discard a file; prints MB/s."
    )

    @Argument var file: String

    func run() async throws {
        let source = try SourceFile(file)
        let recipient = HybridIdentity(random: SystemEntropy()).recipient
        let took = try await seconds {
            let sealer = try ObjectSealer(
                .file(source),
                number: 1,
                secrets: JobSecret(random: SystemEntropy()),
                recipient: recipient,
                pool: SegmentPool()
            )
            while try await sealer.next() != nil {}
        }
        print(Int(Double(source.size) / 1e6 / took))
    }
}
