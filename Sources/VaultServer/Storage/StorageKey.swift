// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import TransparencyLog
public import Vault

/// The name of one stored thing; every path of a vault is computed in this file.
///
/// A key is built from numbers and hashes only, never from text that came from outside, so a hostile
/// path cannot be spelled. See the article <doc:Storage> for the whole layout.
public enum StorageKey: Hashable, Sendable {
    /// The newest published checkpoint: the one object that is replaced, and only by a larger one.
    case checkpoint
    /// The checkpoint that was published at a tree size, kept for ever.
    case publishedCheckpoint(size: UInt64)
    /// All new tiles and bundles of the round that leads to a tree size and root.
    case staging(size: UInt64, root: Hash)
    /// A hash tile (c2sp.org/tlog-tiles).
    case tile(TilePath)
    /// A bundle of log entries (c2sp.org/tlog-tiles).
    case entries(EntryBundlePath)
    /// A published checkpoint with the cosignature that a witness, named by the SHA-256 of its vkey, made
    /// at a time in seconds since 1970.
    case cosigned(size: UInt64, witness: Hash, time: UInt64)
    /// A part of an authority's time-stamp; the authority is named by the SHA-256 of its URL.
    case timestamp(StampSubject, authority: Hash, StampPart)
    /// The list that a round of renewal stamps; rounds count from 1.
    case renewal(number: UInt64)
    /// What was held against each other when a witness knew another tree of a size, by its SHA-256.
    case fork(size: UInt64, Hash)
    /// Something a member uploaded, named by the SHA-256 of its bytes.
    case content(ContentKind, Hash)
    /// A statement that waits for further signatures, by its id: the note that the proposer signed.
    case proposal(Hash)
    /// The signature line that a key put to a proposal.
    case approval(of: Hash, by: Fingerprint)
    /// The note by which a key rejected a proposal.
    case rejection(of: Hash, by: Fingerprint)

    /// Where the thing lies, relative to the vault's folder or bucket.
    public var path: String {
        switch self {
        case .checkpoint: "checkpoint"
        case .publishedCheckpoint(let size): "checkpoints/\(size / 1000)/\(size)"
        case .staging(let size, let root): "staging/\(size)-\(root.hex)"
        case .tile(let tile): tile.path
        case .entries(let bundle): bundle.path
        case .cosigned(let size, let witness, let time):
            "cosigned/\(size / 1000)/\(size)/\(witness.hex)-\(time)"
        case .timestamp(let subject, let authority, let part):
            "timestamps/\(subject.name).\(authority.hex).\(part.rawValue)"
        case .renewal(let number): "timestamps/renewal-\(number).txt"
        case .fork(let size, let hash): "forks/\(size)-\(hash.hex)"
        case .content(let kind, let hash):
            "\(kind.rawValue)/\(hash.hex.prefix(2))/\(hash.hex)"
        case .proposal(let id): "proposals/\(id.hex)/statement"
        case .approval(let id, let key): "proposals/\(id.hex)/\(key.hex).yes"
        case .rejection(let id, let key): "proposals/\(id.hex)/\(key.hex).no"
        }
    }

    /// Reads a path that ``path`` would have written; anything else gives `nil`.
    public init?(path: String) {
        guard let key = Self.parse(path), key.path == path else { return nil }
        self = key
    }

    private static func parse(_ path: String) -> StorageKey? {
        if path == "checkpoint" { return .checkpoint }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let folder = parts.first, let name = parts.last else { return nil }
        switch folder {
        case "tile":
            if let bundle = try? EntryBundlePath(parsing: path) { return .entries(bundle) }
            return (try? TilePath(parsing: path)).map { .tile($0) }
        case "checkpoints":
            return UInt64(name).map { .publishedCheckpoint(size: $0) }
        case "staging", "forks":
            let fields = name.split(separator: "-", omittingEmptySubsequences: false)
            guard fields.count == 2, let size = UInt64(fields[0]), let hash = Hash(hex: fields[1])
            else { return nil }
            return folder == "forks" ? .fork(size: size, hash) : .staging(size: size, root: hash)
        case "cosigned":
            let fields = name.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 4, let size = UInt64(parts[2]), fields.count == 2,
                let witness = Hash(hex: fields[0]), let time = UInt64(fields[1])
            else { return nil }
            return .cosigned(size: size, witness: witness, time: time)
        case "timestamps":
            let fields = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
            guard let subject = StampSubject(name: fields[0]) else { return nil }
            if fields.count == 2, case .renewal(let number) = subject {
                return .renewal(number: number)
            }
            guard fields.count == 3, let authority = Hash(hex: fields[1]),
                let part = StampPart(rawValue: String(fields[2]))
            else { return nil }
            return .timestamp(subject, authority: authority, part)
        case "proposals":
            guard parts.count == 3, let id = Hash(hex: String(parts[1])) else { return nil }
            if name == "statement" { return .proposal(id) }
            let fields = name.split(separator: ".", omittingEmptySubsequences: false)
            guard fields.count == 2, let key = Fingerprint(hex: String(fields[0])) else {
                return nil
            }
            return fields[1] == "yes" ? .approval(of: id, by: key) : .rejection(of: id, by: key)
        default:
            guard let kind = ContentKind(rawValue: String(folder)), let hash = Hash(hex: name)
            else { return nil }
            return .content(kind, hash)
        }
    }
}

extension StorageKey: CustomStringConvertible {
    /// The path.
    public var description: String { path }
}

/// What authorities stamp.
public enum StampSubject: Hashable, Sendable {
    /// The published checkpoint of a size and root, as it is stored.
    case checkpoint(size: UInt64, root: Hash)
    /// The list of a round of renewal.
    case renewal(number: UInt64)

    /// The beginning of the names of its time-stamps.
    fileprivate var name: String {
        switch self {
        case .checkpoint(let size, let root): "\(size)-\(root.hex)"
        case .renewal(let number): "renewal-\(number)"
        }
    }

    fileprivate init?(name: Substring) {
        let fields = name.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count == 2 else { return nil }
        if fields[0] == "renewal", let number = UInt64(fields[1]) {
            self = .renewal(number: number)
        } else if let size = UInt64(fields[0]), let root = Hash(hex: fields[1]) {
            self = .checkpoint(size: size, root: root)
        } else {
            return nil
        }
    }
}

/// What is kept of a time-stamp; the raw value ends the file's name.
public enum StampPart: String, Hashable, Sendable {
    /// The authority's whole answer.
    case token = "tsr"
    /// The certificates of its chain in PEM: the signer's first, the root last.
    case chain = "chain.pem"
    /// The revocation lists of that chain in PEM.
    case lists = "crls.pem"
    /// It is due and has not been made; the text is since when, in seconds since 1970.
    case due
}

/// The kinds of uploaded, content-addressed things; the raw value is the folder and the URL segment.
public enum ContentKind: String, CaseIterable, Hashable, Sendable {
    /// 4 MiB of an encrypted payload, or its shorter end.
    case segments
    /// A submission's record or its list of commitments.
    case records
    /// The age header of one object.
    case envelopes
    /// A case's private keys, sealed to its readers.
    case keyrings
    /// Envelopes that a rotation of a case's key sealed anew, many in one.
    case packs

    /// The largest size in bytes that is accepted.
    public var sizeLimit: Int {
        switch self {
        case .segments: 4 << 20
        case .records: 16 << 20
        case .envelopes: 64 << 10
        case .keyrings: 1 << 20
        case .packs: RewrapPack.maximumSize
        }
    }
}

/// A group of keys that can be listed.
public enum StoragePrefix: Hashable, Sendable {
    /// Staging objects.
    case staging
    /// Statements that wait for further signatures, and the answers to them.
    case proposals
    /// Published checkpoints of sizes from a thousand times this number on, below the next thousand.
    case checkpoints(thousand: UInt64)
    /// The cosigned forms of those checkpoints.
    case cosigned(thousand: UInt64)
    /// Time-stamps, those that are due, and the lists of renewals.
    case timestamps
    /// What was kept of forks.
    case forks
    /// The partial forms of one hash tile.
    case partialTiles(of: TilePath)
    /// The partial forms of one entry bundle.
    case partialEntries(of: EntryBundlePath)
    /// Uploaded things of one kind whose hash begins with a byte: a 256th part, so that a listing
    /// stays small.
    case content(ContentKind, firstByte: UInt8)

    /// The folder that holds them.
    public var path: String {
        switch self {
        case .staging: return "staging"
        case .proposals: return "proposals"
        case .checkpoints(let thousand): return "checkpoints/\(thousand)"
        case .cosigned(let thousand): return "cosigned/\(thousand)"
        case .timestamps: return "timestamps"
        case .forks: return "forks"
        case .partialTiles(let tile): return tile.path + ".p"
        case .partialEntries(let bundle): return bundle.path + ".p"
        case .content(let kind, let byte):
            let digits = String(byte, radix: 16)
            return "\(kind.rawValue)/\(digits.count == 1 ? "0" + digits : digits)"
        }
    }
}
