// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import Testing
import TransparencyLog

/// Writes a log for other programs to check, where the environment's `SAKSI_WRITE_LOG` says.
///
/// Then `Tests/Peers/tlog-interop` can be run on it:
/// `tlog-interop SAKSI $SAKSI_WRITE_LOG "$(cat $SAKSI_WRITE_LOG/vkey)" example.org/log`
@Suite(.enabled(if: folderToWrite != nil, "SAKSI_WRITE_LOG is not set"))
struct InteropLogTests {
    @Test("writes a log of 70 000 entries with two proofs")
    func writes() throws {
        let folder = URL(filePath: try #require(folderToWrite), directoryHint: .isDirectory)
        func write(_ bytes: [UInt8], _ name: String) throws {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(bytes).write(to: file)
        }
        let log = try SmallLog(entries: 70_000)
        var edge = TreeEdge()
        var bundle = EntryBundle()
        for (index, entry) in log.entries.enumerated() {
            edge.append(MerkleTree.leafHash(entry))
            try bundle.append(entry)
            guard bundle.count == 256 || edge.size == log.checkpoint.size else { continue }
            let path = try #require(EntryBundlePath(holding: UInt64(index), inTreeOf: edge.size))
            try write(bundle.bytes, path.path)
            bundle = EntryBundle()
        }
        for tile in edge.flush() { try write(tile.bytes, tile.path.path) }
        try write(log.note(cosignedBy: 3).bytes, "checkpoint")
        try write(Array(log.log.verifierKey.text.utf8), "vkey")
        try write(
            Array(log.witnesses.map(\.verifierKey.text).joined(separator: "\n").utf8),
            "witness-vkeys"
        )
        for index in [3, 69_999] {
            try write(log.proof(of: index, cosignedBy: 3).bytes, "\(index).tlog-proof")
            try write(log.entries[index], "\(index).leaf")
        }
    }
}

private let folderToWrite = ProcessInfo.processInfo.environment["SAKSI_WRITE_LOG"]
