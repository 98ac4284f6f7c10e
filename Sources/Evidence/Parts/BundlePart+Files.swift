// SPDX-License-Identifier: Apache-2.0

import BagIt
import Glibc

extension BundlePart {
    /// Whether a path is a folder itself, and not a link to one: a link may lead anywhere, also back to where
    /// it lies.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// A file of one of the parts that lie in a folder; `nil` where it cannot be read.
    static func bytes(_ name: String, ofPart number: Int, in parent: String) -> [UInt8]? {
        let path = "\(parent)/\(folder(number))"
        guard isFolder(path) else { return nil }
        let part = BagFolder(path)
        guard part.sizes[BagPath(name)] != nil else { return nil }
        return try? part.bytes(BagPath(name), limit: 1 << 24)
    }
}
