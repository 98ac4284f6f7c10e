// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import TransparencyLog

/// `saksi log verify-proof`: checks that an entry is in a log.
struct VerifyProof: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-proof",
        abstract: "Check a .tlog-proof: that a log holds an entry."
    )

    @OptionGroup var log: LogOptions

    @Option(
        name: .customLong("witness"),
        help: "A witness's verifier key (type 4); may be repeated.",
        transform: { try VerifierKey(parsing: $0) }
    )
    var witnesses: [VerifierKey] = []

    @Option(help: "How many of the witnesses must have cosigned. Without it, all.")
    var quorum: Int?

    @Option(help: "The entry, as the log holds it.")
    var leaf: String

    @Argument(help: "The proof.")
    var proof: String

    func validate() throws {
        for witness in witnesses where !witness.algorithm.isCosignature {
            throw ValidationError("the key of witness \"\(witness.name)\" is not one that cosigns")
        }
        guard Set(witnesses.map(\.publicKey)).count == witnesses.count else {
            throw ValidationError("a witness key is repeated")
        }
        guard (0...witnesses.count).contains(quorum ?? 0) else {
            throw ValidationError("a quorum of \(quorum ?? 0) from \(witnesses.count) witnesses")
        }
    }

    func run() throws {
        let policy = TrustPolicy(
            logs: log.logs,
            witnesses: witnesses.map { TrustPolicy.Witness(key: $0) },
            quorum: .group(
                threshold: quorum ?? witnesses.count,
                members: witnesses.map { .witness($0) }
            )
        )
        let entry = try LogFile.mapped(leaf)
        let proof = try TlogProof(
            parsing: LogFile.bytes(self.proof, limit: TlogProof.maximumSize)
        )
        let trusted = try proof.verify(leaf: MerkleTree.leafHash(entry), policy: policy)
        Terminal.result(
            "entry \(proof.index) of \(trusted.checkpoint.size) in \(trusted.checkpoint.origin)"
        )
        for signature in trusted.logSignatures + trusted.cosignatures {
            Terminal.result(signature.line)
        }
    }
}
