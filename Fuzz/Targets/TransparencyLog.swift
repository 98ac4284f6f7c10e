// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog

extension FuzzTarget {
    private static func proof() throws -> TlogProof {
        let root = Hash(hashing: [])
        let head = try Checkpoint(origin: "vault.example", size: 9, root: root).text
        let signer = try NoteSigner(name: "vault.example", seed: [UInt8](repeating: 7, count: 32))
        let note = try SignedNote(text: head, signatures: [signer.signature(over: head)])
        return TlogProof(index: 3, hashes: [root, root], checkpoint: note, extra: [1, 2, 3])
    }

    private static func keyText() throws -> String {
        try NoteSigner(name: "vault.example", seed: [UInt8](repeating: 7, count: 32))
            .verifierKey.text
    }

    static let log: [FuzzTarget] = [
        .bytes("log-note", seeds: { [try proof().checkpoint.bytes] }) {
            try SignedNote(parsing: $0).bytes
        },
        .text("log-checkpoint", seeds: { [try proof().checkpoint.text] }) {
            try Checkpoint(parsing: $0).text
        },
        .text("log-verifier-key", seeds: { [try keyText()] }) { try VerifierKey(parsing: $0).text },
        .bytes("log-proof", seeds: { [try proof().bytes] }) { try TlogProof(parsing: $0).bytes },
        .bytes(
            "log-add-checkpoint",
            seeds: {
                let made = try proof()
                let note = made.checkpoint
                return try [
                    AddCheckpointRequest(oldSize: 5, proof: made.hashes, note: note).bytes,
                    AddCheckpointRequest(oldSize: 0, proof: [], note: note).bytes,
                ]
            },
            { input in
                let request = try AddCheckpointRequest(parsing: input)
                let key = try VerifierKey(parsing: keyText())
                var log = WitnessedLog(origin: key.name, keys: [key])
                if let note = try? log.accept(request) {
                    log.latest = try Checkpoint(parsing: note.text)
                    precondition(log.latest == request.checkpoint)
                }
                return request.bytes
            }
        ),
        .text("log-tile-path", seeds: { ["tile/0/x001/067.p/8"] }) {
            try TilePath(parsing: $0).path
        },
        .text("log-bundle-path", seeds: { ["tile/entries/x001/067.p/8"] }) {
            try EntryBundlePath(parsing: $0).path
        },
        .bytes("log-entry-bundle", seeds: { [[0, 1, 65, 0, 2, 66, 67]] }) { input in
            let bundle = try EntryBundle(parsing: input)
            precondition(bundle.entries.count == bundle.leafHashes.count)
            var copy = EntryBundle()
            for entry in bundle.entries { try copy.append(entry) }
            return copy.bytes
        },
        FuzzTarget("log-tile", seeds: { [[UInt8](repeating: 1, count: 96)] }) { input in
            // A wider tile serves as well.
            let tile = try Tile(TilePath(parsing: "tile/0/000.p/3"), parsing: input)
            precondition(input.starts(with: tile.bytes))
        },
        FuzzTarget(
            "log-policy",
            seeds: {
                let key = try keyText()
                let witness = try CosignatureSigner(
                    name: "witness.example",
                    seed: [UInt8](repeating: 8, count: 32)
                ).verifierKey.text
                return [Array("log \(key)\nwitness w \(witness)\ngroup g 1 w\nquorum g\n".utf8)]
            },
            run: { input in
                let policy = try TrustPolicy(parsing: input)
                _ = try policy.verify(proof().checkpoint)
            }
        ),
        FuzzTarget("log-inclusion-proof") { input in
            let (numbers, hashes) = split(input)
            let proof = InclusionProof(index: numbers[0], treeSize: numbers[1], hashes: hashes)
            try proof.verify(leaf: Hash(hashing: [0]), root: Hash(hashing: [1]))
            preconditionFailure("a root was met by chance")
        },
        FuzzTarget("log-consistency-proof") { input in
            let (numbers, hashes) = split(input)
            let roots = [Hash(hashing: [0]), Hash(hashing: [1])]
            let proof = ConsistencyProof(oldSize: numbers[0], newSize: numbers[1], hashes: hashes)
            try proof.verify(oldRoot: roots[0], newRoot: roots[1])
            precondition(numbers[0] == 0, "a root was met by chance")
        },
    ]

    /// Two sizes and as many hashes as there is room for.
    private static func split(_ input: [UInt8]) -> ([UInt64], [Hash]) {
        let head = input.prefix(16) + [UInt8](repeating: 0, count: max(0, 16 - input.count))
        let numbers = [head.prefix(8), head.dropFirst(8)].map { bytes in
            bytes.reduce(0) { $0 << 8 | UInt64($1) }
        }
        let hashes = stride(from: 16, to: max(16, input.count - 31), by: 32).compactMap {
            Hash(input[$0..<$0 + 32])
        }
        return (numbers, hashes)
    }
}
