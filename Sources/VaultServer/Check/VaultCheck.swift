// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import Logging
import NIOCore
public import Timestamp
public import TransparencyLog
import Vault

/// Checks a whole vault, without its daemon: what is stored, whether it belongs together, and whether
/// it was allowed.
///
/// Bundles are hashed to tiles, tiles to every published checkpoint and to the lock; every signature is
/// verified and the fold replayed; every record, envelope, keyring and segment that an entry names is
/// looked for, by its size; the index must have come as far as the log, to the state of the replay. A
/// deep check also hashes all contents, and compares the whole index with one that is made from the
/// log. A check finishes what a crash interrupted, as a start would, and changes nothing else.
public struct VaultCheck: Sendable {
    let engine: StorageEngine
    /// Those whose private keys lie with the vault.
    let keys: [VerifierKey]
    let isDeep: Bool
    /// The roots of the configured authorities, by their names.
    let authorities: [Hash: CertificateFile]
    private let indexPath: String
    private let logger: Logger

    /// Prepares a check.
    ///
    /// - Parameters:
    ///   - engine: Where the vault lives.
    ///   - index: The path of the index.
    ///   - keys: The log's keys, of which one has signed the lock; the log says which, and the others.
    ///   - authorities: The roots of time-stamping authorities, by the SHA-256 of their URLs; the tokens of
    ///     others are held to the root that is stored with them.
    ///   - deep: Whether to hash all contents and compare the whole index.
    ///   - logger: Told what is repaired.
    public init(
        _ engine: StorageEngine,
        index: String,
        keys: [VerifierKey],
        authorities: [Hash: CertificateFile] = [:],
        deep: Bool,
        logger: Logger
    ) {
        self.engine = engine
        self.keys = keys
        self.authorities = authorities
        indexPath = index
        isDeep = deep
        self.logger = logger
    }

    var log: StoredLog { StoredLog(store: engine.store) }

    /// Runs the check.
    ///
    /// - Parameter rebuildIndex: Whether to make the index again from the log first.
    /// - Returns: The report; damage is in there and is not an error.
    /// - Throws: ``OpeningError`` when there is no vault, or its lock is not this vault's.
    public func run(rebuildIndex: Bool = false) async throws(OpeningError) -> CheckReport {
        var report = CheckReport(isDeep: isDeep)
        let (head, wasInterrupted) = try await recover(&report)
        let index = await IndexCheck(
            of: self,
            at: indexPath,
            head: head,
            rebuild: rebuildIndex,
            logger: logger,
            &report
        )
        var walk = LogWalk(check: self, head: head, keepingStateAt: index?.state?.size)
        await walk.run(&report)
        await checkTimestamps(&report)
        if isDeep { await checkAllContents(&report) }
        await index?.run(against: walk.keptState, mayLag: wasInterrupted, &report)
        return report
    }

    /// Finishes what a crash interrupted, and gives the head that the lock holds.
    private func recover(
        _ report: inout CheckReport
    ) async throws(OpeningError) -> (head: Checkpoint, wasInterrupted: Bool) {
        let opening = Opening(
            writer: RoundWriter(engine: engine),
            keys: keys,
            clock: VaultClock(now: { UTCTime(seconds: 0) }),
            logger: logger
        )
        do throws(OpeningError) {
            let found = try await opening.recover()
            // Where a crash came between, the rounds have just been written to their end.
            if found.rounds.isEmpty { await checkPublished(found.checkpoint, &report) }
            return (found.checkpoint, !found.rounds.isEmpty)
        } catch {
            let head = try await opening.lockedHead()
            switch error {
            case .rolledBack, .forked:
                report.add(
                    StorageKey.checkpoint.path,
                    expected: "no more than the lock has",
                    found: "\(error)"
                )
            case .damagedTree(let reason):
                report.add("tile", expected: "the tree that the lock signs", found: reason)
                await checkPublished(head, &report)
            default:
                throw error
            }
            return (head, false)
        }
    }

    /// Compares both copies of the newest checkpoint with the lock.
    private func checkPublished(_ head: Checkpoint, _ report: inout CheckReport) async {
        for key in [StorageKey.checkpoint, .publishedCheckpoint(size: head.size)] {
            await checkCheckpoint(key, by: keys, size: head.size, root: head.root, &report)
        }
    }

    /// Looks at a stored checkpoint: its signature, its size and its root.
    func checkCheckpoint(
        _ stored: StorageKey,
        by keys: [VerifierKey],
        size: UInt64,
        root: Hash,
        _ report: inout CheckReport
    ) async {
        do {
            let note = try SignedNote(parsing: await engine.store.bytes(of: stored))
            _ = try note.verified(by: keys)
            let checkpoint = try Checkpoint(parsing: note.text)
            report.checkpoints += 1
            guard checkpoint.size == size, checkpoint.root == root else {
                throw StorageError.damaged(
                    stored,
                    "size \(checkpoint.size), root \(checkpoint.root)"
                )
            }
        } catch {
            let expected = "a signed checkpoint of size \(size) with root \(root)"
            report.add(stored, expected: expected, found: error)
        }
    }

    /// Looks at one content: its size and, in a deep check, its hash.
    func checkContent(
        _ kind: ContentKind,
        _ hash: Hash,
        size: UInt64?,
        _ report: inout CheckReport
    ) async {
        let key = StorageKey.content(kind, hash)
        do {
            let stored = try await engine.store.size(of: key)
            guard let stored else { throw StorageError(.missing, path: key.path) }
            guard size == nil || stored == size else {
                throw StorageError.damaged(key, "\(stored) bytes, not \(size ?? 0)")
            }
            report.contents += 1
            report.contentBytes += stored
        } catch {
            report.add(key, expected: "what an entry names", found: error)
        }
    }

    /// Hashes everything that was uploaded, also what no entry names.
    private func checkAllContents(_ report: inout CheckReport) async {
        for kind in ContentKind.allCases {
            for byte in UInt8.min...UInt8.max {
                let prefix = StoragePrefix.content(kind, firstByte: byte)
                do {
                    for object in try await engine.store.list(prefix) {
                        await checkHash(of: object.key, &report)
                    }
                } catch {
                    report.add(prefix.path, expected: "a listing", found: "\(error)")
                }
            }
        }
    }

    private func checkHash(of key: StorageKey, _ report: inout CheckReport) async {
        guard case .content(_, let hash) = key else { return }
        do {
            let buffer = try await engine.store.read(key, nil)
            var hasher = SHA256Hasher()
            unsafe buffer.withUnsafeReadableBytes { unsafe hasher.update(raw: $0) }
            let got = hasher.finalize()
            guard got == hash else { throw StorageError.damaged(key, "SHA-256 \(got)") }
        } catch {
            report.add(key, expected: "bytes with this SHA-256", found: error)
        }
    }
}
