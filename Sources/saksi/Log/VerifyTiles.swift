// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import TransparencyLog

/// `saksi log verify-tiles`: recomputes a stored log.
struct VerifyTiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-tiles",
        abstract: "Recompute a folder of tiles up to its signed checkpoint.",
        discussion: """
            DIR holds checkpoint, tile/<level>/… and, where they are not withheld, \
            tile/entries/…, as c2sp.org/tlog-tiles lays them out. Everything is recomputed from the \
            lowest level that is there up to the root.
            """
    )

    @OptionGroup var log: LogOptions

    @Argument(help: "The folder.")
    var dir: String

    func run() throws {
        let note = try SignedNote(
            parsing: LogFile.bytes(dir + "/checkpoint", limit: SignedNote.maximumSize)
        )
        let trusted = try TrustPolicy(logs: log.logs).verify(note)
        let (tiles, bundles) = stored()
        let report = try TileAudit.run(
            checkpoint: trusted.checkpoint,
            tiles: tiles,
            bundles: bundles
        ) { path in
            // No tile or bundle is larger: 256 entries of 65 535 bytes, each after its length.
            try LogFile.bytes(dir + "/" + path, limit: 256 * 65_537)
        }
        guard let first = report.problems.first else { return show(report, trusted) }
        for problem in report.problems.dropFirst() { Terminal.error("saksi: error: \(problem)") }
        throw Failure("\(first)")
    }

    private func stored() -> (tiles: [TilePath], bundles: [EntryBundlePath]) {
        var tiles: [TilePath] = []
        var bundles: [EntryBundlePath] = []
        let found = FileManager.default.enumerator(atPath: dir + "/tile")
        while let name = found?.nextObject() as? String {
            guard found?.fileAttributes?[.type] as? FileAttributeType != .typeDirectory else {
                continue
            }
            if let tile = try? TilePath(parsing: "tile/" + name) {
                tiles.append(tile)
            } else if let bundle = try? EntryBundlePath(parsing: "tile/" + name) {
                bundles.append(bundle)
            }
        }
        return (tiles, bundles)
    }

    private func show(_ report: TileAudit.Report, _ trusted: TrustedCheckpoint) {
        let checkpoint = trusted.checkpoint
        Terminal.result("\(checkpoint.origin), \(checkpoint.size) entries, root \(checkpoint.root)")
        for signature in trusted.logSignatures { Terminal.result(signature.line) }
        for (level, count) in report.tiles.enumerated() {
            Terminal.result("level \(level): \(count) tiles recomputed")
        }
        Terminal.result("entries: \(report.entries) of \(checkpoint.size) re-hashed")
        if report.older > 0 { Terminal.result("older sizes: \(report.older) files compared") }
        if report.beyond > 0 { Terminal.result("beyond the checkpoint: \(report.beyond) files") }
    }
}
