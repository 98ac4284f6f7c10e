// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
public import TransparencyLog

/// A head of a vault's log in one line that people hand on, with the log's signature under it.
///
/// `saksi-head-v1:` and the base64url of the signed checkpoint. Two people who compare theirs find out
/// what neither sees alone: that the vault shows them different logs. See <doc:SignedHead>.
public struct SignedHead: Hashable, Sendable {
    /// The longest line in bytes.
    public static let maximumSize = 4096

    /// The checkpoint with the log's signatures only.
    public let note: SignedNote
    /// What was signed.
    ///
    /// Not to be believed before the note's signature was verified.
    public let checkpoint: Checkpoint

    private static let prefix = "saksi-head-v1:"

    /// Takes a checkpoint as the vault shows it; the signatures of witnesses are left out.
    ///
    /// - Throws: ``SignedHeadError``.
    public init(_ note: SignedNote) throws(SignedHeadError) {
        do throws(CheckpointError) {
            checkpoint = try Checkpoint(parsing: note.text)
        } catch {
            throw .checkpoint(error)
        }
        guard checkpoint.extensions.isEmpty else { throw .extensionLines }
        let origin = checkpoint.origin
        let own = note.signatures.filter { $0.name.utf8.elementsEqual(origin.utf8) }
        do throws(NoteError) {
            self.note = try SignedNote(text: note.text, signatures: own)
        } catch {
            throw .note(error)
        }
        guard line.utf8.count <= Self.maximumSize else { throw .tooLarge }
    }

    /// Reads a line, given without blanks around it.
    ///
    /// - Throws: ``SignedHeadError`` for every spelling but the one that ``line`` gives.
    public init(parsing line: some StringProtocol) throws(SignedHeadError) {
        guard line.utf8.count <= Self.maximumSize else { throw .tooLarge }
        guard line.utf8.starts(with: Self.prefix.utf8) else { throw .missingPrefix }
        guard let bytes = Base64.url.decode(line.dropFirst(Self.prefix.count)) else {
            throw .notBase64
        }
        let note: SignedNote
        do throws(NoteError) {
            note = try SignedNote(parsing: bytes)
        } catch {
            throw .note(error)
        }
        try self.init(note)
        guard self.note == note else { throw .otherSignatures }
    }

    /// The line.
    public var line: String { Self.prefix + Base64.url.encode(note.bytes) }

    /// Eight words that two people read to each other: the first 128 bits of a hash over the head.
    ///
    /// Whoever runs the vault may choose both heads, so what counts is finding two that collide: 2⁶⁴
    /// trees for 128 bits; for 64 bits it would be 2³², an afternoon.
    public var words: String {
        let hash = Hash(hashing: "saksi/v1 head\n\(checkpoint.text)".utf8)
        return Proquint.words(hash.bytes.prefix(16)).joined(separator: " ")
    }
}

/// Why a line is not a head.
public enum SignedHeadError: Error, Equatable, Sendable {
    /// It is longer than ``SignedHead/maximumSize``.
    case tooLarge
    /// It does not begin with `saksi-head-v1:`.
    case missingPrefix
    /// What follows is not canonical base64url.
    case notBase64
    /// The bytes are not a signed note, or the log has not signed it.
    case note(NoteError)
    /// The text is not a checkpoint.
    case checkpoint(CheckpointError)
    /// The checkpoint has extension lines, which no vault writes.
    case extensionLines
    /// There are signatures by others than the log.
    case otherSignatures
}

extension SignedHeadError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the head is longer than \(SignedHead.maximumSize) bytes"
        case .missingPrefix: "the head does not begin with saksi-head-v1:"
        case .notBase64: "the head is not whole: it is not base64url"
        case .note(.missingSignatures): "the head is not signed by its log"
        case .note(let error): "the head is not a signed note: \(error)"
        case .checkpoint(let error): "\(error)"
        case .extensionLines: "the head's checkpoint has extension lines"
        case .otherSignatures: "the head has signatures by others than its log"
        }
    }
}
