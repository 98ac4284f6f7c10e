// SPDX-License-Identifier: Apache-2.0

public import Vault

/// What a check of a vault found.
public struct CheckReport: Hashable, Sendable {
    /// One thing that is not as it must be.
    public struct Finding: Hashable, Sendable, CustomStringConvertible {
        /// The path of the stored thing, or `entry <index>`, or `index`.
        public let subject: String
        /// What must be there.
        public let expected: String
        /// What is there.
        public let found: String

        /// One line for a person.
        public var description: String { "\(subject): expected \(expected), found \(found)" }
    }

    /// Everything that is wrong; empty for a vault in order.
    public internal(set) var findings: [Finding] = []
    /// Entries that were hashed to the root.
    public internal(set) var entries: UInt64 = 0
    /// Entries whose signatures verify and whose acts were allowed; all of them but in a damaged log,
    /// since nothing is judged after the first entry that is in doubt.
    public internal(set) var replayed: UInt64 = 0
    /// Hash tiles that were compared.
    public internal(set) var tiles: UInt64 = 0
    /// Published checkpoints that were verified.
    public internal(set) var checkpoints: UInt64 = 0
    /// Records, commitment lists, envelopes, keyrings and segments that were looked at.
    public internal(set) var contents: UInt64 = 0
    /// Their bytes; hashed in a deep check.
    public internal(set) var contentBytes: UInt64 = 0
    /// Time-stamps that were verified.
    public internal(set) var timestamps: UInt64 = 0
    /// The policy in force; `nil` where the rules could not be replayed to the end.
    public internal(set) var policy: Policy?
    /// Whether contents were hashed, and the whole index was compared with the log.
    public let isDeep: Bool

    /// Whether nothing is wrong.
    public var isClean: Bool { findings.isEmpty }

    init(isDeep: Bool) { self.isDeep = isDeep }

    mutating func add(_ subject: String, expected: String, found: String) {
        findings.append(Finding(subject: subject, expected: expected, found: found))
    }

    /// Adds what was found in the place of a stored thing.
    mutating func add(_ key: StorageKey, expected: String, found error: any Error) {
        let isMissing = (error as? StorageError)?.code == .missing
        add(key.path, expected: expected, found: isMissing ? "nothing" : "\(error)")
    }
}

extension CheckReport: CustomStringConvertible {
    /// The findings, a line each, and a line of counts.
    public var description: String {
        let depth = isDeep ? "hashed" : "sizes only"
        let counts =
            "\(entries) entries, \(replayed) of them replayed, \(tiles) tiles, "
            + "\(checkpoints) checkpoints, \(timestamps) time-stamps, "
            + "\(contents) contents of \(contentBytes) bytes (\(depth))"
        let verdict = isClean ? "clean" : "\(findings.count) findings"
        return (findings.map { "damaged: \($0)" } + ["\(counts): \(verdict)"])
            .joined(separator: "\n")
    }
}
