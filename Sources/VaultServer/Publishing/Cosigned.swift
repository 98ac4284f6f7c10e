// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog

/// The history of cosignatures, beside the checkpoints that they are of.
///
/// Each is an object of its own, the checkpoint with the log's lines and the one of the witness, so that
/// it says all by itself and nothing is ever replaced.
struct Cosigned: Sendable {
    let store: any ObjectStore

    /// Keeps a cosignature, durably.
    func keep(
        _ line: NoteSignature,
        at time: UInt64,
        by key: VerifierKey,
        of note: SignedNote,
        size: UInt64
    ) async throws(StorageError) {
        guard let cosigned = try? note.adding([line]) else { return }
        try await store.create(
            .cosigned(size: size, witness: Self.name(of: key), time: time),
            cosigned.bytes
        )
    }

    /// The newest cosignature of each key for a checkpoint, as far as they verify.
    func newest(
        by keys: [VerifierKey],
        of note: SignedNote,
        size: UInt64
    ) async throws(StorageError) -> [VerifiedSignature] {
        var newest: [Hash: (time: UInt64, object: StorageKey)] = [:]
        for object in try await store.list(.cosigned(thousand: size / 1000)) {
            guard case .cosigned(size, let witness, let time) = object.key,
                time >= newest[witness]?.time ?? 0
            else { continue }
            newest[witness] = (time, object.key)
        }
        var found: [VerifiedSignature] = []
        for key in keys {
            guard let object = newest[Self.name(of: key)]?.object else { continue }
            let stored = try? SignedNote(parsing: try await store.bytes(of: object))
            guard let stored, stored.text == note.text,
                let signature = try? stored.verified(by: [key]).first
            else { continue }
            found.append(signature)
        }
        return found
    }

    /// A checkpoint with the first cosignature that each witness gave it, which shows earliest that it was
    /// there.
    ///
    /// Forms that cannot be read are left out; no signature is judged.
    func first(
        of note: [UInt8],
        among forms: [StorageKey]
    ) async throws(StorageError) -> [UInt8] {
        var first: [Hash: (time: UInt64, object: StorageKey)] = [:]
        for form in forms {
            guard case .cosigned(_, let witness, let time) = form,
                time < first[witness]?.time ?? .max
            else { continue }
            first[witness] = (time, form)
        }
        guard !first.isEmpty, var merged = try? SignedNote(parsing: note) else { return note }
        for (_, found) in first.sorted(by: { $0.key < $1.key }) {
            let stored = try? SignedNote(parsing: try await store.bytes(of: found.object))
            guard let stored, stored.text == merged.text,
                let more = try? merged.adding(stored.signatures)
            else { continue }
            merged = more
        }
        return merged.bytes
    }

    /// Keeps what is held against each other: nothing here is believed, it is for people to look at.
    func keepFork(at size: UInt64, _ notes: [[UInt8]]) async throws(StorageError) {
        for note in notes { try await store.create(.fork(size: size, Hash(hashing: note)), note) }
    }

    /// Whether a fork was ever found.
    func hasFork() async throws(StorageError) -> Bool { try await !store.list(.forks).isEmpty }

    private static func name(of key: VerifierKey) -> Hash { Hash(hashing: key.text.utf8) }
}
