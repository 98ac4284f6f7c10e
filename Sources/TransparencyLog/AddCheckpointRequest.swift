// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Encodings

/// What a log sends to a witness: its newest checkpoint, and the proof that it only grew.
///
/// ```
/// old <size>
/// <base64 of a hash>          the consistency proof; none from size 0, or to the same size
///
/// <checkpoint, verbatim, with its signatures>
/// ```
///
/// See c2sp.org/tlog-witness, "add-checkpoint".
public struct AddCheckpointRequest: Hashable, Sendable {
    /// The longest request that is read, in bytes.
    ///
    /// Ours; the specification leaves it open.
    public static let maximumSize = 128 << 10
    /// The most hashes of a consistency proof.
    public static let maximumHashes = 63

    /// The size of the checkpoint that the log believes the witness cosigned last; 0 for none.
    public let oldSize: UInt64
    /// The hashes of the consistency proof, in the order of RFC 6962.
    public let proof: [Hash]
    /// The log's checkpoint.
    public let note: SignedNote
    /// What the note's text says; to be believed only where a known key of the log signed it.
    public let checkpoint: Checkpoint

    /// Puts a request together.
    ///
    /// - Throws: ``AddCheckpointError`` where it would not read back as it is.
    public init(
        oldSize: UInt64,
        proof: [Hash],
        note: SignedNote
    ) throws(AddCheckpointError) {
        guard proof.count <= Self.maximumHashes else { throw .tooManyHashes }
        do { checkpoint = try Checkpoint(parsing: note.text) } catch {
            throw .notACheckpoint(error)
        }
        guard checkpoint.extensions.isEmpty else { throw .extensionLine }
        self.oldSize = oldSize
        self.proof = proof
        self.note = note
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
    }

    /// Reads a request.
    ///
    /// - Throws: ``AddCheckpointError``, for every spelling but the one that ``bytes`` gives.
    public init(parsing bytes: [UInt8]) throws(AddCheckpointError) {
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
        let lineFeed = UInt8(ascii: "\n")
        guard
            let blank = bytes.indices.dropFirst().first(where: {
                bytes[$0] == lineFeed && bytes[$0 - 1] == lineFeed
            })
        else { throw .missingBlankLine }
        guard let head = String(validating: bytes[..<(blank - 1)], as: UTF8.self) else {
            throw .malformedOldSize
        }
        let lines = CanonicalText.lines(head)
        guard let first = lines.first, first.utf8.starts(with: Self.prefix.utf8),
            let oldSize = CanonicalText.decimal(
                Substring(first.utf8.dropFirst(Self.prefix.utf8.count))
            )
        else { throw .malformedOldSize }
        guard lines.count - 1 <= Self.maximumHashes else { throw .tooManyHashes }
        var proof: [Hash] = []
        for line in lines.dropFirst() {
            guard let hash = Base64.padded.decode(line).flatMap({ Hash($0) }) else {
                throw .malformedHash(number: proof.count + 1)
            }
            proof.append(hash)
        }
        let note: SignedNote
        do { note = try SignedNote(parsing: Array(bytes[(blank + 1)...])) } catch {
            throw .malformedNote(error)
        }
        try self.init(oldSize: oldSize, proof: proof, note: note)
    }

    /// The request, as it is sent.
    public var bytes: [UInt8] {
        var head = "\(Self.prefix)\(oldSize)\n"
        for hash in proof { head += Base64.padded.encode(hash.bytes) + "\n" }
        return Array(head.utf8) + [UInt8(ascii: "\n")] + note.bytes
    }

    private static let prefix = "old "
}

/// Why bytes are not a request to a witness.
public enum AddCheckpointError: Error, Equatable, Sendable {
    /// The request is longer than ``AddCheckpointRequest/maximumSize``.
    case tooLarge
    /// No blank line comes before the checkpoint.
    case missingBlankLine
    /// The first line is not `old` and a decimal without leading zero.
    case malformedOldSize
    /// A hash is not canonical base 64 of 32 bytes; they are counted from 1.
    case malformedHash(number: Int)
    /// There are more than ``AddCheckpointRequest/maximumHashes`` hashes.
    case tooManyHashes
    /// What follows the blank line is not a signed note.
    case malformedNote(NoteError)
    /// The note's text is not a checkpoint.
    case notACheckpoint(CheckpointError)
    /// The checkpoint has an extension line, which not all cosignatures cover.
    case extensionLine
}

extension AddCheckpointError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the request is larger than \(AddCheckpointRequest.maximumSize) bytes"
        case .missingBlankLine: "the request has no blank line before the checkpoint"
        case .malformedOldSize: "the request does not begin with \"old\" and a canonical decimal"
        case .malformedHash(let number):
            "hash \(number) of the proof is not canonical base64 of 32 bytes"
        case .tooManyHashes:
            "the proof has more than \(AddCheckpointRequest.maximumHashes) hashes"
        case .malformedNote(let error): "the checkpoint is not a signed note: \(error)"
        case .notACheckpoint(let error): "the note is not a checkpoint: \(error)"
        case .extensionLine: "the checkpoint has an extension line"
        }
    }
}
