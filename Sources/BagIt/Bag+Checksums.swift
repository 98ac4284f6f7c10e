// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings

extension Bag {
    /// One of the two kinds of files that manifests list.
    public enum Part: Sendable {
        /// The files under `data/`.
        case payload
        /// All others.
        case tags
    }

    /// Hashes the listed files of a part, each read once, and compares them with every manifest.
    ///
    /// - Parameter part: Which files.
    /// - Returns: What each listed file that is there is, and which differ from a manifest.
    public func check(
        _ part: Part
    ) -> (digests: [BagPath: BagDigests], findings: [BagFinding]) {
        let places = places(isPayload: part == .payload)
        let paths = listed.keys.filter {
            folder.sizes[$0] != nil && $0.isPayload == (part == .payload)
        }
        var digests: [BagPath: BagDigests] = [:]
        var findings: [BagFinding] = []
        for (path, result) in folder.digests(of: paths, places.map { manifests[$0].algorithm }) {
            do throws(FileError) {
                let found = try result.get()
                digests[path] = found
                findings += differences(path, found)
            } catch {
                findings.append(BagFinding(.readable, in: path, "\(error)"))
            }
        }
        // A file may differ from two manifests: those stand in the order of their names.
        let none = BagPath("")
        findings.sort { ($0.file ?? none, $0.detail) < ($1.file ?? none, $1.detail) }
        return (digests, findings)
    }

    private func differences(_ path: BagPath, _ found: BagDigests) -> [BagFinding] {
        (listed[path] ?? []).compactMap { listing in
            let algorithm = manifests[listing.manifest].algorithm
            guard let got = found[algorithm], got != listing.checksum else { return nil }
            let detail = "\(algorithm) is \(Hex.encode(got)), want \(Hex.encode(listing.checksum))"
            return BagFinding(.checksum, in: path, detail)
        }
    }
}
