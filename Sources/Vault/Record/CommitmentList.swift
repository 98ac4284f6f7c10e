// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// The salted digests of everything that a submission can disclose, as they were on that day.
///
/// Lines of 64 hexadecimal digits in ascending order; random decoys fill the list up to a multiple of
/// 64, so that its length tells little. Stored under its SHA-256. See <doc:Record>.
public struct CommitmentList: Hashable, Sendable {
    /// The number of commitments is a multiple of this.
    public static let granularity = 64
    /// The largest list in bytes, 16 MiB.
    public static let maximumSize = 16 << 20
    /// The most commitments of a list, decoys included.
    public static let maximumCount = maximumSize / (2 * Hash.size + 1)

    /// The commitments, ascending.
    public let commitments: [Hash]

    /// Takes commitments and decoys, in any order.
    ///
    /// - Throws: ``CommitmentListError/count``, ``CommitmentListError/notAscending(line:)`` where two
    ///   are the same, or ``CommitmentListError/tooLarge``.
    public init(_ commitments: [Hash]) throws(CommitmentListError) {
        try self.init(ascending: commitments.sorted())
    }

    /// Reads a list.
    ///
    /// - Throws: ``CommitmentListError`` for every spelling but the one that ``bytes`` gives.
    public init(parsing bytes: [UInt8]) throws(CommitmentListError) {
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
        let width = 2 * Hash.size + 1
        guard !bytes.isEmpty, bytes.count.isMultiple(of: width * Self.granularity) else {
            throw .count
        }
        var commitments: [Hash] = []
        for start in stride(from: 0, to: bytes.count, by: width) {
            let digits = String(decoding: bytes[start..<start + width - 1], as: UTF8.self)
            guard let hash = Hash(hex: digits), bytes[start + width - 1] == UInt8(ascii: "\n")
            else { throw .notHexadecimal(line: commitments.count + 1) }
            commitments.append(hash)
        }
        try self.init(ascending: commitments)
    }

    private init(ascending commitments: [Hash]) throws(CommitmentListError) {
        guard !commitments.isEmpty, commitments.count.isMultiple(of: Self.granularity) else {
            throw .count
        }
        guard commitments.count <= Self.maximumCount else { throw .tooLarge }
        for place in commitments.indices.dropFirst()
        where commitments[place - 1] >= commitments[place] {
            throw .notAscending(line: place + 1)
        }
        self.commitments = commitments
    }

    /// The list as it is stored.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(commitments.count * (2 * Hash.size + 1))
        for commitment in commitments {
            bytes.append(contentsOf: commitment.hex.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// The name under which it is stored.
    public var hash: Hash { Hash(hashing: bytes) }

    /// Whether a commitment is in the list.
    public func contains(_ commitment: Hash) -> Bool {
        var range = commitments.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if commitments[middle] == commitment { return true }
            range =
                commitments[middle] < commitment
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return false
    }
}

/// Why bytes are not a list of commitments.
public enum CommitmentListError: Error, Equatable, Sendable {
    /// The list is larger than ``CommitmentList/maximumSize``.
    case tooLarge
    /// The count is not a multiple of 64, at least 64, or a line has another length.
    case count
    /// A line is not 64 lower-case hexadecimal digits.
    case notHexadecimal(line: Int)
    /// A line is not larger than the one before.
    case notAscending(line: Int)
}

extension CommitmentListError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the commitments are larger than \(CommitmentList.maximumSize) bytes"
        case .count: "the commitments are not a multiple of \(CommitmentList.granularity) lines"
        case .notHexadecimal(let line):
            "line \(line) of the commitments is not 64 lower-case hexadecimal digits"
        case .notAscending(let line):
            "line \(line) of the commitments does not come after the one before"
        }
    }
}
