// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog

/// Partial tiles and bundles that a wider form has taken the place of.
///
/// The daemon removes them once the full form is durable. Until then, and where a crash came between,
/// they are served to whoever verifies an older checkpoint: each must be the beginning of the wider one.
extension VaultCheck {
    /// Compares the other forms of a tile that was compared with it.
    func checkForms(of tile: Tile, _ report: inout CheckReport) async {
        await checkForms(.partialTiles(of: tile.path.full), &report) { key in
            guard case .tile(let path) = key, path != tile.path else { return nil }
            guard path.width < tile.path.width else { return [] }
            return tile.bytes.prefix(path.width * Hash.size)
        }
    }

    /// Compares the other forms of a bundle that was hashed with it.
    func checkForms(
        of bundle: EntryBundle,
        at path: EntryBundlePath,
        _ report: inout CheckReport
    ) async {
        await checkForms(.partialEntries(of: path.full), &report) { key in
            guard case .entries(let form) = key, form != path else { return nil }
            guard form.width < path.width else { return [] }
            // Each entry follows its size, of two bytes.
            return bundle.bytes.prefix((0..<form.width).reduce(0) { $0 + 2 + bundle[$1].count })
        }
    }

    /// Compares what is stored under a prefix with the bytes that are expected of a key: none where the
    /// log does not reach so far, and `nil` for what was looked at already.
    private func checkForms(
        _ prefix: StoragePrefix,
        _ report: inout CheckReport,
        _ expected: (StorageKey) -> ArraySlice<UInt8>?
    ) async {
        do {
            for form in try await engine.store.list(prefix) {
                guard let wanted = expected(form.key) else { continue }
                await check(form.key, wanted, &report)
            }
        } catch {
            report.add(prefix.path, expected: "a listing", found: "\(error)")
        }
    }

    private func check(
        _ key: StorageKey,
        _ wanted: ArraySlice<UInt8>,
        _ report: inout CheckReport
    ) async {
        guard !wanted.isEmpty else {
            return report.add(key.path, expected: "nothing, since the log ends before", found: "it")
        }
        do {
            let stored = try await engine.store.bytes(of: key)
            guard stored[...] == wanted else {
                throw StorageError.damaged(key, "SHA-256 \(Hash(hashing: stored))")
            }
            if case .tile = key { report.tiles += 1 }
        } catch {
            report.add(key, expected: "the beginning of its wider form", found: error)
        }
    }
}
