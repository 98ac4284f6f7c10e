// SPDX-License-Identifier: Apache-2.0

import Logging
import ServiceLifecycle
import TransparencyLog
import Vault

/// Shows the newest checkpoint to the witnesses, and serves and keeps what they cosign.
///
/// Each witness has a task of its own: one that is slow, silent or lies holds up nobody, least of all the
/// sequencer, which knows nothing of them. What a witness says is believed in one thing only: its
/// cosignature, once it verifies. But where it says that it knows another tree, signing stops: it may lie,
/// and then it costs a vault its time; if it does not, every further signature would be on a fork.
struct WitnessPublisher: Service {
    let witnesses: WitnessSet
    let vault: OpenVault
    let interval: Duration
    let refresh: Duration
    let metrics: Metrics
    let logger: Logger

    private var published: PublishedHead { vault.log.published }
    private var logKeys: LogKeys? { published.state.logKeys }
    private var cosigned: Cosigned { Cosigned(store: vault.store) }

    // MARK: Before anything is signed

    /// Asks every witness whether it knows more than the lock; one that does not answer is passed over.
    ///
    /// - Throws: ``StartError`` where one knows a larger or another tree.
    func checkBeforeSigning() async throws {
        try await restore()
        let note = published.signed
        let size = try Checkpoint(parsing: note.text).size
        try await withThrowingTaskGroup { group in
            for client in witnesses.clients {
                group.addTask { try await check(client, note, size) }
            }
            try await group.waitForAll()
        }
    }

    private func check(_ client: WitnessClient, _ note: SignedNote, _ size: UInt64) async throws {
        switch await submit(note, size, to: client, knownSize: 0) {
        case .success(.cosigned(let line, let time)):
            await take(line, at: time, by: client.key, of: note, size)
        case .success(.larger(let known)):
            throw StartError.witnessKnowsMore(name: client.key.name, size: known, lock: size)
        case .success(.forked(let known)):
            await keepFork(client, note, knownSize: known)
            throw StartError.witnessKnowsOther(name: client.key.name, size: known)
        case .success(.failed(let failure)):
            report(client, "\(failure)", "a witness did not say what it knows before signing")
        case .failure(let error):
            report(client, "\(type(of: error))", "a witness could not be asked before signing")
        }
    }

    /// Serves the cosignatures again that the head had before the daemon was stopped.
    private func restore() async throws {
        let note = published.signed
        let size = try Checkpoint(parsing: note.text).size
        for found in try await cosigned.newest(by: witnesses.keys, of: note, size: size) {
            published.add(found.signature, by: found.key, to: note)
        }
        count(size)
    }

    // MARK: While the vault is served

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                for client in witnesses.clients { group.addTask { await follow(client) } }
            }
            // A fork ends all of it, but not the vault: it can still be read.
            while !Task.isCancelled { try await Task.sleep(for: .seconds(3600)) }
        }
        await witnesses.close()
    }

    /// Shows one witness every newest checkpoint, at most one in an interval, until a fork is found.
    private func follow(_ client: WitnessClient) async {
        var known: (size: UInt64, at: ContinuousClock.Instant)?
        var pause = interval
        var isAnswering = true
        while !Task.isCancelled, await !vault.sequencer.isHalted {
            let note = published.signed
            guard let size = try? Checkpoint(parsing: note.text).size else { return }
            if let known, known.size == size, .now - known.at < refresh {
                try? await Task.sleep(for: interval)
                continue
            }
            switch await submit(note, size, to: client, knownSize: known?.size ?? 0) {
            case .success(.cosigned(let line, let time)):
                await take(line, at: time, by: client.key, of: note, size)
                known = (size, .now)
                pause = interval
                if !isAnswering { logger.notice("a witness answers again", metadata: name(client)) }
                isAnswering = true
            case .success(.forked(let known)):
                await vault.sequencer.halt()
                await keepFork(client, note, knownSize: known)
            case .success(.larger(let known)):
                // Nobody but this daemon may have signed that; a mere claim costs nothing here.
                let shown = await shown(by: client).flatMap(signedCheckpoint)
                if let shown, shown.size > size {
                    await vault.sequencer.halt()
                    await keepFork(client, note, knownSize: known)
                } else {
                    fail("it says that it knows size \(known)")
                }
            case .success(.failed(let failure)):
                fail("\(failure)")
            case .failure(let error):
                fail("\(type(of: error))")
            }
            func fail(_ reason: String) {
                guard !Task.isCancelled else { return }
                if isAnswering { report(client, reason, "a witness does not cosign") }
                isAnswering = false
                // Whatever it knew, it may have forgotten.
                known = nil
                pause = min(pause * 2, .seconds(60))
                metrics.witnessFailures.add()
            }
            try? await Task.sleep(for: pause)
        }
    }

    // MARK: One checkpoint, one witness

    private func submit(
        _ note: SignedNote,
        _ size: UInt64,
        to client: WitnessClient,
        knownSize: UInt64
    ) async -> Result<CheckpointSubmission.Outcome, any Error> {
        var submission = CheckpointSubmission(
            of: note,
            size: size,
            to: client.key,
            knownSize: knownSize
        )
        do {
            while true {
                let oldSize = submission.oldSize
                let request = try AddCheckpointRequest(
                    oldSize: oldSize,
                    proof: try await vault.log.log.consistency(from: oldSize, to: size),
                    note: note
                )
                let answer = try await client.send(request)
                if let outcome = submission.receive(answer) { return .success(outcome) }
            }
        } catch {
            return .failure(error)
        }
    }

    private func take(
        _ line: NoteSignature,
        at time: UInt64,
        by key: VerifierKey,
        of note: SignedNote,
        _ size: UInt64
    ) async {
        do {
            try await cosigned.keep(line, at: time, by: key, of: note, size: size)
        } catch {
            logger.error("a cosignature was not kept", metadata: ["reason": "\(error)"])
        }
        published.add(line, by: key, to: note)
        metrics.cosignatures.add()
        count(size)
    }

    /// Counts the head as witnessed where it meets the quorum of the policy.
    private func count(_ size: UInt64) {
        guard let policy = logKeys.flatMap(witnesses.policy),
            (try? policy.verify(published.note))?.checkpoint.size == size
        else { return }
        metrics.witnessed.set(Int(clamping: size))
    }

    // MARK: Forks

    /// Keeps our note and what the witness shows, and says so.
    private func keepFork(_ client: WitnessClient, _ note: SignedNote, knownSize: UInt64) async {
        var notes = [note.bytes]
        if let own = try? await vault.store.bytes(of: .publishedCheckpoint(size: knownSize)) {
            notes.append(own)
        }
        let shown = await shown(by: client)
        if let shown { notes.append(shown) }
        let isSigned = shown.flatMap(signedCheckpoint) != nil
        do {
            try await cosigned.keepFork(at: knownSize, notes)
        } catch {
            logger.critical("the notes of a fork were not kept", metadata: ["reason": "\(error)"])
        }
        var metadata = name(client)
        metadata["size"] = "\(knownSize)"
        metadata["signed-by-this-log"] = "\(isSigned)"
        logger.critical(
            "a witness knows another tree of this log: nothing is signed any more; see forks/",
            metadata: metadata
        )
    }

    /// What a witness shows as the checkpoint that it cosigned last, be it whatever it is.
    private func shown(by client: WitnessClient) async -> [UInt8]? {
        guard let origin = logKeys?.origin,
            let answer = try? await client.latest(of: origin), answer.status == 200
        else { return nil }
        return answer.body
    }

    /// The checkpoint in a note that a key of this log has signed, whichever.
    private func signedCheckpoint(_ bytes: [UInt8]) -> Checkpoint? {
        guard let note = try? SignedNote(parsing: bytes),
            (try? note.verified(by: logKeys?.terms.map(\.key) ?? [])) != nil
        else { return nil }
        return try? Checkpoint(parsing: note.text)
    }

    private func report(_ client: WitnessClient, _ reason: String, _ message: Logger.Message) {
        var metadata = name(client)
        metadata["reason"] = "\(reason)"
        logger.warning(message, metadata: metadata)
    }

    private func name(_ client: WitnessClient) -> Logger.Metadata {
        ["witness": "\(client.key.name)"]
    }
}
