// SPDX-License-Identifier: Apache-2.0

import BagIt
import Bulk

/// What a check found wrong, as the report says it.
struct Finding: Error {
    let text: String

    init(_ text: String) { self.text = text }

    init(_ finding: BagFinding) { text = "\(finding)" }
}

/// What a file's bytes are, whatever a list says of them.
struct FileDigest: Equatable {
    let sha256: Hash
    /// In bytes.
    let size: UInt64
}

/// The files of a bundle: those of a bag, all with plain names.
struct BundleFiles {
    let bag: Bag
    /// The sizes in bytes, by path.
    let sizes: [String: UInt64]

    /// Lists a folder.
    ///
    /// - Throws: ``Finding`` for anything but plain files with plain names, and folders that hold some.
    init(_ root: String) throws(Finding) {
        bag = Bag(at: root)
        if let first = bag.folder.findings.first { throw Finding(first) }
        sizes = Dictionary(uniqueKeysWithValues: bag.folder.sizes.map { ($0.key.text, $0.value) })
        for path in sizes.keys.sorted() where !SafeName.isPath(path) {
            throw Finding("\(path) is not a plain name")
        }
    }

    /// What some files are, each read once; those that cannot be read are left out.
    func digests(of paths: [String]) -> [String: FileDigest] {
        let found = bag.folder.digests(of: paths.map { BagPath($0) }, [.sha256])
        return Dictionary(
            uniqueKeysWithValues: found.compactMap { path, result in
                guard let digests = try? result.get(),
                    let hash = digests[.sha256].flatMap({ Hash($0) })
                else { return nil }
                return (path.text, FileDigest(sha256: hash, size: digests.size))
            }
        )
    }

    /// A whole file.
    func bytes(_ path: String, limit: Int = 64 << 20) throws(Finding) -> [UInt8] {
        guard sizes[path] != nil else { throw Finding("\(path) is missing") }
        do throws(FileError) {
            return try bag.folder.bytes(BagPath(path), limit: limit)
        } catch {
            throw Finding("\(error)")
        }
    }
}
