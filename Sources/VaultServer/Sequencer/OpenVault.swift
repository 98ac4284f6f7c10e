// SPDX-License-Identifier: Apache-2.0

public import Logging
public import TransparencyLog
public import Vault

/// A vault that is open: its one writer and all that reads it.
public struct OpenVault: Sendable {
    /// Takes statements in.
    public let sequencer: Sequencer
    /// Serves checkpoints, tiles, entries and receipts.
    public let log: LogReader
    /// Finds statements, submissions and objects.
    public let index: VaultIndex
    /// Takes content in, and reads it.
    public let uploads: Uploads
    /// Statements that wait for further signatures.
    public let proposals: Proposals

    let store: WatchedStore

    /// The fold after the newest published entry.
    public var state: VaultState { log.published.state }

    /// Whether statements and uploads that are sent now may be taken in.
    ///
    /// No while the vault stops, while a round cannot be written to its end, and after a write that the
    /// store could not make, until it can again.
    public var isReady: Bool {
        get async {
            guard await sequencer.isReady else { return false }
            return await store.isWritable()
        }
    }

    /// How a vault is opened.
    public struct Options: Sendable {
        /// How the sequencer batches.
        public var sequencer = SequencerOptions()
        /// How many bytes a member may have uploaded that no logged statement names yet.
        public var quota: UInt64 = 200 << 30

        /// The defaults.
        public init() {}
    }

    /// Makes a vault, with its genesis as the first entry.
    ///
    /// - Parameters:
    ///   - engine: Empty storage.
    ///   - indexPath: Where the index is made; a file that is there is replaced.
    ///   - signer: The log's key; its name is the origin.
    ///   - genesis: The signed genesis statement.
    ///   - logger: Told of errors.
    ///   - now: The time of day.
    /// - Returns: The genesis entry's receipt.
    /// - Throws: ``OpeningError``; `exists` where there is a lock already.
    public static func create(
        in engine: StorageEngine,
        index indexPath: String,
        signer: NoteSigner,
        genesis: SignedStatement,
        logger: Logger,
        now: @escaping @Sendable () -> UTCTime
    ) async throws(OpeningError) -> TlogProof {
        let index: VaultIndex
        do {
            // A checkpoint without a lock is a vault whose lock was lost, not a place for a new one.
            guard try await engine.lock.read() == nil,
                try await engine.store.size(of: .checkpoint) == nil
            else { throw OpeningError.exists }
            try VaultIndex.remove(indexPath)
            index = try VaultIndex(at: indexPath)
        } catch let error as OpeningError {
            throw error
        } catch let error as StorageError {
            throw .storage(error)
        } catch {
            throw .index(IndexError(error))
        }
        let head = LogHead(
            state: VaultState(),
            edge: TreeEdge(),
            bundle: EntryBundle()
        )
        guard
            let empty = try? Checkpoint(
                origin: signer.verifierKey.name,
                size: 0,
                root: MerkleTree.emptyRoot
            ), let signature = try? signer.signature(over: empty.text),
            let note = try? SignedNote(text: empty.text, signatures: [signature])
        else { throw .genesis(.stopped) }
        let parts = Sequencer.Parts(
            engine: engine,
            index: index,
            signers: LogSigners(signer),
            options: SequencerOptions(),
            logger: logger,
            clock: VaultClock(now: now),
            published: PublishedHead(note: note, state: head.state)
        )
        let sequencer = Sequencer(parts, head: head, lock: nil)
        do {
            let receipt = try await sequencer.submit(genesis.note.bytes)
            await sequencer.stop()
            return receipt
        } catch {
            await sequencer.stop()
            throw .genesis(error)
        }
    }

    /// Opens a vault: verifies it, rolls it forward, takes it over and brings the index up to it.
    ///
    /// - Parameters:
    ///   - engine: Where the vault lives.
    ///   - indexPath: Where the index is; it is made again where it is missing or damaged.
    ///   - signers: The log's keys; their name is the origin.
    ///   - options: How to batch, and the quota.
    ///   - logger: Told what was repaired.
    ///   - now: The time of day.
    /// - Returns: The vault; it takes statements in until ``close()``.
    /// - Throws: ``OpeningError``; nothing was signed then. `missingLogKey` where the private key is not
    ///   held that the log says is in force.
    public static func open(
        _ engine: StorageEngine,
        index indexPath: String,
        signers: LogSigners,
        options: Options = Options(),
        logger: Logger,
        now: @escaping @Sendable () -> UTCTime
    ) async throws(OpeningError) -> OpenVault {
        let clock = VaultClock(now: now)
        let store = WatchedStore(engine.store, trialInterval: options.sequencer.retryAfter)
        let engine = StorageEngine(store: store, lock: engine.lock)
        let opened = try await Opening(
            writer: RoundWriter(engine: engine),
            keys: signers.verifierKeys,
            clock: clock,
            logger: logger
        ).open()
        let index: VaultIndex
        do { index = try VaultIndex(at: indexPath) } catch { throw .index(error) }
        let follower = IndexFollower(
            log: StoredLog(store: engine.store),
            index: index,
            head: opened.checkpoint,
            logger: logger
        )
        let state = try await follower.follow()
        try signers.require(state.logKeys, for: opened)
        let head = LogHead(state: state, edge: opened.edge, bundle: opened.bundle)
        let parts = Sequencer.Parts(
            engine: engine,
            index: index,
            signers: signers,
            options: options.sequencer,
            logger: logger,
            clock: clock,
            published: PublishedHead(note: opened.lock.note, state: state)
        )
        let proposals = Proposals(
            store: store,
            index: index,
            published: parts.published,
            rounding: options.sequencer.rounding,
            now: now
        )
        do { try await proposals.load(logger: logger) } catch { throw .storage(error) }
        return OpenVault(
            sequencer: Sequencer(parts, head: head, lock: opened.lock),
            log: LogReader(log: follower.log, published: parts.published),
            index: index,
            uploads: Uploads(store: store, index: index, quota: options.quota, now: now),
            proposals: proposals,
            store: store
        )
    }

    /// Finishes what was taken in and makes it durable; see ``Sequencer/stop()``.
    public func close() async {
        await sequencer.stop()
    }
}

extension Sequencer {
    /// What a sequencer works with.
    struct Parts: Sendable {
        let writer: RoundWriter
        let index: VaultIndex
        let signers: LogSigners
        let options: SequencerOptions
        let logger: Logger
        let clock: VaultClock
        let published: PublishedHead
        let admission: Admission

        init(
            engine: StorageEngine,
            index: VaultIndex,
            signers: LogSigners,
            options: SequencerOptions,
            logger: Logger,
            clock: VaultClock,
            published: PublishedHead
        ) {
            writer = RoundWriter(engine: engine)
            self.index = index
            self.signers = signers
            self.options = options
            self.logger = logger
            self.clock = clock
            self.published = published
            admission = Admission(
                store: engine.store,
                index: index,
                published: published,
                signers: signers,
                memory: BodyBudget(
                    capacity: options.poolMemory,
                    perHolder: .max,
                    patience: .zero
                ),
                retryAfter: options.retryAfter
            )
        }
    }
}
