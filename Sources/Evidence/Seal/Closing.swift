// SPDX-License-Identifier: Apache-2.0

import Bulk

/// `seal/CLOSING.txt`: what came of the seal until the bundle was closed, so that none of it can be
/// changed, or taken away.
///
/// That is the seal itself, all that lies beside it, and the certificate's template in `addenda/`. In the
/// form of `sha256sum`; see <doc:Seal>.
struct Closing {
    private static let title =
        "# What came of the seal until the bundle was closed. VERIFY.txt says how to check it.\n"

    var files = BundleManifest()

    init() {}

    /// Reads the one form that ``bytes`` writes; anything else gives `nil`.
    init?(parsing bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst()
        for line in lines {
            let path = String(line.dropFirst(66))
            guard let hash = Hash(hex: line.prefix(64)), SafeName.isPath(path) else { return nil }
            files.hashes[path] = hash
        }
        guard self.bytes == bytes else { return nil }
    }

    var bytes: [UInt8] { Array(Self.title.utf8) + files.bytes }

    /// Whether a file must be named: all beside the seal but the list itself.
    static func mustName(_ path: String) -> Bool {
        path == BundleLayout.seal
            || path.hasPrefix(BundleLayout.seals) && !path.hasPrefix(BundleLayout.closing)
    }
}
