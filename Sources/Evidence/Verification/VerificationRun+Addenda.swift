// SPDX-License-Identifier: Apache-2.0

import BagIt
import Bulk
import Vault

extension VerificationRun {
    /// Each fact of a supplement is one that this bundle withholds, and each file the one it tells of.
    mutating func checkAddenda() throws(Finding) -> String? {
        let files = try need(files, from: .files)
        let lists = try need(lists, from: .leaves)
        let shown = Set(
            try need(leaves, from: .leaves).values.flatMap { $0.values.map(\.commitment) }
        )
        let paths = files.sizes.keys.filter { $0.hasPrefix(BundleLayout.addenda) }.sorted()
        guard !paths.isEmpty else { return "nothing was added after the export" }
        var supplements: [String: [String]] = [:]
        for path in paths {
            let parts = path.split(separator: "/", maxSplits: 2)
            guard parts.count == 3 else { continue }
            supplements["\(parts[0])/\(parts[1])/", default: []].append(String(parts[2]))
        }
        var unsealed: [(name: String, value: String)] = []
        for (folder, names) in supplements.sorted(by: { $0.key < $1.key })
        where names.contains(where: SupplementLayout.isOfSupplement) {
            var told: [String: DisclosedItem.File] = [:]
            for name in names where name.hasPrefix(SupplementLayout.leaves) {
                guard let leaf = try? Leaf(parsing: try bytes(folder + name)),
                    name == CommitmentRegister.withheld(leaf.commitment)
                else { throw Finding("\(folder)\(name) is not the leaf of that commitment") }
                guard
                    let submission = lists.keys.sorted().first(where: {
                        lists[$0]?.contains(leaf.commitment) == true
                    })
                else { throw Finding("\(folder)\(name) was not committed to") }
                guard !shown.contains(leaf.commitment) else {
                    throw Finding("\(folder)\(name) was not withheld: the bundle shows it")
                }
                if ManifestItem.isFile(leaf) {
                    told[SupplementLayout.original(leaf.commitment)] =
                        DisclosedItem(["file": leaf.value])?.file
                }
                unsealed.append(("unsealed", "\(submission)/\(leaf.name), by \(folder)\(name)"))
            }
            try check(names, of: folder, told)
        }
        self.unsealed = unsealed
        return unsealed.isEmpty ? "no fact was unsealed; what else was added is not checked" : nil
    }

    /// The files of a supplement are those of its list, and each original is what its leaf tells.
    private func check(
        _ names: [String],
        of folder: String,
        _ told: [String: DisclosedItem.File]
    ) throws(Finding) {
        let files = try need(files, from: .files)
        let kept = names.filter { $0 != SupplementLayout.manifest }
        let digests = files.digests(of: kept.map { folder + $0 })
        var manifest = BundleManifest()
        for name in kept {
            guard let digest = digests[folder + name] else {
                throw Finding("\(folder)\(name) cannot be read")
            }
            manifest.hashes[name] = digest.sha256
            guard name.hasPrefix(SupplementLayout.originals) else { continue }
            guard let file = told[name],
                FileDigest(sha256: file.sha256, size: file.size) == digest
            else { throw Finding("\(folder)\(name) is not the file that was committed to") }
        }
        for name in told.keys.sorted() where manifest.hashes[name] == nil {
            throw Finding("\(folder)\(name) is missing")
        }
        guard try bytes(folder + SupplementLayout.manifest) == manifest.bytes else {
            throw Finding("\(folder)\(SupplementLayout.manifest) is not the list of its files")
        }
    }
}
