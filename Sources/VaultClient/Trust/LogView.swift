// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// The vault's public log, through one connection, judged by the known keys and the pinned origin.
struct LogView: Sendable {
    let connection: Connection
    let origin: String
    let keys: KnownLogKeys

    /// The checkpoint the vault shows now; nothing of it is checked yet.
    func newest() async throws -> SignedNote {
        let answer = try await connection.send(.open("/checkpoint"))
        return try note(answer.bytes)
    }

    /// The head that a checkpoint's signature vouches for.
    ///
    /// - Throws: ``ClientError`` `.untrusted`: another key signed, or it is another log's.
    func head(of note: SignedNote) throws -> Head {
        do throws(TrustPolicyViolation) {
            let checkpoint = try policy.verify(note).checkpoint
            return Head(size: checkpoint.size, root: checkpoint.root)
        } catch {
            throw ClientError.untrusted(error, keys: keys.value)
        }
    }

    /// Which checkpoints are believed: those that the key of their size signed.
    var policy: TrustPolicy { TrustPolicy(logs: keys.value.logs) }

    /// Shows from the public hash tiles that one head's log continues the other's.
    ///
    /// - Parameters:
    ///   - old: The smaller head, or one as large.
    ///   - new: The larger head.
    ///   - witness: Who saw the old head, for the message.
    /// - Throws: ``ClientError`` `.untrusted` where it does not, or where the vault keeps back the
    ///   tiles that would show it.
    func requireConsistency(
        from old: Head,
        to new: Head,
        seenBy witness: String = "this device"
    ) async throws {
        precondition(old.size <= new.size, "the older head comes first")
        guard old.size > 0 else { return }
        do {
            if old == new { return }
            var tree = TiledTree(size: new.size)
            try await tree.load(tree.missingTiles(forConsistencyFrom: old.size), reading: tile)
            let proof = try tree.consistencyProof(from: old.size)
            try proof.verify(oldRoot: old.root, newRoot: new.root)
        } catch let error as ClientError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ClientError.untrusted(
                "the log was forked: the one shown now, with \(new.size) entries (root "
                    + "\(new.root.hex)), does not continue the one \(witness) saw, with "
                    + "\(old.size) entries (root \(old.root.hex))"
            )
        }
    }

    /// Shows that an entry with this leaf hash stands at an index of a head's log.
    @discardableResult
    func requireInclusion(
        of leaf: Hash,
        at index: UInt64,
        in head: Head
    ) async throws -> InclusionProof {
        do {
            var tree = TiledTree(size: head.size)
            try await tree.load(tree.missingTiles(forInclusionOf: index), reading: tile)
            let proof = try tree.inclusionProof(of: index)
            try proof.verify(leaf: leaf, root: head.root)
            return proof
        } catch let error as ClientError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ClientError.untrusted(
                "entry \(index) of the log is not the one that was expected, with leaf hash \(leaf.hex)"
            )
        }
    }

    /// A hash tile; where a partial one is gone, the full one that replaced it.
    func tile(_ path: TilePath) async throws -> [UInt8] {
        for candidate in path.isPartial ? [path, path.full] : [path] {
            let answer = try await connection.send(.open("/" + candidate.path), allowsMissing: true)
            if answer.status == 200 {
                return answer.bytes
            }
        }
        throw ClientError.untrusted(
            "the vault keeps back \(path.path), a tile that its own checkpoint implies"
        )
    }

    private func note(_ bytes: [UInt8]) throws -> SignedNote {
        do {
            return try SignedNote(parsing: bytes)
        } catch {
            throw ClientError.untrusted("the vault's checkpoint is not a signed note: \(error)")
        }
    }
}

/// A log's size and root: what a checkpoint vouches for.
struct Head: Codable, Hashable, Sendable {
    /// Entries.
    let size: UInt64
    let root: Hash

    init(size: UInt64, root: Hash) {
        self.size = size
        self.root = root
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        size = try container.decode(UInt64.self, forKey: .size)
        guard let root = Hash(hex: try container.decode(String.self, forKey: .root)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .root,
                in: container,
                debugDescription: "not a hash"
            )
        }
        self.root = root
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(size, forKey: .size)
        try container.encode(root.hex, forKey: .root)
    }

    private enum CodingKeys: String, CodingKey { case size, root }
}
