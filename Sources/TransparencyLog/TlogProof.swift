// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Encodings

/// A proof that an entry is in a log, complete in one text: a `.tlog-proof` file.
///
/// ```
/// c2sp.org/tlog-proof@v1
/// [extra <base64>]
/// index <decimal>
/// <base64 of a hash>          the leaf's sibling first; none in a tree of one leaf
///
/// <checkpoint, verbatim, with its signatures>
/// ```
///
/// See c2sp.org/tlog-proof, "Format".
public struct TlogProof: Hashable, Sendable {
    /// The longest proof that is read, in bytes.
    ///
    /// The specification leaves it open.
    public static let maximumSize = 2 << 20
    /// The most hashes that a tree of up to 2⁶³ leaves can ask for.
    public static let maximumHashes = 63

    /// The entry's index in the log.
    public let index: UInt64
    /// The sibling hashes, the leaf's first.
    public let hashes: [Hash]
    /// The log's checkpoint, with cosignatures where it has them.
    public let checkpoint: SignedNote
    /// Anything the application added.
    ///
    /// Not authenticated by anything here.
    public let extra: [UInt8]?

    private static let header = "c2sp.org/tlog-proof@v1"

    /// Puts a proof together.
    ///
    /// - Parameters:
    ///   - index: The entry's index in the log.
    ///   - hashes: The sibling hashes, the leaf's first.
    ///   - checkpoint: The log's checkpoint.
    ///   - extra: What the application adds; nothing at all is the same as `nil`.
    public init(index: UInt64, hashes: [Hash], checkpoint: SignedNote, extra: [UInt8]? = nil) {
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
        self.extra = extra.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Reads a proof.
    ///
    /// - Throws: ``TlogProofError``, for every spelling but the one that ``text`` gives.
    public init(parsing bytes: [UInt8]) throws(TlogProofError) {
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
        let lineFeed = UInt8(ascii: "\n")
        guard
            let blank = bytes.indices.dropFirst().first(where: {
                bytes[$0] == lineFeed && bytes[$0 - 1] == lineFeed
            })
        else { throw .missingBlankLine }
        guard let head = String(validating: bytes[..<(blank - 1)], as: UTF8.self) else {
            throw .missingHeader
        }
        var lines = CanonicalText.lines(head)[...]
        guard lines.popFirst().map({ CanonicalText.same(String($0), Self.header) }) == true else {
            throw .missingHeader
        }
        var extra: [UInt8]?
        if let line = lines.first, let value = Self.value(of: line, after: "extra ") {
            guard let bytes = Base64.padded.decode(value), !bytes.isEmpty else {
                throw .malformedExtra
            }
            extra = bytes
            lines.removeFirst()
        }
        guard
            let index = lines.popFirst().flatMap({ Self.value(of: $0, after: "index ") })
                .flatMap({ CanonicalText.decimal($0) })
        else { throw .malformedIndex }
        guard lines.count <= Self.maximumHashes else { throw .tooManyHashes }
        var hashes: [Hash] = []
        for line in lines {
            guard let hash = Base64.padded.decode(line).flatMap({ Hash($0) }) else {
                throw .malformedHash(number: hashes.count + 1)
            }
            hashes.append(hash)
        }
        let checkpoint: SignedNote
        do {
            checkpoint = try SignedNote(parsing: Array(bytes[(blank + 1)...]))
        } catch {
            throw .malformedCheckpoint(error)
        }
        self.init(index: index, hashes: hashes, checkpoint: checkpoint, extra: extra)
    }

    /// The proof, as it is stored and sent.
    public var bytes: [UInt8] {
        var head = Self.header + "\n"
        if let extra { head += "extra \(Base64.padded.encode(extra))\n" }
        head += "index \(index)\n"
        for hash in hashes { head += Base64.padded.encode(hash.bytes) + "\n" }
        return Array(head.utf8) + [UInt8(ascii: "\n")] + checkpoint.bytes
    }

    /// The proof as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Checks that an entry is in a log that a policy accepts.
    ///
    /// - Parameters:
    ///   - leaf: The entry's leaf hash, ``MerkleTree/leafHash(_:)``.
    ///   - policy: The accepted logs, and which witnesses must have seen the checkpoint.
    /// - Returns: The checkpoint, now believable.
    /// - Throws: ``TlogProofError/untrusted(_:)`` or ``TlogProofError/notIncluded(_:)``.
    public func verify(
        leaf: Hash,
        policy: TrustPolicy
    ) throws(TlogProofError) -> TrustedCheckpoint {
        let trusted: TrustedCheckpoint
        do { trusted = try policy.verify(checkpoint) } catch { throw .untrusted(error) }
        let proof = InclusionProof(
            index: index,
            treeSize: trusted.checkpoint.size,
            hashes: hashes
        )
        do {
            try proof.verify(leaf: leaf, root: trusted.checkpoint.root)
        } catch {
            throw .notIncluded(error)
        }
        return trusted
    }

    private static func value(of line: Substring, after prefix: String) -> Substring? {
        guard line.utf8.starts(with: prefix.utf8) else { return nil }
        return Substring(line.utf8.dropFirst(prefix.utf8.count))
    }
}

/// Why bytes are not a proof, or a proof does not prove an entry.
public enum TlogProofError: Error, Equatable, Sendable {
    /// The proof is longer than ``TlogProof/maximumSize``.
    case tooLarge
    /// The first line is not `c2sp.org/tlog-proof@v1`.
    case missingHeader
    /// The extra data is not canonical base 64 of at least one byte.
    case malformedExtra
    /// There is no `index` line with a decimal without leading zero.
    case malformedIndex
    /// A hash is not canonical base 64 of 32 bytes; they are counted from 1.
    case malformedHash(number: Int)
    /// There are more than ``TlogProof/maximumHashes`` hashes.
    case tooManyHashes
    /// No blank line comes before the checkpoint.
    case missingBlankLine
    /// The checkpoint is not a signed note.
    case malformedCheckpoint(NoteError)
    /// The checkpoint does not meet the policy.
    case untrusted(TrustPolicyViolation)
    /// The hashes do not lead from the entry to the checkpoint's root.
    case notIncluded(ProofError)
}

extension TlogProofError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the proof is larger than \(TlogProof.maximumSize) bytes"
        case .missingHeader: "the proof does not begin with c2sp.org/tlog-proof@v1"
        case .malformedExtra: "the proof's extra data is not canonical base64"
        case .malformedIndex: "the proof has no index line with a canonical decimal"
        case .malformedHash(let number):
            "hash \(number) of the proof is not canonical base64 of 32 bytes"
        case .tooManyHashes: "the proof has more than \(TlogProof.maximumHashes) hashes"
        case .missingBlankLine: "the proof has no blank line before the checkpoint"
        case .malformedCheckpoint(let error):
            "the proof's checkpoint is not a signed note: \(error)"
        case .untrusted(let violation): "\(violation)"
        case .notIncluded(let error): "\(error)"
        }
    }
}
