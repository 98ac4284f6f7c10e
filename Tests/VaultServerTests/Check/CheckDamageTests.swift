// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog
import Vault

@testable import VaultServer

@Suite("Check of a damaged vault")
struct CheckDamageTests {
    /// What is damaged.
    enum Target: CaseIterable, Sendable {
        case bundle, leafTile, checkpoint, newestCheckpoint, olderCheckpoint
        case record, commitments, envelope, segment, keyring

        func key(_ submission: TestSubmission, size: UInt64) -> String {
            switch self {
            case .bundle: "tile/entries/000.p/\(size)"
            case .leafTile: "tile/0/000.p/\(size)"
            case .checkpoint: "checkpoint"
            case .newestCheckpoint: "checkpoints/0/\(size)"
            case .olderCheckpoint: "checkpoints/0/\(size - 1)"
            case .record: path(.records, submission.record.hash)
            case .commitments: path(.records, submission.commitments.hash)
            case .envelope: path(.envelopes, Hash(hashing: submission.envelopes[0]))
            case .segment: path(.segments, Hash(hashing: submission.segments[1][0]))
            case .keyring: path(.keyrings, Hash(hashing: submission.keyring))
            }
        }

        private func path(_ kind: ContentKind, _ hash: Hash) -> String {
            StorageKey.content(kind, hash).path
        }
    }

    @Test("names what is flipped, cut off or gone, and is clean once it is back")
    func damage() async throws {
        try await ServedVault.lendSubmission { vault, submission in
            let clean = try await vault.check()
            #expect(clean.findings == [])
            for target in Target.allCases {
                let path = target.key(submission, size: clean.entries)
                let file = URL(filePath: "\(vault.configuration.data)/\(path)")
                let bytes = try Data(contentsOf: file)
                var flipped = bytes
                flipped[bytes.count / 2] ^= 1
                try flipped.write(to: file)
                #expect(try await vault.damaged().contains(path), "flipped \(path)")
                try bytes.dropLast().write(to: file)
                #expect(try await vault.damaged().contains(path), "cut off \(path)")
                try FileManager.default.removeItem(at: file)
                if target != .olderCheckpoint {
                    // Which sizes were published is told by the files alone.
                    #expect(try await vault.damaged().contains(path), "without \(path)")
                }
                try bytes.write(to: file)
            }
            #expect(try await vault.check().findings == [])
        }
    }

    @Test(
        "names an index that is gone, garbage, behind, ahead or wrong, and makes it again",
        arguments: ["gone", "garbage", "behind", "ahead", "wrong"]
    )
    func index(damage: String) async throws {
        try await ServedVault.lendSubmission { vault, _ in
            let path = VaultFolder(vault.configuration).indexPath
            switch damage {
            case "gone":
                try VaultIndex.remove(path)
            case "garbage":
                try VaultIndex.remove(path)
                try Data(repeating: 7, count: 100_000).write(to: URL(filePath: path))
            case "behind":
                try await VaultIndex(at: path).clear()
            case "ahead":
                try await VaultIndex(at: path).add([], size: 1000, root: Hash(hashing: []))
            default:
                // It says that it has everything, and has nothing.
                let index = try VaultIndex(at: path)
                let (size, root) = try await index.progress()
                try await index.clear()
                try await index.add([], size: size, root: root)
            }
            #expect(try await vault.damaged().contains("index"))
            #expect(try await vault.check(rebuildIndex: true).findings == [])
            #expect(try await vault.check().findings == [])
        }
    }

    @Test(
        "names tiles and bundles in the middle of a long log",
        arguments: [
            "tile/0/000", "tile/entries/000", "tile/1/000.p/1",
        ]
    )
    func tiles(path: String) async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            try await vault.submit(1...1)
            try await vault.submitTogether(2...259)
            #expect(try await vault.check().findings == [])
            let file = URL(filePath: "\(folder)/\(path)")
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: file)
            #expect(try await vault.check().findings.map(\.subject).contains(path))
            try FileManager.default.removeItem(at: file)
            #expect(try await vault.check().findings.map(\.subject).contains(path))
        }
    }

    @Test("names a bundle and its tile that are gone together, and not the whole ones after them")
    func both() async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            try await vault.submit(1...1)
            try await vault.submitTogether(2...259)
            let gone: Set = ["tile/0/000", "tile/entries/000"]
            for path in gone { try FileManager.default.removeItem(atPath: "\(folder)/\(path)") }
            let found = Set(try await vault.check(deep: false).findings.map(\.subject))
            #expect(found.isSuperset(of: gone))
            #expect(
                !found.contains { $0.hasPrefix("tile/0/001") || $0.hasPrefix("tile/entries/001") }
            )
        }
    }

    @Test("gives the state after any entry, in the middle of a bundle, too")
    func keptState() async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            try await vault.submit(1...4)
            let check = VaultCheck(
                try await freeEngine(in: folder),
                index: vault.indexPath,
                keys: [vault.signer.verifierKey],
                deep: false,
                logger: ServedVault.quiet
            )
            let note = try SignedNote(parsing: await check.engine.store.bytes(of: .checkpoint))
            let head = try Checkpoint(parsing: note.text)
            for size in 1...head.size {
                var report = CheckReport(isDeep: false)
                var walk = LogWalk(check: check, head: head, keepingStateAt: size)
                await walk.run(&report)
                #expect(report.isClean && report.replayed == head.size)
                #expect(walk.keptState?.size == size)
            }
        }
    }

    @Test(
        "names partial tiles and bundles that wider ones have taken the place of",
        arguments: ["tile/0/000.p/2", "tile/entries/000.p/1"]
    )
    func outgrown(path: String) async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            try await vault.submit(1...3)
            #expect(try await vault.check(deep: false).findings == [])
            let file = URL(filePath: "\(folder)/\(path)")
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: file)
            #expect(try await vault.check(deep: false).findings.map(\.subject) == [path])
        }
    }

    @Test("names a tile that the log has not reached")
    func beyond() async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            try await vault.submit(1...2)
            let tile = URL(filePath: folder + "/tile/0/000.p/9")
            try Data(repeating: 1, count: 9 * 32).write(to: tile)
            #expect(try await vault.check().findings.map(\.subject) == ["tile/0/000.p/9"])
        }
    }

    @Test("without deep, names the one entry whose signature is not good, and judges none after it")
    func signature() async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            try await vault.submit(1...1)
            do {
                // A daemon that logs what it was never sent: hashed and signed by the log as all else.
                let open = try await vault.open()
                let forged = try vault.forgery(number: 2)
                _ = try await open.sequencer.add(forged).get()
                await open.close()
            }
            try await vault.submit(3...5)
            let report = try await vault.check(deep: false)
            #expect(report.findings.map(\.subject) == ["entry 2"])
            #expect(report.findings.first?.found == "\(PolicyViolation.missingSignature)")
            #expect(report.entries == 6 && report.replayed == 2)
        }
    }

    @Test("without deep, counts every entry of a vault in order as replayed")
    func replayed() async throws {
        try await withFolder(inMemory: true) { folder in
            let vault = try SequencerVault(in: folder)
            try await vault.create()
            try await vault.submit(1...4)
            let report = try await vault.check(deep: false)
            #expect(report.isClean && report.entries == 5 && report.replayed == 5)
        }
    }
}
