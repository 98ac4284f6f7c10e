// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Encodings

/// The head of a log's tree: the text of the note that the log signs.
///
/// ```
/// <origin>
/// <size, decimal>
/// <root hash, base64>
/// [extension lines]
/// ```
///
/// Extension lines of other logs are kept; this project writes none, since witnesses refuse them and
/// some signatures do not cover them. See c2sp.org/tlog-checkpoint, "Note text".
public struct Checkpoint: Sendable {
    /// Which log this is.
    ///
    /// Any non-empty line.
    public let origin: String
    /// The number of leaves.
    public let size: UInt64
    /// The root hash of the tree of that size.
    public let root: Hash
    /// Opaque, non-empty lines after the third.
    public let extensions: [String]

    /// Makes the head of a log's own tree, without extension lines.
    ///
    /// - Throws: ``CheckpointError/malformedOrigin`` where it is empty or not one line.
    public init(origin: String, size: UInt64, root: Hash) throws(CheckpointError) {
        guard !origin.isEmpty, !origin.utf8.contains(where: { $0 < 0x20 }) else {
            throw .malformedOrigin
        }
        self.origin = origin
        self.size = size
        self.root = root
        extensions = []
    }

    /// Reads the text of a note.
    ///
    /// - Throws: ``CheckpointError``. Extension lines are not errors.
    public init(parsing text: some StringProtocol) throws(CheckpointError) {
        guard !CanonicalText.hasControlCharacter(text.utf8) else { throw .controlCharacter }
        guard text.last == "\n" else { throw .unterminatedLine }
        let lines = CanonicalText.lines(text).dropLast()
        guard let origin = lines.first, !origin.isEmpty else { throw .malformedOrigin }
        guard lines.count >= 3 else { throw .missingLine }
        guard let size = CanonicalText.decimal(lines[1]) else { throw .malformedSize }
        guard let root = Base64.padded.decode(lines[2]).flatMap({ Hash($0) }) else {
            throw .malformedRoot
        }
        let extensions = lines.dropFirst(3)
        guard extensions.allSatisfy({ !$0.isEmpty }) else { throw .emptyExtension }
        self.origin = String(origin)
        self.size = size
        self.root = root
        self.extensions = extensions.map { String($0) }
    }

    /// The text, with its final line feed.
    public var text: String {
        let lines = [origin, String(size), Base64.padded.encode(root.bytes)] + extensions
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Checkpoint: Hashable {
    /// Whether two checkpoints are the same to the byte.
    public static func == (left: Checkpoint, right: Checkpoint) -> Bool {
        left.size == right.size && left.root == right.root
            && CanonicalText.same(left.text, right.text)
    }

    /// Feeds the checkpoint to a hasher of the standard library.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(root)
    }
}

/// Why a text is not a checkpoint.
public enum CheckpointError: Error, Equatable, Sendable {
    /// There is a control character other than a line feed.
    case controlCharacter
    /// The last line does not end in a line feed.
    case unterminatedLine
    /// There are fewer than three lines.
    case missingLine
    /// The origin is empty or not one line.
    case malformedOrigin
    /// The size is not a decimal without leading zero that fits in 64 bits.
    case malformedSize
    /// The root hash is not canonical base 64 of 32 bytes.
    case malformedRoot
    /// An extension line is empty.
    case emptyExtension
}

extension CheckpointError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .controlCharacter: "the checkpoint holds a control character"
        case .unterminatedLine: "the checkpoint's last line does not end in a line feed"
        case .missingLine: "the checkpoint has fewer than three lines"
        case .malformedOrigin: "the checkpoint's origin is empty or not one line"
        case .malformedSize: "the checkpoint's size is not a canonical decimal"
        case .malformedRoot: "the checkpoint's root hash is not canonical base64 of 32 bytes"
        case .emptyExtension: "the checkpoint has an empty extension line"
        }
    }
}
