// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import TransparencyLog

@Suite struct HostileInputTests {
    /// The same sequence each time (SplitMix64).
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }

    private func samples() throws -> [[UInt8]] {
        let log = try SmallLog()
        var bundle = EntryBundle()
        for entry in log.entries { try bundle.append(entry) }
        let keys = log.witnesses.map(\.verifierKey.text)
        let policy = """
            log \(log.log.verifierKey.text)
            witness a \(keys[0])
            witness b \(keys[1])
            group g 1 a b
            quorum g

            """
        return try [
            log.note(cosignedBy: 2).bytes, log.proof(of: 5, cosignedBy: 1).bytes, bundle.bytes,
            Array(policy.utf8), Array(keys[0].utf8), Array("tile/0/x001/x234/067.p/8".utf8),
            Array("tile/entries/x001/000".utf8), Array(log.checkpoint.text.utf8),
            AddCheckpointRequest(
                oldSize: 7,
                proof: log.tree.consistencyProof(from: 7).hashes,
                note: log.note()
            ).bytes,
        ]
    }

    /// Reads bytes as everything they could be; what was read is written back as it was.
    private func parse(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        if let note = try? SignedNote(parsing: bytes) {
            #expect(note.bytes == bytes)
            if let checkpoint = try? Checkpoint(parsing: note.text) {
                #expect(checkpoint.text == note.text)
            }
        }
        if let proof = try? TlogProof(parsing: bytes) { #expect(proof.bytes == bytes) }
        if let request = try? AddCheckpointRequest(parsing: bytes) {
            #expect(request.bytes == bytes)
        }
        if let bundle = try? EntryBundle(parsing: bytes) {
            #expect(bundle.bytes == bytes)
            #expect(bundle.entries.count == bundle.count)
        }
        if let key = try? VerifierKey(parsing: text) { #expect(key.text == text) }
        if let path = try? TilePath(parsing: text) { #expect(path.path == text) }
        if let path = try? EntryBundlePath(parsing: text) { #expect(path.path == text) }
        if let checkpoint = try? Checkpoint(parsing: text) { #expect(checkpoint.text == text) }
        _ = try? TrustPolicy(parsing: bytes)
        _ = try? Tile(TilePath(level: 0, index: 0, width: 2), parsing: bytes)
    }

    @Test("reads no splice of valid inputs as anything but what it is, and never traps")
    func survivesSplices() throws {
        let samples = try samples()
        for sample in samples { try parse(sample) }
        var random = Generator(state: 2026)
        for _ in 0..<20_000 {
            var bytes = samples[Int.random(in: samples.indices, using: &random)]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0 where place < bytes.count:
                    bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1:
                    let other = samples[Int.random(in: samples.indices, using: &random)]
                    let cut = Int.random(in: 0...other.count, using: &random)
                    bytes = Array(bytes[..<place] + other[cut...])
                case 2:
                    bytes.insert(contentsOf: Array("\n\n".utf8), at: place)
                default:
                    let end = Int.random(in: place...bytes.count, using: &random)
                    bytes.removeSubrange(place..<end)
                }
            }
            try parse(bytes)
        }
    }
}
