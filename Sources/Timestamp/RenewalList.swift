// SPDX-License-Identifier: Apache-2.0

import Encodings

/// What a round of renewal stamps: the SHA-256 and SHA-512 of everything of the rounds before, as lines
/// that `sha256sum` and `sha512sum` check.
///
/// The list does what the archive time-stamps of RFC 4998 do, with plain files: while the certificates
/// of the older time-stamps are good it says what they were, and its own time-stamp says so for longer.
public struct RenewalList: Hashable, Sendable {
    /// One file that the list is about.
    public struct File: Hashable, Sendable {
        /// Where it lies, from the folder that the list is checked in.
        public let path: String
        /// 64 hexadecimal digits.
        public let sha256: String
        /// 128 hexadecimal digits.
        public let sha512: String

        /// Hashes a file.
        public init(path: String, bytes: [UInt8]) {
            self.path = path
            sha256 = Hex.encode(HashAlgorithm.sha256.hash(bytes))
            sha512 = Hex.encode(HashAlgorithm.sha512.hash(bytes))
        }

        fileprivate init(path: String, sha256: String, sha512: String) {
            self.path = path
            self.sha256 = sha256
            self.sha512 = sha512
        }
    }

    /// The number of the round; they count from 1.
    public let number: UInt64
    /// When it was made, RFC 3339.
    public let made: String
    /// Everything of the rounds before, by path.
    public let files: [File]

    /// Makes a list.
    public init(number: UInt64, made: String, files: [File]) {
        self.number = number
        self.made = made
        self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// Reads the one form that ``bytes`` writes; anything else gives `nil`.
    public init?(parsing bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let heading = lines.filter { $0.hasPrefix("# ") }
        guard heading.count == Self.headingCount, heading[0].hasPrefix(Self.title),
            heading[1].hasPrefix(Self.date),
            let number = UInt64(heading[0].dropFirst(Self.title.count))
        else { return nil }
        let sums = lines.dropFirst(Self.headingCount)
        let half = sums.count / 2
        var files: [File] = []
        for (first, second) in zip(sums.prefix(half), sums.dropFirst(half)) {
            let path = first.dropFirst(66)
            guard !path.isEmpty, path == second.dropFirst(130) else { return nil }
            files.append(
                File(
                    path: String(path),
                    sha256: String(first.prefix(64)),
                    sha512: String(second.prefix(128))
                )
            )
        }
        self.init(number: number, made: String(heading[1].dropFirst(Self.date.count)), files: files)
        guard self.bytes == bytes else { return nil }
    }

    private static let title = "# RENEWAL "
    private static let date = "# made: "
    private static let headingCount = 4

    /// The list as it is stored, and stamped: a heading, then a line of each file's SHA-256, then of its
    /// SHA-512.
    public var bytes: [UInt8] {
        var text = """
            \(Self.title)\(number)
            \(Self.date)\(made)
            # grep -E '^[0-9a-f]{64}  ' FILE | sha256sum -c
            # grep -E '^[0-9a-f]{128}  ' FILE | sha512sum -c

            """
        for file in files { text += "\(file.sha256)  \(file.path)\n" }
        for file in files { text += "\(file.sha512)  \(file.path)\n" }
        return Array(text.utf8)
    }
}
