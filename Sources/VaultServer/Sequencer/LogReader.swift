// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import TransparencyLog
public import Vault

/// The newest published head and the state there, shared by the sequencer and all readers.
final class PublishedHead: Sendable {
    private let value: Mutex<(note: SignedNote, state: VaultState)>

    init(note: SignedNote, state: VaultState) {
        value = Mutex((note, state))
    }

    var note: SignedNote { value.withLock { $0.note } }
    var state: VaultState { value.withLock { $0.state } }

    /// Called by the sequencer alone, with ever larger heads.
    func advance(to note: SignedNote, state: VaultState) {
        value.withLock { $0 = (note, state) }
    }
}

/// Serves the log: the newest checkpoint, tiles, bundles and receipts.
public struct LogReader: Sendable {
    let log: StoredLog
    let published: PublishedHead

    /// The newest checkpoint for which every write is done; never an older one than before.
    public var checkpoint: SignedNote { published.note }

    /// Reads a hash tile; a partial one is served for as long as the log lives.
    ///
    /// - Throws: ``StorageError`` with `missing` for a tile that the tree does not have.
    public func tile(_ path: TilePath) async throws(StorageError) -> [UInt8] {
        try await log.tile(path)
    }

    /// Reads an entry bundle; a partial one is served for as long as the log lives.
    ///
    /// - Throws: ``StorageError`` with `missing` for a bundle that the log does not have.
    public func bundle(_ path: EntryBundlePath) async throws(StorageError) -> [UInt8] {
        try await log.bundle(path).bytes
    }

    /// Reads an entry.
    ///
    /// - Throws: ``StorageError`` with `missing` for an index that is not in the published tree.
    public func entry(at index: UInt64) async throws(StorageError) -> Entry {
        let bytes = try await log.entry(index, size: try head().size)
        do {
            return try Entry(parsing: bytes)
        } catch {
            throw StorageError(.damaged, path: "entry \(index)", detail: "\(error)")
        }
    }

    /// Makes a receipt for an entry, at the newest checkpoint.
    ///
    /// - Throws: ``StorageError`` with `missing` for an index that is not in the published tree.
    public func receipt(for index: UInt64) async throws(StorageError) -> TlogProof {
        let note = published.note
        let head = try head(note)
        let entry = try await log.entry(index, size: head.size)
        do throws(ProvingError) {
            return try await log.prove(index, entry, in: head, note: note).receipt
        } catch {
            switch error {
            case .storage(let error): throw error
            case .unprovable:
                throw StorageError(.damaged, path: "entry \(index)", detail: "not in the tree")
            }
        }
    }

    func head(_ note: SignedNote? = nil) throws(StorageError) -> Checkpoint {
        do {
            return try Checkpoint(parsing: (note ?? published.note).text)
        } catch {
            throw .damaged(.checkpoint, "\(error)")
        }
    }
}
