// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation

/// A copy of a bundle that a test changes, and that is put back before the next change.
///
/// Its files are links to those of the bundle: a change writes a new file.
final class BundleCopy {
    let path: String
    private let original: String
    /// The hashes of the bundle's own files.
    private var known: [String: (stamp: Stamp, hash: Hash)] = [:]

    /// What tells a file from one that was written in its place.
    private enum Stamp: Equatable {
        case folder
        case file(inode: UInt64, seconds: Int, nanoseconds: Int)

        init(_ path: String) {
            var status = stat()
            unsafe lstat(path, &status)
            self =
                status.st_mode & S_IFMT == S_IFDIR
                ? .folder
                : .file(
                    inode: UInt64(status.st_ino),
                    seconds: status.st_mtim.tv_sec,
                    nanoseconds: status.st_mtim.tv_nsec
                )
        }
    }

    init(of original: String, at path: String) {
        self.original = original
        self.path = path
    }

    /// Makes the copy what the bundle is.
    func putBack() throws {
        let manager = FileManager.default
        try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
        let want = try Self.stamps(original)
        let got = try Self.stamps(path)
        // What is in a folder goes before it, and comes after it.
        for name in got.keys.sorted(by: >) where want[name] != got[name] {
            try manager.removeItem(atPath: "\(path)/\(name)")
        }
        for (name, stamp) in want.sorted(by: { $0.key < $1.key }) where stamp != got[name] {
            if stamp == .folder {
                try manager.createDirectory(
                    atPath: "\(path)/\(name)",
                    withIntermediateDirectories: false
                )
            } else {
                try manager.linkItem(atPath: "\(original)/\(name)", toPath: "\(path)/\(name)")
            }
        }
    }

    /// The SHA-256 of a file in the copy; one that was not changed is read once.
    func hash(of name: String) throws -> Hash {
        let stamp = Stamp("\(path)/\(name)")
        if let (other, hash) = known[name], other == stamp { return hash }
        let hash = Hash(hashing: try Data(contentsOf: URL(filePath: "\(path)/\(name)")))
        if stamp == Stamp("\(original)/\(name)") { known[name] = (stamp, hash) }
        return hash
    }

    private static func stamps(_ root: String) throws -> [String: Stamp] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: root)
        return Dictionary(uniqueKeysWithValues: names.map { ($0, Stamp("\(root)/\($0)")) })
    }
}
