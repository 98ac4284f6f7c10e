// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// Writes a supplement: facts that a bundle withholds, shown after all.
///
/// Put below the bundle's `addenda/`, they are checked against the list of commitments that was there
/// from the first day; nothing of the bundle changes. In this order: each file of ``files``, which the
/// module `Sealing` opens into it; ``seal()``. See <doc:Withholding>.
public final class SupplementWriter: ObjectTaker {
    /// The files to be written, in order.
    public let files: [ObjectFile]
    /// The number of facts that are shown.
    public let factCount: Int

    private let folder: BundleFolder
    private var manifest = BundleManifest()

    /// Begins a supplement.
    ///
    /// - Parameters:
    ///   - selectors: which facts; each must name one that the bundle withholds.
    ///   - submissions: where they are.
    ///   - bundle: the bundle that withholds them.
    ///   - path: where it will appear; nothing may exist there.
    /// - Throws: ``BundleError``.
    public init(
        _ selectors: [LeafSelector],
        of submissions: [BundleContents.Submission],
        for bundle: ExportedBundle,
        to path: String
    ) throws(BundleError) {
        var shown: [Leaf] = []
        var files: [ObjectFile] = []
        var used: Set<LeafSelector> = []
        for submission in submissions {
            let named = selectors.filter { $0.concerns(submission: submission.number) }
            for leaf in submission.manifest.leaves
            where bundle.withheld.contains(leaf.commitment) {
                let matching = named.filter { $0.matches(leaf: leaf.name) }
                guard !matching.isEmpty else { continue }
                used.formUnion(matching)
                shown.append(leaf)
                if let file = submission.file(of: leaf) { files.append(file) }
            }
        }
        for selector in selectors where !used.contains(selector) {
            throw .withholding(.nothing(selector))
        }
        self.files = files
        factCount = shown.count
        folder = try BundleFolder(path)
        for leaf in shown {
            let path = CommitmentRegister.withheld(leaf.commitment)
            manifest.hashes[path] = try folder.write(leaf.bytes, to: path)
        }
    }

    package func begin(_ file: ObjectFile) throws(BundleError) -> BundleFile {
        try folder.create(file.path)
    }

    package func finish(_ file: ObjectFile, _ output: BundleFile) throws(BundleError) {
        try output.finish()
        manifest.hashes[file.path] = file.sha256
    }

    /// Writes the rest and gives the folder its name.
    ///
    /// - Throws: ``BundleError``; ``BundleError/missingFile(_:)`` where one of ``files`` was not written.
    public func seal() throws(BundleError) {
        for file in files where manifest.hashes[file.path] == nil { throw .missingFile(file.path) }
        manifest.hashes[SupplementLayout.readme] = try folder.write(
            Array(Self.readme.utf8),
            to: SupplementLayout.readme
        )
        try folder.write(manifest.bytes, to: SupplementLayout.manifest)
        try folder.finish()
    }

    private static let readme = """
        FACTS THAT WERE WITHHELD, AND ARE SHOWN NOW

        Put this folder into the folder addenda/ of the bundle. In it there, with GNU tools:

            sha256sum --quiet -c manifest-sha256.txt
            sha256sum --ignore-missing -c ../../register/commitments-sha256.txt

        The second says OK for each fact under withheld/: it is the one that was committed to when the
        bundle was made, and on the day of its submission. Nothing of the bundle has changed.

        A file in original/ is the one whose SHA-256 and size stand in the fact of the same name:

            for file in original/*; do [ ! -e "$file" ] || grep -F "\\"sha256\\":\\"$(sha256sum < "$file" | cut -c1-64)\\"" "withheld/$(basename "$file").json"; done

        """
}

/// Where things lie in a supplement.
enum SupplementLayout {
    static let readme = "README.txt"
    static let manifest = "manifest-sha256.txt"
    /// The leaves, under the names that the register gives them.
    static let leaves = "withheld/"
    static let originals = "original/"

    /// Whether a file makes the folder a supplement, and not one of scans or of whatever came later.
    static func isOfSupplement(_ name: String) -> Bool {
        name == manifest || name.hasPrefix(leaves) || name.hasPrefix(originals)
    }

    /// The file whose leaf has a commitment.
    static func original(_ commitment: Hash) -> String { originals + commitment.hex }
}

extension BundleContents.Submission {
    /// The file that a leaf tells of; `nil` where it tells of another fact.
    fileprivate func file(of leaf: Leaf) -> ObjectFile? {
        let parts = leaf.name.split(separator: "/")
        guard parts.count == 3, parts[2] == "file", let number = Int(parts[1]),
            let content = item(number).file
        else { return nil }
        return ObjectFile(
            path: SupplementLayout.original(leaf.commitment),
            object: record.objects[number],
            record: record.hash,
            epoch: record.epoch,
            content: content
        )
    }
}
