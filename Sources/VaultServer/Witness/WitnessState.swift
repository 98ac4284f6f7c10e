// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog

/// All that a witness keeps of one log: the value of the log's register.
///
///     saksi/v1 witnessed
///     origin: <origin>
///     key: <vkey>                 one or more
///     (blank line)
///     <the checkpoint cosigned last, with the log's signatures and ours; nothing before the first>
struct WitnessState: Sendable {
    /// What the witness's rules look at.
    private(set) var log: WitnessedLog
    /// The checkpoint as it was cosigned last.
    private(set) var cosigned: SignedNote?

    private static let header = "saksi/v1 witnessed"

    /// A log that was never cosigned.
    ///
    /// - Throws: ``CheckpointError/malformedOrigin`` for a name that no log can have.
    init(origin: String) throws(CheckpointError) {
        _ = try Checkpoint(origin: origin, size: 0, root: MerkleTree.emptyRoot)
        log = WitnessedLog(origin: origin, keys: [])
    }

    /// The register's name: who asks for a log's checkpoint uses it, too.
    static func name(of origin: String) -> Hash { Hash(hashing: origin.utf8) }

    /// Trusts a further key of the log.
    mutating func trust(_ key: VerifierKey) {
        if !log.keys.contains(key) { log.keys.append(key) }
    }

    /// Takes a checkpoint for the one cosigned last.
    mutating func take(_ note: SignedNote, _ checkpoint: Checkpoint) {
        cosigned = note
        log.latest = checkpoint
    }
}

/// Why a register's value is not what a witness keeps.
enum WitnessStateError: Error, Equatable, Sendable {
    /// The lines before the note are not those of a witnessed log.
    case malformedHeader
    /// A key cannot be read.
    case malformedKey
    /// The note cannot be read, or is another log's.
    case malformedNote
}

extension WitnessState {
    /// The bytes as they are stored.
    var bytes: [UInt8] {
        let lines =
            [Self.header, "origin: \(log.origin)"] + log.keys.map { "key: \($0.text)" } + ["", ""]
        return Array(lines.joined(separator: "\n").utf8) + (cosigned?.bytes ?? [])
    }

    /// Reads a register's value.
    init(parsing bytes: [UInt8]) throws(WitnessStateError) {
        let lineFeed = UInt8(ascii: "\n")
        guard
            let blank = bytes.indices.dropFirst().first(where: {
                bytes[$0] == lineFeed && bytes[$0 - 1] == lineFeed
            }), let head = String(validating: bytes[..<(blank - 1)], as: UTF8.self)
        else { throw .malformedHeader }
        let lines = head.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2, lines[0] == Self.header, lines[1].hasPrefix("origin: "),
            let state = try? WitnessState(origin: String(lines[1].dropFirst(8)))
        else { throw .malformedHeader }
        self = state
        for line in lines.dropFirst(2) {
            guard line.hasPrefix("key: "), let key = try? VerifierKey(parsing: line.dropFirst(5))
            else { throw .malformedKey }
            trust(key)
        }
        let rest = Array(bytes[(blank + 1)...])
        if !rest.isEmpty {
            guard let note = try? SignedNote(parsing: rest),
                let checkpoint = try? Checkpoint(parsing: note.text),
                checkpoint.origin.utf8.elementsEqual(log.origin.utf8)
            else { throw .malformedNote }
            take(note, checkpoint)
        }
        guard self.bytes == bytes else { throw .malformedHeader }
    }
}
