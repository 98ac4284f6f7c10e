// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

extension VerificationRun {
    /// What a derivative names as its original is no other fact that is shown here.
    ///
    /// The original itself may be withheld, or lie in a submission of which nothing is exported.
    func checkOrigins(of exhibits: [Exhibit]) throws(Finding) {
        var others: [Hash: String] = [:]
        for leaves in try need(leaves, from: .leaves).values {
            for leaf in leaves.values where !ManifestItem.isFile(leaf) {
                others[leaf.commitment] = leaf.name
            }
        }
        for exhibit in exhibits {
            guard let original = exhibit.item.details.derivation?.original,
                let name = others[original]
            else { continue }
            throw Finding("\(exhibit.name) is made from a file, it says, and names \(name)")
        }
    }

    /// The exhibits by the commitments to their files.
    var originals: [Hash: String] {
        var originals: [Hash: String] = [:]
        for exhibit in exhibits ?? [] {
            let name = ManifestItem.prefix(exhibit.number) + "file"
            guard let leaf = leaves?[exhibit.submission]?[name] else { continue }
            originals[leaf.commitment] = exhibit.name
        }
        return originals
    }

    /// What the submitter said of how an exhibit came about, each with its name.
    func origin(of exhibit: Exhibit, among originals: [Hash: String]) -> [(String, String)] {
        let details = exhibit.item.details
        var said: [(String, String)] = []
        if let arrival = details.arrival {
            let page = arrival.capture.map { " of \($0.url), \($0.captured)" } ?? ""
            said.append(("arrived, as was said", arrival.channel.rawValue + page))
        }
        if let time = details.claimedTime { said.append(("time, as was claimed", time)) }
        if let place = details.claimedPlace { said.append(("place, as was claimed", place)) }
        if let derivation = details.derivation {
            let original = originals[derivation.original]
            said.append(
                (derivation.kind.rawValue, original ?? "an original that is not shown here")
            )
        }
        return said
    }
}

extension ManifestItem {
    /// Whether a leaf is an item's `file`.
    static func isFile(_ leaf: Leaf) -> Bool {
        leaf.name.utf8.starts(with: "item/".utf8) && leaf.name.split(separator: "/").count == 3
            && leaf.name.hasSuffix("/file")
    }
}
