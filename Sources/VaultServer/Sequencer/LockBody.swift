// SPDX-License-Identifier: Apache-2.0

import Encodings
import TransparencyLog

/// What the register holds: the commit point of the log.
///
///     saksi/v1 lock
///     sequence: <one more than in the body before>
///     token: <base64 of 16 random bytes>
///     (blank line)
///     <the signed checkpoint>
///
/// The sequence and the token keep two bodies from ever being the same bytes, so that a
/// compare-and-swap cannot mistake an old state for the present one.
struct LockBody: Hashable, Sendable {
    /// Counts the swaps.
    let sequence: UInt64
    /// 16 random bytes.
    let token: [UInt8]
    /// The head that is committed.
    let note: SignedNote

    /// The body that follows another; the first one where there is none.
    init(after last: LockBody?, note: SignedNote, token: [UInt8]) {
        self.init(sequence: (last?.sequence ?? 0) + 1, token: token, note: note)
    }

    init(sequence: UInt64, token: [UInt8], note: SignedNote) {
        self.sequence = sequence
        self.token = token
        self.note = note
    }
}

/// Why the register's value is not a lock.
enum LockBodyError: Error, Equatable, Sendable {
    /// The lines before the note are not those of a lock.
    case malformedHeader
    /// The note cannot be read.
    case malformedNote
}

extension LockBody {
    private static let header = "saksi/v1 lock"

    /// The bytes as they are stored.
    var bytes: [UInt8] {
        let lines = [
            Self.header, "sequence: \(sequence)", "token: \(Base64.padded.encode(token))", "", "",
        ]
        return Array(lines.joined(separator: "\n").utf8) + note.bytes
    }

    /// Reads a lock.
    init(parsing bytes: [UInt8]) throws(LockBodyError) {
        let fields = bytes.split(
            separator: UInt8(ascii: "\n"),
            maxSplits: 4,
            omittingEmptySubsequences: false
        )
        guard fields.count == 5, fields[3].isEmpty else { throw .malformedHeader }
        let lines = fields[..<3].map { String(decoding: $0, as: UTF8.self) }
        guard lines[0] == Self.header,
            lines[1].hasPrefix("sequence: "), let sequence = UInt64(lines[1].dropFirst(10)),
            lines[2].hasPrefix("token: "),
            let token = Base64.padded.decode(lines[2].dropFirst(7)), token.count == 16
        else { throw .malformedHeader }
        guard let note = try? SignedNote(parsing: Array(fields[4])) else { throw .malformedNote }
        self.init(sequence: sequence, token: token, note: note)
        guard self.bytes == bytes else { throw .malformedHeader }
    }
}
