// SPDX-License-Identifier: Apache-2.0

import Bulk
import Logging
import TransparencyLog
import Vault

/// A signed round, by how far it got.
enum Unfinished: Sendable {
    /// Its swap was not tried yet, or has an unknown outcome.
    case signed(Round, StagedRound, LockBody)
    /// It is committed, and is to be written and indexed.
    case committed(Round, StagedRound)
}

extension Sequencer {
    private nonisolated var stored: StoredLog { StoredLog(store: writer.engine.store) }

    /// One round, from the statements that waited to their receipts.
    func run(_ batch: [Waiting]) async {
        let started = ContinuousClock.now
        var waiting = batch
        var repeats: [(waiting: Waiting, leaf: UInt64)] = []
        do throws(SubmissionError) {
            _ = try await finish()
            var next = Round(after: head)
            repeats = try await append(&waiting, to: &next)
            if !next.leaves.isEmpty {
                let proofs = try await commit(next)
                answer(&waiting, proofs)
                options.observer?(proofs.count, head.edge.size, started.duration(to: .now))
            }
            let firsts = try await prove(repeats.map(\.leaf))
            waiting = repeats.map(\.waiting)
            repeats = []
            answer(&waiting, firsts)
            isStuck = false
        } catch {
            isStuck = unfinished != nil
            logger.error("a round failed", metadata: ["reason": "\(error)"])
            answer(waiting + repeats.map(\.waiting), .failure(error))
        }
    }

    private func answer(_ batch: inout [Waiting], _ proofs: [LogProof]) {
        for (waiting, proof) in zip(batch, proofs) {
            waiting.answer.resume(returning: .success(proof))
        }
        batch = []
    }

    /// Applies the statements in the order in which they came.
    ///
    /// Answers those that are refused. Leaves in `batch` those that became leaves of the round, in
    /// order, and gives those that are entries already, of the log or of this very round.
    private func append(
        _ batch: inout [Waiting],
        to next: inout Round
    ) async throws(SubmissionError) -> [(waiting: Waiting, leaf: UInt64)] {
        var facts: RoundFacts
        do {
            facts = try await index.facts(
                for: batch.map(\.candidate.statement.signed),
                before: head.edge.size
            )
        } catch {
            throw .index(error)
        }
        var accepted: [Waiting] = []
        var repeats: [(waiting: Waiting, leaf: UInt64)] = []
        let time = options.rounding.round(clock.now())
        for waiting in batch {
            if let leaf = facts.statementIndex(waiting.candidate.statement.signed.id) {
                repeats.append((waiting, leaf))
                continue
            }
            do {
                try next.append(waiting.candidate, at: time, facts: &facts)
                accepted.append(waiting)
            } catch {
                waiting.answer.resume(returning: .failure(.refused(error)))
            }
        }
        batch = accepted
        return repeats
    }

    /// Writes 1 to 3 and, through ``finish()``, the rest.
    private func commit(_ next: Round) async throws(SubmissionError) -> [LogProof] {
        var next = next
        let staged = next.stage(after: lock?.note)
        let edge = next.head.edge
        guard
            let checkpoint = try? Checkpoint(
                origin: signers.origin,
                size: edge.size,
                root: edge.root
            )
        else {
            fail(.unsigned)
            throw .stopped
        }
        do {
            try await writer.stage(staged, as: checkpoint)
        } catch {
            throw .storage(error)
        }
        guard !isHalted else { throw .stopped }
        // A key that one of these entries put in force signs already.
        guard let keys = next.head.state.logKeys, let note = signers.sign(checkpoint, by: keys)
        else {
            fail(.unsigned)
            throw .stopped
        }
        let body = LockBody(after: lock, note: note, token: clock.token())
        unfinished = .signed(next, staged, body)
        return try await finish()
    }

    /// Takes a signed round to its end, from wherever an error left it.
    ///
    /// - Returns: The proofs of its entries; none when there was no such round.
    private func finish() async throws(SubmissionError) -> [LogProof] {
        if case .signed(let round, let staged, let body) = unfinished {
            switch await writer.swap(lock, for: body) {
            case .committed:
                lock = body
                head = round.head
                unfinished = .committed(round, staged)
            case .undecided(let error):
                throw .storage(error)
            case .fenced:
                fail(.fenced)
                throw .stopped
            }
        }
        guard case .committed(let round, let staged) = unfinished, let note = lock?.note else {
            return []
        }
        let size = round.head.edge.size
        do {
            try await writer.apply(staged, note: note, size: size)
        } catch {
            throw .storage(error)
        }
        let proofs = try await prove(round.leaves.map { ($0.index, $0.bytes) })
        do {
            try await index.add(round.leaves.map(\.entry), size: size, root: round.head.edge.root)
            if size / 1024 != (size - UInt64(round.leaves.count)) / 1024 {
                try await index.snapshot(round.head.state)
            }
        } catch {
            throw .index(error)
        }
        unfinished = nil
        published.advance(to: note, state: round.head.state)
        unsettled.append(Settlement(of: staged, size: size, root: round.head.edge.root))
        return proofs
    }

    /// Write 6: proves entries from the stored tiles, at the committed head.
    private func prove(
        _ leaves: [(index: UInt64, bytes: [UInt8])]
    ) async throws(SubmissionError) -> [LogProof] {
        guard !leaves.isEmpty, let note = lock?.note else { return [] }
        let checkpoint: Checkpoint
        do {
            checkpoint = try Checkpoint(parsing: note.text)
        } catch {
            fail(.unsigned)
            throw .stopped
        }
        do throws(ProvingError) {
            return try await stored.prove(leaves, in: checkpoint, note: note)
        } catch {
            switch error {
            case .storage(let error): throw .storage(error)
            case .unprovable(let leaf):
                fail(.unprovable(leaf: leaf))
                throw .stopped
            }
        }
    }

    /// Proves entries that earlier rounds wrote.
    private func prove(_ leaves: [UInt64]) async throws(SubmissionError) -> [LogProof] {
        var entries: [(index: UInt64, bytes: [UInt8])] = []
        do {
            for leaf in leaves {
                entries.append((leaf, try await stored.entry(leaf, size: head.edge.size)))
            }
        } catch {
            throw .storage(error)
        }
        return try await prove(entries)
    }

    /// Makes the committed rounds durable and removes what they no longer need.
    func settle() async {
        let settled = unsettled
        guard !settled.isEmpty else { return }
        do {
            try await writer.settle(settled)
            unsettled.removeFirst(settled.count)
            try await index.mergeRecent()
        } catch {
            logger.error("rounds were not settled", metadata: ["reason": "\(error)"])
        }
    }
}
