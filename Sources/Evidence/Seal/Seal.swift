// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// `SEAL.txt`: the one file that is signed, and that everything else in a bundle hangs from.
///
/// For people its lines that begin with `#`; for `sha256sum -c` the others. Both follow from the
/// bundle, to the byte; see <doc:Seal>.
struct Seal {
    /// The receipt of the export.
    let export: Receipt
    /// Which part of an export it seals.
    let part: BundlePart?
    /// Files and bytes under `data/`.
    let payload: (files: Int, bytes: UInt64)
    let exhibits: Int
    let submissions: Int
    /// The leaves that are shown.
    let disclosed: Int
    let key: ExportPublicKey
    let logKey: VerifierKey
    /// What ``BundleLayout/sealed`` names, in that order.
    let hashes: [(path: String, hash: Hash)]

    /// - Returns: `nil` where the receipt is not of an export.
    var bytes: [UInt8]? {
        let statement = export.entry.signed.statement
        guard case .export(let act) = statement.act,
            let head = try? Checkpoint(parsing: export.proof.checkpoint.text)
        else { return nil }
        let claims: [(String, String)?] = [
            ("case", act.caseID.hex),
            ("export", "\(export.index)"),
            ("for", act.consentClass.rawValue),
            part.map { ("part", $0.place) },
            ("submissions", "\(submissions)"),
            ("exhibits", "\(exhibits)"),
            ("disclosed facts", "\(disclosed)"),
            ("files under data/", "\(payload.files)"),
            ("bytes under data/", "\(payload.bytes)"),
            ("signing key P-256", key.name.p256.hex),
            ("signing key Ed25519", key.sshFingerprint),
            ("log key", logKey.text),
            ("log head", "\(head.size) \(head.root.hex)"),
            ("time", export.entry.accepted.text),
        ]
        let lines =
            [Self.title] + claims.compactMap(\.self).map { "# \($0): \($1)" }
            + hashes.map { "\($1.hex)  \($0)" }
        return Array(lines.map { $0 + "\n" }.joined().utf8)
    }

    /// The hashes, as the last lines of a seal name them.
    ///
    /// - Returns: `nil` where they are not of these files in this order.
    static func hashes(in seal: [UInt8], of paths: [String]) -> [Hash]? {
        let lines = String(decoding: seal, as: UTF8.self).split(separator: "\n")
            .drop { $0.hasPrefix("#") }
        guard lines.count == paths.count else { return nil }
        var hashes: [Hash] = []
        for (line, path) in zip(lines, paths) {
            guard line.hasSuffix("  \(path)"), let hash = Hash(hex: line.dropLast(path.count + 2))
            else { return nil }
            hashes.append(hash)
        }
        return hashes
    }

    static let title = """
        # Seal of a bundle of evidence. VERIFY.txt says how to check it.
        """
}
