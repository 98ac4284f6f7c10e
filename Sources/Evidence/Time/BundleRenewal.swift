// SPDX-License-Identifier: Apache-2.0

import Bulk
public import Timestamp
public import Vault

/// A round of time-stamps over a bundle that was exported before: the first where there were none, or
/// one more before the certificates of the last end.
///
/// It adds files to `addenda/` and touches nothing; see <doc:Time>.
public struct BundleRenewal: Sendable {
    /// What authorities stamp: the seal, what belongs to it, and all earlier stamps.
    public let list: RenewalList

    /// Lists a bundle.
    ///
    /// - Parameters:
    ///   - bundle: its folder.
    ///   - time: now.
    /// - Throws: ``BundleError/notBundle(path:)``.
    public init(of bundle: String, at time: UTCTime) throws(BundleError) {
        do throws(Finding) {
            let files = try BundleFiles(bundle)
            guard files.sizes[BundleLayout.seal] != nil else { throw Finding("no seal") }
            var number: UInt64 = 1
            while files.sizes[Self.path(number)] != nil { number += 1 }
            var listed: [RenewalList.File] = []
            for path in Self.listed(files.sizes.keys, before: number) {
                listed.append(RenewalList.File(path: path, bytes: try files.bytes(path)))
            }
            list = RenewalList(number: number, made: time.text, files: listed)
        } catch {
            throw .notBundle(path: bundle)
        }
    }

    /// The files of the round.
    ///
    /// - Parameter stamps: of the list's bytes, one of each authority.
    /// - Returns: them by path, in the order in which they must be written: the list is the last, since
    ///   without it there is no round.
    public func files(_ stamps: [KeptTimestamp]) -> [(path: String, bytes: [UInt8])] {
        var files: [(path: String, bytes: [UInt8])] = []
        for (place, kept) in stamps.enumerated() {
            let named = TokenFiles.beside(Self.stem(list.number), place + 1).bytes(of: kept)
            files += named.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
        let instructions = Self.instructions(for: list.number, stamps)
        return files + [
            (Self.instructions(list.number), Array(instructions.utf8)),
            (Self.path(list.number), list.bytes),
        ]
    }

    /// Whether a file belongs to a round.
    public static func isFile(_ path: String, ofRound number: UInt64) -> Bool {
        round(of: path) == number
    }

    static func stem(_ number: UInt64) -> String { prefix + String(number) }
    static func path(_ number: UInt64) -> String { stem(number) + ".txt" }
    static func instructions(_ number: UInt64) -> String { stem(number) + "-VERIFY.txt" }
    /// The beginning of the names of all files of all rounds.
    static let prefix = BundleLayout.addenda + "RENEWAL-"

    /// What a round must list of the files of a bundle, in their order: the seal and all beside it, the
    /// stamped checkpoints of the log, and the rounds before.
    static func listed(_ paths: some Sequence<String>, before number: UInt64) -> [String] {
        paths.filter { path in
            path == BundleLayout.seal || path.hasPrefix(BundleLayout.seals)
                || path.hasPrefix(BundleLayout.stamped)
                || round(of: path).map { $0 < number } ?? false
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func round(of path: String) -> UInt64? {
        guard path.hasPrefix(prefix) else { return nil }
        return UInt64(path.dropFirst(prefix.count).prefix { $0 != "." && $0 != "-" })
    }

    /// How to check a round with the standard tools, as `VERIFY.txt` says it of the rest.
    static func instructions(for number: UInt64, _ stamps: [KeptTimestamp]) -> String {
        var text = """
            HOW TO CHECK ROUND \(number) OF RENEWAL

            Lines that begin with four spaces are commands, run in the bundle's folder. The first two show
            that what was stamped before is unchanged; the others, that it was so at the times of the
            time stamps. Compare each root certificate with the one that the authority publishes.

                grep -E '^[0-9a-f]{64}  ' \(path(number)) | sha256sum --quiet --strict -c
                grep -E '^[0-9a-f]{128}  ' \(path(number)) | sha512sum --quiet --strict -c

            """
        for (place, kept) in stamps.enumerated() {
            let files = TokenFiles.beside(stem(number), place + 1)
            text += """

                \(TokenFiles.name(place + 1)), \(kept.token.info.time.text)

                    openssl x509 -in \(files.root) -noout -subject -fingerprint -sha256
                    \(files.command(over: path(number), kept))

                """
        }
        return text
    }
}
