// SPDX-License-Identifier: Apache-2.0

import Bulk
import Logging
public import TransparencyLog
import Vault

/// Turns statements into entries: the only writer of the log, and the one actor that matters.
///
/// Group commit: rounds begin at least a short interval apart, so a lone statement does not wait for
/// company that is not coming; a full pool starts a round at once; one round is in flight, and the
/// pool is bounded. A round writes in this order. Beside each
/// write: what is on the disk when the process dies right after it, and what the next start does.
///
///     1 (memory) tiles and bundles built      nothing new                  nothing
///     2 create staging/<size>-<root>, synced  an orphan                    deletes it
///     3 swap the lock, synced: COMMITTED      staging, lock                repeats 4 and 5 from staging
///     4 create tiles, bundles,                some tiles, not synced,      the same; what an unsynced
///       checkpoints/<size>                    perhaps empty or torn        write left is replaced
///     5 replace checkpoint                    perhaps the one before       the same
///     6 prove the entries from stored tiles   as after 5                   the same
///     7 index, answer with receipts           the index may lag            indexes from the bundles
///     later: sync the file system             all of it, durable           the same, to no effect
///     later: delete staging, partial tiles    the log as it is kept        deletes what is left of them
///
/// A statement costs three syncs: two for staging (file and folder), one for the lock. A receipt is
/// given after 6, so it implies that the entry survives: staging and lock are durable since 3, and
/// staging is deleted only when all that came from it is.
///
/// - An error before 3 fails the round's statements; nothing was signed.
/// - An error at 3 has an unknown outcome. The lock is read again and its bytes compared. If it still
///   holds the old body, the very same swap is tried again, before anything else is signed: so two
///   roots are never signed for one size. If it holds anything else, another writer is at work and
///   the process ends.
/// - An error after 3 keeps the round, and the writes from 4 on are tried again before the next one.
///   Its statements are answered with the error; submitted again, they get their receipts.
/// - An fsync that fails ends the process at once (see ``DirectoryStore``).
public actor Sequencer {
    // These never change.
    nonisolated let admission: Admission
    nonisolated let published: PublishedHead
    nonisolated let index: VaultIndex
    nonisolated let writer: RoundWriter
    nonisolated let signers: LogSigners
    nonisolated let options: SequencerOptions
    nonisolated let logger: Logger
    nonisolated let clock: VaultClock

    // These are touched by the round in flight only, of which there is one at most.
    /// The log after the last committed entry.
    var head: LogHead
    /// What the register holds; `nil` before the first round of a new vault.
    var lock: LockBody?
    /// A signed round that is not wholly written yet.
    var unfinished: Unfinished?

    // These are touched by submissions, the timer and the end of a round, never across a wait.
    /// Statements that wait for the next round.
    private var pool: [Waiting] = []
    /// The round in flight.
    private var round: Task<Void, Never>?
    /// When the interval since the last round's begin is over.
    private var nextRound = ContinuousClock.now
    /// Runs until then, where statements wait.
    private var timer: Task<Void, Never>?
    private var isStopping = false
    /// Whether a signed round could not be written to its end, and is tried again.
    var isStuck = false

    /// Committed rounds whose tiles need not be durable yet, oldest first.
    ///
    /// Rounds append; the one
    /// settling task removes.
    var unsettled: [Settlement] = []
    private var settling: Task<Void, Never>?

    /// Why the process must end, once it must.
    private(set) var failure: SequencerFailure?
    /// Those who wait in ``run()``.
    private var watchers: [CheckedContinuation<Void, Never>] = []

    /// A statement and who waits for its receipt.
    struct Waiting {
        let candidate: Candidate
        let answer: CheckedContinuation<Result<LogProof, SubmissionError>, Never>
    }

    init(_ parts: Parts, head: LogHead, lock: LockBody?) {
        self.head = head
        self.lock = lock
        admission = parts.admission
        published = parts.published
        index = parts.index
        writer = parts.writer
        signers = parts.signers
        options = parts.options
        logger = parts.logger
        clock = parts.clock
    }

    /// Whether nothing is signed any more, since another tree of this log may exist.
    private(set) var isHalted = false

    /// Whether statements that are sent now may become entries, as far as the rounds tell.
    public var isReady: Bool { !isStopping && failure == nil && !isStuck && !isHalted }

    // MARK: Submitting

    /// Makes a statement an entry of the log, or finds the entry that it already is.
    ///
    /// - Parameter note: The signed statement.
    /// - Returns: Its receipt, for an entry that is durable and proved from the stored tiles.
    /// - Throws: ``SubmissionError``.
    @concurrent public nonisolated func submit(
        _ note: [UInt8]
    ) async throws(SubmissionError) -> TlogProof {
        // Signatures are checked here, on any core, and not in the actor.
        try await add(admission.admit(note)).get().receipt
    }

    func add(_ candidate: Candidate) async -> Result<LogProof, SubmissionError> {
        guard !isStopping, !isHalted, failure == nil else { return .failure(.stopped) }
        guard pool.count < options.poolLimit else {
            return .failure(.busy(retryAfter: options.retryAfter))
        }
        return await withCheckedContinuation { answer in
            pool.append(Waiting(candidate: candidate, answer: answer))
            schedule()
        }
    }

    // MARK: The timer

    /// Starts a round if one is due and none is in flight, or else the timer.
    private func schedule() {
        guard failure == nil else {
            answer(pool, .failure(.stopped))
            pool.removeAll()
            return
        }
        guard round == nil, !pool.isEmpty || unfinished != nil else { return }
        let now = ContinuousClock.now
        if now >= nextRound || pool.count >= options.flushCount {
            timer?.cancel()
            timer = nil
            nextRound = now + options.groupInterval
            let batch = pool
            pool.removeAll(keepingCapacity: true)
            round = Task {
                await run(batch)
                endRound()
            }
        } else if timer == nil {
            // Weak, so that a timer which was cancelled keeps nothing alive.
            timer = Task { [weak self, nextRound] in
                try? await Task.sleep(until: nextRound, clock: .continuous)
                guard !Task.isCancelled else { return }
                await self?.timeIsUp()
            }
        }
    }

    private func timeIsUp() {
        timer = nil
        schedule()
    }

    private func endRound() {
        round = nil
        if settling == nil, !unsettled.isEmpty, !isStopping {
            settling = Task { [interval = options.settleInterval] in
                if (try? await Task.sleep(for: interval)) != nil { await settle() }
                settling = nil
            }
        }
        schedule()
    }

    func answer(_ batch: [Waiting], _ result: Result<LogProof, SubmissionError>) {
        for waiting in batch { waiting.answer.resume(returning: result) }
    }

    // MARK: The end

    /// Returns after ``stop()``.
    ///
    /// - Throws: ``SequencerFailure`` when the process must end; nothing is taken in from then on.
    public func run() async throws(SequencerFailure) {
        if !isStopping, failure == nil {
            await withCheckedContinuation { watchers.append($0) }
        }
        if let failure { throw failure }
    }

    /// Takes in nothing more, finishes what was taken in, and makes it all durable.
    public func stop() async {
        isStopping = true
        nextRound = .now
        schedule()
        while let round { await round.value }
        // The last round may have started it again, for a round that could not be finished.
        timer?.cancel()
        settling?.cancel()
        await settling?.value
        await settle()
        try? await index.snapshot(head.state)
        release()
    }

    /// Signs nothing more, while everything can still be read: whoever finds out what happened needs it.
    ///
    /// A round that is signed is finished. The process goes on.
    func halt() {
        isHalted = true
        answer(pool, .failure(.stopped))
        pool.removeAll()
    }

    func fail(_ failure: SequencerFailure) {
        logger.critical("the log cannot be written", metadata: ["reason": "\(failure)"])
        self.failure = failure
        release()
    }

    private func release() {
        for watcher in watchers { watcher.resume() }
        watchers.removeAll()
    }
}
