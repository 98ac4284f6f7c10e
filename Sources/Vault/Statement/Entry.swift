// SPDX-License-Identifier: Apache-2.0

public import Bulk
import TransparencyLog

/// A statement as the log keeps it: an `accepted: <time>` line and then the note.
///
/// These bytes are the leaf.
public struct Entry: Hashable, Sendable {
    /// The largest entry in bytes, which the length in an entry bundle allows.
    public static let maximumSize = 65_535
    /// The size of the first line in bytes.
    static let acceptedLineSize = 31
    private static let prefix = Array("accepted: ".utf8)

    /// When the vault accepted it, rounded down.
    public let accepted: UTCTime
    /// What was accepted.
    public let signed: SignedStatement

    /// Accepts a statement.
    ///
    /// - Parameters:
    ///   - signed: The statement, which always leaves room for the time.
    ///   - time: Rounded already, see ``AcceptedRounding``; the fold demands it.
    public init(accepting signed: SignedStatement, at time: UTCTime) {
        accepted = time
        self.signed = signed
    }

    /// Reads an entry.
    ///
    /// - Throws: ``EntryError`` for every spelling but the one that ``bytes`` gives.
    public init(parsing bytes: [UInt8]) throws(EntryError) {
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
        let line = bytes.prefix(Self.acceptedLineSize)
        guard line.count == Self.acceptedLineSize, line.last == 0x0a,
            line.starts(with: Self.prefix),
            let time = UTCTime(ascii: line.dropFirst(Self.prefix.count).dropLast())
        else { throw .malformedTime }
        do {
            signed = try SignedStatement(parsing: Array(bytes.dropFirst(line.count)))
        } catch {
            throw .statement(error)
        }
        accepted = time
    }

    /// The entry as the log keeps it.
    public var bytes: [UInt8] {
        Self.prefix + Array(accepted.text.utf8) + [0x0a] + signed.note.bytes
    }

    /// The hash of the entry's leaf.
    public var leafHash: Hash { MerkleTree.leafHash(bytes) }
}

/// Why bytes are not an entry.
public enum EntryError: Error, Equatable, Sendable {
    /// The entry is larger than ``Entry/maximumSize``.
    case tooLarge
    /// The first line is not `accepted: ` and a time.
    case malformedTime
    /// What follows is not a signed statement.
    case statement(StatementError)
}

extension EntryError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the entry is larger than \(Entry.maximumSize) bytes"
        case .malformedTime: "the entry does not begin with the time at which it was accepted"
        case .statement(let error): "\(error)"
        }
    }
}
