// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Foundation
import TestSupport
import Testing
import TransparencyLog

/// The probes of transparency-dev/merkle: right and wrong proofs, each with what to expect.
@Suite(.enabled(if: Vectors.exist("tlog/merkle-testdata"), Vectors.reason))
struct MerkleProbeTests {
    struct Probe: Decodable {
        var leafIdx: UInt64?
        var treeSize: UInt64?
        var size1: UInt64?
        var size2: UInt64?
        var start: UInt64?
        var end: UInt64?
        var size: UInt64?
        var root: String?
        var root1: String?
        var root2: String?
        var leafHash: String?
        var proof: [String]?
        var desc: String
        var wantErr: Bool
    }

    /// A hash in a probe that is not 32 bytes of base64 cannot even be given to a proof.
    struct MalformedHash: Error {}

    static func probes(_ kind: String) -> [String] {
        let root = "tlog/merkle-testdata/\(kind)"
        guard let folder = Vectors.folder(root),
            let found = FileManager.default.enumerator(atPath: folder.path)
        else { return [] }
        return found.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }
            .sorted().map { "\(root)/\($0)" }
    }

    static func hash(_ text: String?) throws -> Hash {
        guard let hash = text.flatMap({ Base64.padded.decode($0) }).flatMap({ Hash($0) }) else {
            throw MalformedHash()
        }
        return hash
    }

    static func expect(_ probe: Probe, _ check: () throws -> Void) {
        do {
            try check()
            #expect(!probe.wantErr, "\(probe.desc)")
        } catch is MalformedHash {
            // Where two texts that are no hashes should pass for being equal, nothing can be asked.
        } catch {
            #expect(probe.wantErr, "\(probe.desc): \(error)")
        }
    }

    @Test("judges every inclusion probe as its file says", arguments: probes("inclusion"))
    func inclusion(path: String) throws {
        let probe: Probe = try Vectors.json(path)
        Self.expect(probe) {
            try InclusionProof(
                index: #require(probe.leafIdx),
                treeSize: #require(probe.treeSize),
                hashes: (probe.proof ?? []).map { try Self.hash($0) }
            ).verify(leaf: Self.hash(probe.leafHash), root: Self.hash(probe.root))
        }
    }

    @Test("judges every consistency probe as its file says", arguments: probes("consistency"))
    func consistency(path: String) throws {
        let probe: Probe = try Vectors.json(path)
        Self.expect(probe) {
            try ConsistencyProof(
                oldSize: #require(probe.size1),
                newSize: #require(probe.size2),
                hashes: (probe.proof ?? []).map { try Self.hash($0) }
            ).verify(oldRoot: Self.hash(probe.root1), newRoot: Self.hash(probe.root2))
        }
    }

    @Test("judges every subtree inclusion probe", arguments: probes("subtreeinclusion"))
    func subtreeInclusion(path: String) throws {
        let probe: Probe = try Vectors.json(path)
        Self.expect(probe) {
            try Subtree(start: #require(probe.start), end: #require(probe.end)).verifyInclusion(
                leaf: Self.hash(probe.leafHash),
                index: #require(probe.leafIdx),
                root: Self.hash(probe.root),
                proof: (probe.proof ?? []).map { try Self.hash($0) }
            )
        }
    }

    @Test("judges every subtree consistency probe", arguments: probes("subtreeconsistency"))
    func subtreeConsistency(path: String) throws {
        let probe: Probe = try Vectors.json(path)
        Self.expect(probe) {
            try Subtree(start: #require(probe.start), end: #require(probe.end)).verifyConsistency(
                hash: Self.hash(probe.root1),
                treeSize: #require(probe.size),
                root: Self.hash(probe.root2),
                proof: (probe.proof ?? []).map { try Self.hash($0) }
            )
        }
    }
}
