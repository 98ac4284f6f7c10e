// SPDX-License-Identifier: Apache-2.0

import Bulk
import Testing
import TransparencyLog

@Suite struct TileAuditTests {
    /// A stored log of 70 000 entries, three levels deep, by path.
    struct StoredLog {
        struct Missing: Error {}

        var files: [String: [UInt8]] = [:]
        var checkpoint: Checkpoint

        init(size: Int, flushingAt older: Int? = nil) throws {
            var edge = TreeEdge()
            var bundle = EntryBundle()
            for index in 0..<size {
                let entry = Array(String(index).utf8)
                edge.append(MerkleTree.leafHash(entry))
                try bundle.append(entry)
                let count = index + 1
                if count == older || count == size {
                    for tile in edge.flush() { files[tile.path.path] = tile.bytes }
                }
                if count == older || count == size || bundle.count == 256,
                    let path = EntryBundlePath(holding: UInt64(index), inTreeOf: UInt64(count))
                {
                    files[path.path] = bundle.bytes
                }
                if bundle.count == 256 { bundle = EntryBundle() }
            }
            checkpoint = try Checkpoint(origin: "a", size: edge.size, root: edge.root)
        }

        func audit() throws -> TileAudit.Report {
            try TileAudit.run(
                checkpoint: checkpoint,
                tiles: files.keys.compactMap { try? TilePath(parsing: $0) },
                bundles: files.keys.compactMap { try? EntryBundlePath(parsing: $0) }
            ) { path in
                guard let bytes = files[path] else { throw Missing() }
                return bytes
            }
        }

        func problems() throws -> [String] { try audit().problems.map { "\($0)" } }
    }

    @Test("covers every tile and entry of a sound log", arguments: [1, 255, 256, 257, 66_000])
    func covers(size: Int) throws {
        let report = try StoredLog(size: size).audit()
        #expect(report.isVerified)
        #expect(report.entries == UInt64(size))
        var count = size
        for tiles in report.tiles {
            #expect(tiles == (count + 255) / 256)
            count /= 256
        }
        #expect(count == 0)
    }

    @Test("finds the empty log sound, and one that should be empty not")
    func empty() throws {
        var log = try StoredLog(size: 1)
        log.files = [:]
        log.checkpoint = try Checkpoint(origin: "a", size: 0, root: MerkleTree.emptyRoot)
        #expect(try log.audit().isVerified)
        let root = MerkleTree.leafHash([])
        log.checkpoint = try Checkpoint(origin: "a", size: 0, root: root)
        #expect(try log.audit().problems == [.wrongRoot(got: MerkleTree.emptyRoot, want: root)])
    }

    @Test("finds one changed bit in any file, and says where")
    func findsChangedBits() throws {
        let sound = try StoredLog(size: 66_000)
        let samples = [
            "tile/0/000": "tile/0/000 does not hash to its hash in tile/1/000",
            "tile/0/257.p/208": "entry 65792 in tile/entries/257.p/208",
            "tile/1/000": "tile/0/000 does not hash to its hash in tile/1/000",
            "tile/1/001.p/1": "tile/0/256 does not hash to its hash in tile/1/001.p/1",
            "tile/2/000.p/1": "tile/1/000 does not hash to its hash in tile/2/000.p/1",
            "tile/entries/003": "entry 768 in tile/entries/003",
        ]
        for (name, expected) in samples {
            var log = sound
            log.files[name]?[2] ^= 1
            let problems = try log.problems()
            #expect(problems.contains { $0.hasPrefix(expected) }, "\(name): \(problems)")
        }
    }

    @Test("finds missing, cut and lengthened tiles")
    func findsMissingTiles() throws {
        let sound = try StoredLog(size: 66_000)
        for name in ["tile/0/257.p/208", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"] {
            var log = sound
            let bytes = try #require(sound.files[name])
            log.files[name] = nil
            if !name.hasPrefix("tile/0/") {
                #expect(try log.problems().first == "\(name) is missing")
            }
            log.files[name] = Array(bytes.dropLast(32))
            #expect(try log.problems().first?.hasPrefix("\(name) has the wrong length") == true)
            log.files[name] = bytes + bytes.prefix(32)
            #expect(try log.problems().first?.hasPrefix("\(name) has the wrong length") == true)
        }
        var hashesOnly = sound
        hashesOnly.files = hashesOnly.files.filter { !$0.key.hasPrefix("tile/entries/") }
        #expect(try hashesOnly.audit().isVerified)
        #expect(try hashesOnly.audit().entries == 0)
        hashesOnly.files["tile/0/003"] = nil
        #expect(try hashesOnly.problems() == ["tile/0/003 is missing"])
    }

    @Test("computes the tree from entry bundles alone")
    func computesFromEntries() throws {
        var log = try StoredLog(size: 300)
        log.files = log.files.filter { !$0.key.hasPrefix("tile/0/") }
        #expect(try log.audit().isVerified)
        log.files["tile/entries/000"]?[2] ^= 1
        #expect(
            try log.problems().first == "tile/0/000 does not hash to its hash in tile/1/000.p/1"
        )
        log.files["tile/entries/000"] = nil
        #expect(try log.problems().first == "tile/0/000 is missing")
    }

    @Test("finds damaged bundles")
    func findsDamagedBundles() throws {
        var log = try StoredLog(size: 300)
        let bytes = try #require(log.files["tile/entries/001.p/44"])
        log.files["tile/entries/001.p/44"] = Array(bytes.dropLast())
        #expect(
            try log.problems() == ["tile/entries/001.p/44: the entry bundle ends within an entry"]
        )
        log.files["tile/entries/001.p/44"] = bytes + [0, 0]
        #expect(
            try log.problems()
                == ["tile/entries/001.p/44 has the wrong number of entries: got 45, want 44"]
        )
    }

    @Test("takes the full tile where the partial one is gone, and compares older ones")
    func fallsBackToFullTiles() throws {
        let old = try StoredLog(size: 100)
        var log = try StoredLog(size: 300, flushingAt: 100)
        #expect(try log.audit().older == 2)
        log.files["tile/0/000.p/100"]?[0] ^= 1
        log.files["tile/entries/000.p/100"]?[2] ^= 1
        #expect(
            try log.problems() == [
                "tile/0/000.p/100 is not the beginning of the present tile",
                "tile/entries/000.p/100 is not the beginning of the present bundle",
            ]
        )
        log = try StoredLog(size: 300)
        log.checkpoint = old.checkpoint
        let report = try log.audit()
        #expect(report.isVerified)
        #expect(report.entries == 100)
        #expect(report.beyond == 3)
    }

    @Test("stops after a hundred problems, however large the tree is said to be")
    func stops() throws {
        var log = try StoredLog(size: 300)
        log.checkpoint = try Checkpoint(origin: "a", size: .max, root: log.checkpoint.root)
        #expect(try log.audit().problems.count == TileAudit.maximumProblems)
    }

    @Test("finds another root than the checkpoint's")
    func findsWrongRoot() throws {
        var log = try StoredLog(size: 300)
        let root = log.checkpoint.root
        log.checkpoint = try Checkpoint(origin: "a", size: 300, root: MerkleTree.emptyRoot)
        #expect(try log.audit().problems == [.wrongRoot(got: root, want: MerkleTree.emptyRoot)])
    }
}
