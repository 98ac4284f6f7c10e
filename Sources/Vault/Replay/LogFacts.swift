// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// The facts of a log in memory, for clients, tests and audits.
///
/// A statement takes 38 bytes, a submission 156 more (<doc:Replay>, "Memory"). Of a statement's id the first 16 bytes
/// are kept: two statements whose ids begin alike count as one that was repeated, which an audit then
/// reports with the indices of both. To make two such takes 2^64 hashes, and hides nothing.
public struct LogFacts: VaultFacts, Sendable, Equatable {
    var statements = CompactTable<StatementPrefix, UInt64>()
    var submissions = CompactTable<Hash, Submission>()
    /// Each list of classes once: there are few, and each would cost as much as the rest.
    private var classes: [[ConsentClass]: [ConsentClass]] = [:]

    /// The facts before the first entry.
    public init() {}

    /// The index of the entry that holds a statement.
    public func statementIndex(_ id: Hash) -> UInt64? { statements[StatementPrefix(id)] }

    /// What the log says of a submission.
    public func submission(record: Hash) -> Submission? { submissions[record] }

    /// Takes note that an entry holds a statement.
    public mutating func add(statement id: Hash, at index: UInt64) {
        statements[StatementPrefix(id)] = index
    }

    /// Takes note of a new submission, or of a changed one.
    public mutating func set(_ submission: Submission, record: Hash) {
        var submission = submission
        if let known = classes[submission.classes] {
            submission.classes = known
        } else {
            classes[submission.classes] = submission.classes
        }
        submissions[record] = submission
    }
}

/// The first 16 bytes of a statement's id.
struct StatementPrefix: Hashable, Sendable {
    let words: SIMD2<UInt64>

    init(words: SIMD2<UInt64>) { self.words = words }

    init(_ id: Hash) {
        words = unsafe id.withBytes { bytes in
            unsafe SIMD2(
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}
