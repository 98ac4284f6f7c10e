// SPDX-License-Identifier: Apache-2.0

import Bulk
import Logging
public import TransparencyLog
import Vault

/// Why a vault was not opened, or not made.
public enum OpeningError: Error, Sendable {
    /// There is no lock: no vault was made here.
    case noVault
    /// There is a lock: a vault was made here before.
    case exists
    /// The lock is not one, or is not signed by this vault's key.
    case foreignLock(String)
    /// The private key that the log says is in force is not held.
    case missingLogKey(VerifierKey)
    /// The published checkpoint is newer than the lock: the lock, or the whole folder, is from an
    /// older backup. Signing on would fork the log.
    case rolledBack(published: UInt64, lock: UInt64)
    /// The published checkpoint and the lock have other roots for one size.
    case forked(size: UInt64)
    /// The stored tiles do not lead to the root in the lock.
    case damagedTree(String)
    /// Another process took the vault over in this very moment.
    case fenced
    /// The genesis statement was not accepted.
    case genesis(SubmissionError)
    /// The store failed.
    case storage(StorageError)
    /// The index failed.
    case index(IndexError)
    /// An entry of the log cannot be read or breaks a rule.
    case badEntry(UInt64, String)
}

extension OpeningError: CustomStringConvertible {
    /// The message a person reads.
    public var description: String {
        switch self {
        case .noVault: "there is no vault here"
        case .exists: "there is a vault here already"
        case .foreignLock(let reason): "the lock is not this vault's: \(reason)"
        case .missingLogKey(let key):
            "the private key of the log that is in force is not here: want that of \"\(key)\""
        case .rolledBack(let published, let lock):
            "the published checkpoint has \(published) entries, the lock \(lock): "
                + "the lock was restored from an older copy"
        case .forked(let size):
            "the published checkpoint and the lock differ in their roots at size \(size)"
        case .damagedTree(let reason): "the stored tree does not match the lock: \(reason)"
        case .fenced: "another process has just taken this vault over"
        case .genesis(let error): "the genesis statement was refused: \(error)"
        case .storage(let error): "\(error)"
        case .index(let error): "\(error)"
        case .badEntry(let index, let reason): "entry \(index): \(reason)"
        }
    }
}

/// Brings the stored log to the state that the lock says, before anything new is written.
///
/// The lock is the truth. The staging objects of committed rounds are followed back from it, and each
/// is written again by the very function that wrote it first; those of rounds that failed are
/// deleted. Then the right edge is read from the tiles and must have the lock's root.
struct Opening: Sendable {
    let writer: RoundWriter
    /// Public keys of the log, in force or not: the lock tells a vault from another's, no more.
    let keys: [VerifierKey]
    let clock: VaultClock
    let logger: Logger

    /// What an opened log begins with.
    struct Opened: Sendable {
        let lock: LockBody
        let checkpoint: Checkpoint
        let edge: TreeEdge
        let bundle: EntryBundle
    }

    private var store: any ObjectStore { writer.engine.store }
    private var log: StoredLog { StoredLog(store: store) }

    /// What was found and rolled forward, before anything was taken over.
    struct Recovered: Sendable {
        let lock: LockBody
        let checkpoint: Checkpoint
        let edge: TreeEdge
        let bundle: EntryBundle
        let rounds: [Settlement]
    }

    /// Verifies and rolls forward.
    ///
    /// Changes nothing that the lock has not committed.
    func recover() async throws(OpeningError) -> Recovered {
        let lock = try await readLock()
        let head = try checkpoint(of: lock.note)
        try await compareWithPublished(head)
        let rounds = try await rollForward(to: lock.note, head)
        let (edge, bundle) = try await readEdge(head)
        return Recovered(lock: lock, checkpoint: head, edge: edge, bundle: bundle, rounds: rounds)
    }

    /// The head that the lock holds, verified by its signature alone.
    func lockedHead() async throws(OpeningError) -> Checkpoint {
        try await checkpoint(of: readLock().note)
    }

    /// Verifies, rolls forward and takes over.
    func open() async throws(OpeningError) -> Opened {
        let found = try await recover()
        do {
            if found.rounds.isEmpty, try await !isPublished(found.lock.note, found.checkpoint) {
                try await writer.publish(
                    found.lock.note,
                    size: found.checkpoint.size,
                    repairing: true
                )
                try await store.synchronize()
            }
        } catch {
            throw .storage(error)
        }
        // From here on every older writer's swap fails.
        let lock = LockBody(after: found.lock, note: found.lock.note, token: clock.token())
        switch await writer.swap(found.lock, for: lock) {
        case .committed: break
        case .undecided(let error): throw .storage(error)
        case .fenced: throw .fenced
        }
        // So what is left in staging will never be committed.
        do {
            if !found.rounds.isEmpty { try await writer.settle(found.rounds) }
            for orphan in try await store.list(.staging) { try await store.delete(orphan.key) }
        } catch {
            throw .storage(error)
        }
        return Opened(
            lock: lock,
            checkpoint: found.checkpoint,
            edge: found.edge,
            bundle: found.bundle
        )
    }

    /// Whether both copies of the published checkpoint are what the lock holds.
    private func isPublished(
        _ note: SignedNote,
        _ head: Checkpoint
    ) async throws(StorageError) -> Bool {
        for key in [StorageKey.checkpoint, .publishedCheckpoint(size: head.size)] {
            do throws(StorageError) {
                guard try await store.bytes(of: key) == note.bytes else { return false }
            } catch  where error.code == .missing {
                return false
            }
        }
        return true
    }

    private func readLock() async throws(OpeningError) -> LockBody {
        let bytes: [UInt8]?
        do {
            bytes = try await writer.engine.lock.read()
        } catch {
            throw .storage(error)
        }
        guard let bytes else { throw .noVault }
        do {
            return try LockBody(parsing: bytes)
        } catch {
            throw .foreignLock("\(error)")
        }
    }

    /// A checkpoint of this vault's, by its signature.
    private func checkpoint(of note: SignedNote) throws(OpeningError) -> Checkpoint {
        do {
            let signed = try note.verified(by: keys)
            let checkpoint = try Checkpoint(parsing: note.text)
            guard signed.contains(where: { $0.key.name == checkpoint.origin }) else {
                throw OpeningError.foreignLock("its origin is \"\(checkpoint.origin)\"")
            }
            return checkpoint
        } catch let error as OpeningError {
            throw error
        } catch NoteError.noKnownSignature {
            let signers = note.signatures.map(\.signerName).joined(separator: ", ")
            throw .foreignLock("it is signed by \(signers), and that private key is not here")
        } catch {
            throw .foreignLock("\(error)")
        }
    }

    /// Refuses to go on when the world may have seen more than the lock knows.
    private func compareWithPublished(_ head: Checkpoint) async throws(OpeningError) {
        let bytes: [UInt8]
        do throws(StorageError) {
            bytes = try await store.bytes(of: .checkpoint)
        } catch  where error.code == .missing {
            return
        } catch {
            throw .storage(error)
        }
        // It is replaced without a sync, so a power cut may leave anything. What is not signed by
        // the vault's key says nothing, and is written again.
        guard let note = try? SignedNote(parsing: bytes), let published = try? checkpoint(of: note)
        else {
            logger.warning("the published checkpoint is damaged and is written again")
            return
        }
        guard published.size <= head.size else {
            throw .rolledBack(published: published.size, lock: head.size)
        }
        guard published.size < head.size || published.root == head.root else {
            throw .forked(size: head.size)
        }
    }

    /// Writes again what committed rounds may not have written, oldest first.
    private func rollForward(
        to last: SignedNote,
        _ head: Checkpoint
    ) async throws(OpeningError) -> [Settlement] {
        var rounds: [(staged: StagedRound, note: SignedNote, head: Checkpoint)] = []
        var next: (note: SignedNote, head: Checkpoint)? = (last, head)
        while let (note, head) = next, let staged = try await staged(head) {
            rounds.append((staged, note, head))
            next = nil
            if let note = staged.previous { next = (note, try checkpoint(of: note)) }
        }
        rounds.reverse()
        do {
            for round in rounds {
                try await writer.apply(
                    round.staged,
                    note: round.note,
                    size: round.head.size,
                    repairing: true
                )
            }
        } catch {
            throw .storage(error)
        }
        if !rounds.isEmpty {
            logger.notice("rolled forward", metadata: ["rounds": "\(rounds.count)"])
        }
        return rounds.map { Settlement(of: $0.staged, size: $0.head.size, root: $0.head.root) }
    }

    /// The staging object of a committed head; `nil` once it was settled.
    private func staged(_ head: Checkpoint) async throws(OpeningError) -> StagedRound? {
        let key = StorageKey.staging(size: head.size, root: head.root)
        let bytes: [UInt8]
        do throws(StorageError) {
            bytes = try await store.bytes(of: key)
        } catch  where error.code == .missing {
            return nil
        } catch {
            throw .storage(error)
        }
        do {
            return try StagedRound(parsing: bytes)
        } catch {
            // The tiles may be whole all the same; reading the edge will show.
            logger.error("\(key) is damaged", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    private func readEdge(
        _ head: Checkpoint
    ) async throws(OpeningError) -> (TreeEdge, EntryBundle) {
        do {
            let edge = try await TreeEdge(size: head.size) { try await log.tile($0) }
            guard edge.root == head.root else {
                throw OpeningError.damagedTree("its root is \(edge.root), not \(head.root)")
            }
            guard let path = EntryBundlePath(holding: head.size &- 1, inTreeOf: head.size) else {
                return (edge, EntryBundle())
            }
            let bundle = try await log.bundle(path)
            let tile = try TilePath(level: 0, index: path.index, width: path.width)
            guard try await Tile(tile, parsing: log.tile(tile)).hashes == bundle.leafHashes else {
                throw OpeningError.damagedTree("\(path) does not hash to \(tile)")
            }
            return (edge, path.isPartial ? bundle : EntryBundle())
        } catch let error as OpeningError {
            throw error
        } catch let error as StorageError where error.code != .missing && error.code != .damaged {
            throw .storage(error)
        } catch {
            throw .damagedTree("\(error)")
        }
    }
}

extension NoteSignature {
    /// The beginning of its key's vkey.
    fileprivate var signerName: String {
        let digits = String(keyID, radix: 16)
        return "\"\(name)+\(String(repeating: "0", count: 8 - digits.count))\(digits)\""
    }
}

extension LogSigners {
    /// Makes sure that the log can be signed on, and that whoever signed its head might.
    func require(_ keys: LogKeys?, for opened: Opening.Opened) throws(OpeningError) {
        guard let keys else { return }
        guard holds(keys.current) else { throw .missingLogKey(keys.current) }
        let key = keys.key(at: opened.checkpoint.size)
        guard (try? opened.lock.note.verified(by: [key])) != nil else {
            throw .foreignLock("the key in force, \"\(key)\", did not sign it")
        }
    }
}
