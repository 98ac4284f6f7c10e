// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import TransparencyLog
public import Vault

/// The newest published head and the state there, shared by the sequencer and all readers.
final class PublishedHead: Sendable {
    private struct Head {
        /// As the lock holds it.
        let signed: SignedNote
        let state: VaultState
        /// The newest line of each witness.
        var cosignatures: [(key: VerifierKey, line: NoteSignature)] = []
        /// Both together.
        var note: SignedNote
    }

    private let value: Mutex<Head>

    init(note: SignedNote, state: VaultState) {
        value = Mutex(Head(signed: note, state: state, note: note))
    }

    /// The head with the cosignatures that it has by now.
    var note: SignedNote { value.withLock { $0.note } }
    /// The head as the log alone signed it.
    var signed: SignedNote { value.withLock { $0.signed } }
    var state: VaultState { value.withLock { $0.state } }

    /// Called by the sequencer alone, with ever larger heads.
    func advance(to note: SignedNote, state: VaultState) {
        value.withLock { $0 = Head(signed: note, state: state, note: note) }
    }

    /// Adds a cosignature that was verified, in place of an older one by the same key.
    ///
    /// Nothing changes where the note that was cosigned is the head no more.
    func add(_ line: NoteSignature, by key: VerifierKey, to note: SignedNote) {
        value.withLock { head in
            guard head.signed == note else { return }
            var lines = head.cosignatures
            if let place = lines.firstIndex(where: { $0.key == key }) {
                lines[place].line = line
            } else {
                lines.append((key, line))
            }
            // More lines than a note may have are left out.
            guard let merged = try? note.adding(lines.map(\.line)) else { return }
            head.cosignatures = lines
            head.note = merged
        }
    }
}

/// Serves the log: the newest checkpoint, tiles, bundles and receipts.
public struct LogReader: Sendable {
    let log: StoredLog
    let published: PublishedHead

    /// The newest checkpoint for which every write is done; never an older one than before.
    ///
    /// It carries the cosignatures that the log's witnesses have given it by now.
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
