// SPDX-License-Identifier: Apache-2.0

import Bulk
public import TransparencyLog

extension LogReplay {
    private static let header = "saksi/v1 replay"

    /// The replay as bytes, so that a later one need not begin at the first entry.
    ///
    /// The tree is not in it: its edge is read from the tiles, and its root is known to whoever keeps
    /// the snapshot. See <doc:Replay>, "Snapshots".
    public var bytes: [UInt8] {
        let state = state.bytes
        var head = LineWriter(Self.header)
        head.add("state", UInt64(state.count))
        head.add("facts", UInt64(facts.byteCount))
        var writer = ByteWriter()
        // One allocation: it may be the largest of the process.
        writer.bytes.reserveCapacity(head.text.utf8.count + state.count + facts.byteCount)
        writer.bytes += head.text.utf8
        writer.bytes += state
        facts.write(to: &writer)
        return writer.bytes
    }

    /// Reads a snapshot.
    ///
    /// It must come from where only its reader writes: nothing in it is proved.
    ///
    /// - Parameters:
    ///   - bytes: What ``bytes`` gave.
    ///   - edge: The tree at the size of the snapshot, whose root the caller compared.
    /// - Throws: ``LineError``.
    public init(parsing bytes: [UInt8], edge: TreeEdge) throws(LineError) {
        var lineEnds = bytes.indices.lazy.filter { bytes[$0] == 0x0a }.prefix(3).makeIterator()
        _ = (lineEnds.next(), lineEnds.next())
        let head = lineEnds.next().map { $0 + 1 } ?? bytes.count
        var reader = try LineReader(Array(bytes[..<head]))
        try reader.header(Self.header)
        let stateSize = try reader.decimal("state")
        let factsSize = try reader.decimal("facts")
        try reader.end()
        let (size, overflows) = stateSize.addingReportingOverflow(factsSize)
        guard !overflows, size == UInt64(bytes.count - head) else { throw reader.error(.trailing) }
        let middle = head + Int(stateSize)
        let state = try VaultState(parsing: Array(bytes[head..<middle]))
        guard let facts = LogFacts(parsing: bytes[middle...]), state.size == edge.size else {
            throw reader.error(.trailing)
        }
        self.init(state: state, facts: facts, edge: edge)
    }
}

extension LogFacts {
    fileprivate var byteCount: Int {
        var count = 8 + 24 * statements.count
        submissions.forEach { count += 112 + ($1.earlier.isEmpty ? 0 : 8 + 32 * $1.earlier.count) }
        return count
    }

    /// The number of statements, each statement, each submission; numbers are big endian.
    fileprivate func write(to writer: inout ByteWriter) {
        writer.add(UInt64(statements.count))
        statements.forEach { key, index in
            writer.add(key.words[0])
            writer.add(key.words[1])
            writer.add(index)
        }
        submissions.forEach { record, submission in
            writer.bytes += record.bytes
            writer.add(submission.index)
            writer.bytes += submission.caseID.bytes
            writer.bytes += submission.submitter.bytes
            writer.add(submission.epoch)
            writer.add(mask(submission.classes) | mask(submission.overrides) << 32)
            writer.add(
                (submission.isHeld ? 1 : 0) | (submission.isErased ? 2 : 0)
                    | (submission.isReplaced ? 4 : 0) | (submission.earlier.isEmpty ? 0 : 8)
            )
            guard !submission.earlier.isEmpty else { return }
            writer.add(UInt64(submission.earlier.count))
            for record in submission.earlier { writer.bytes += record.bytes }
        }
    }

    fileprivate init?(parsing bytes: ArraySlice<UInt8>) {
        self.init()
        var reader = ByteReader(rest: bytes)
        guard let count = reader.number(), count <= reader.rest.count / 24 else { return nil }
        for _ in 0..<count {
            guard let first = reader.number(), let second = reader.number(),
                let index = reader.number()
            else { return nil }
            statements[StatementPrefix(words: SIMD2(first, second))] = index
        }
        while !reader.rest.isEmpty {
            guard let record = reader.bytes(32).flatMap({ Hash($0) }), let index = reader.number(),
                let caseID = reader.bytes(16).flatMap({ CaseID($0) }),
                let submitter = reader.bytes(32).flatMap({ Hash($0) }),
                let epoch = reader.number(), let mask = reader.number(),
                let marks = reader.number()
            else { return nil }
            var submission = Submission(
                index: index,
                caseID: caseID,
                submitter: Fingerprint(submitter),
                epoch: epoch,
                classes: classes(mask)
            )
            submission.overrides = classes(mask >> 32)
            submission.isHeld = marks & 1 == 1
            submission.isErased = marks & 2 == 2
            submission.isReplaced = marks & 4 == 4
            if marks & 8 == 8 {
                guard let count = reader.number(), count <= reader.rest.count / 32 else {
                    return nil
                }
                for _ in 0..<count {
                    guard let record = reader.bytes(32).flatMap({ Hash($0) }) else { return nil }
                    submission.earlier.append(record)
                }
            }
            set(submission, record: record)
        }
    }
}

/// Bit n for the nth class.
private func mask(_ classes: [ConsentClass]) -> UInt64 {
    ConsentClass.allCases.enumerated().reduce(0) { mask, each in
        classes.contains(each.element) ? mask | 1 << each.offset : mask
    }
}

/// The classes of a mask.
private func classes(_ mask: UInt64) -> [ConsentClass] {
    ConsentClass.allCases.enumerated().filter { mask >> $0.offset & 1 == 1 }.map(\.element)
}

private struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func add(_ number: UInt64) {
        unsafe withUnsafeBytes(of: number.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }
}

private struct ByteReader {
    var rest: ArraySlice<UInt8>

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func number() -> UInt64? {
        bytes(8)?.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
