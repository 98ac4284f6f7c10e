// SPDX-License-Identifier: Apache-2.0

import Encodings
import TestSupport
import Testing
import TransparencyLog

/// Tessera's golden log: rebuilt from its key and entries, byte for byte, at each of its sizes.
@Suite(.enabled(if: Vectors.exist("tlog/tessera-testdata-log"), Vectors.reason))
struct GoldenLogTests {
    static let folder = "tlog/tessera-testdata-log"
    static let vkey =
        "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
    /// Published with the log; it protects nothing.
    static let signingKey = "AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg"

    @Test("rebuilds every checkpoint, tile and bundle")
    func rebuilds() throws {
        let seed = try #require(Base64.padded.decode(Self.signingKey)).dropFirst()
        let signer = try NoteSigner(name: "example.com/log/testdata", seed: Array(seed))
        #expect(signer.verifierKey.text == Self.vkey)
        let all = try EntryBundle(
            parsing: Vectors.bytes("\(Self.folder)/tile/entries/000.p/15")
        )
        var edge = TreeEdge()
        var bundle = EntryBundle()
        for size in 0...15 {
            if size > 0 {
                let entry = all[size - 1]
                edge.append(MerkleTree.leafHash(entry))
                try bundle.append(entry)
                let tiles = edge.flush()
                #expect(tiles.map(\.path.path) == ["tile/0/000.p/\(size)"])
                try compare(tiles[0].bytes, tiles[0].path.path)
                try compare(bundle.bytes, "tile/entries/000.p/\(size)")
                #expect(bundle.leafHashes == tiles[0].hashes)
            }
            let checkpoint = try Checkpoint(
                origin: "example.com/log/testdata",
                size: edge.size,
                root: edge.root
            )
            let note = try SignedNote(
                text: checkpoint.text,
                signatures: [signer.signature(over: checkpoint.text)]
            )
            try compare(note.bytes, "checkpoint.\(size)")
        }
    }

    @Test("is verified as a whole")
    func audits() throws {
        let note = try SignedNote(parsing: Vectors.bytes("\(Self.folder)/checkpoint"))
        let policy = TrustPolicy(logs: [TrustPolicy.Log(key: try VerifierKey(parsing: Self.vkey))])
        let tiles = try Vectors.names(in: "\(Self.folder)/tile/0/000.p").map {
            try TilePath(parsing: "tile/0/000.p/\($0)")
        }
        let bundles = try Vectors.names(in: "\(Self.folder)/tile/entries/000.p").map {
            try EntryBundlePath(parsing: "tile/entries/000.p/\($0)")
        }
        let report = try TileAudit.run(
            checkpoint: policy.verify(note).checkpoint,
            tiles: tiles,
            bundles: bundles
        ) { try Vectors.bytes("\(Self.folder)/\($0)") }
        #expect(report.problems == [])
        #expect(report.entries == 15)
        #expect(report.older == tiles.count + bundles.count - 2)
    }

    /// Not every size's files are in the public set.
    private func compare(_ bytes: [UInt8], _ name: String) throws {
        guard Vectors.exist("\(Self.folder)/\(name)") else { return }
        #expect(try Vectors.bytes("\(Self.folder)/\(name)") == bytes, "\(name)")
    }
}

@Suite struct EntryBundleTests {
    @Test("reads and writes entries of every length that fits")
    func roundTrips() throws {
        var bundle = EntryBundle()
        let entries = [[], [1], [UInt8](repeating: 2, count: 65_535), [0, 0]]
        for entry in entries { try bundle.append(entry) }
        let read = try EntryBundle(parsing: bundle.bytes)
        #expect(read == bundle)
        #expect(read.entries == entries)
        #expect(read.leafHashes == entries.map { MerkleTree.leafHash($0) })
    }

    @Test("refuses what no log writes")
    func refuses() throws {
        #expect(throws: EntryBundleError.empty) { try EntryBundle(parsing: []) }
        for bytes: [UInt8] in [[0], [0, 1], [0, 2, 1], [1, 0, 1], [0, 0, 0]] {
            #expect(throws: EntryBundleError.truncated) { try EntryBundle(parsing: bytes) }
        }
        let full = [UInt8](repeating: 0, count: 512)
        var bundle = try EntryBundle(parsing: full)
        #expect(bundle.count == 256)
        #expect(throws: EntryBundleError.tooManyEntries) {
            try EntryBundle(parsing: full + [0, 0])
        }
        #expect(throws: EntryBundleError.tooManyEntries) { try bundle.append([]) }
        var small = EntryBundle()
        #expect(throws: EntryBundleError.entryTooLarge) {
            try small.append([UInt8](repeating: 0, count: 65_536))
        }
        #expect(small.count == 0)
    }
}
