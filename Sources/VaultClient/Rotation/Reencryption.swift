// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Encodings
import Evidence
import NIOCore
import Sealing
import TransparencyLog
import Vault

/// One submission on its way to a record that takes the place of its own.
///
/// Payloads come from the vault, are opened in memory, sealed under new file keys and go back, a few
/// segments at a time. Each object's plaintext must be the one that the manifest names before the
/// statement is signed. Killed anywhere, the journal says where to go on.
struct Reencryption {
    let reading: CaseReading
    let submission: CaseView.Submitted
    let reason: ReencryptReason
    /// Told the bytes of payload that are done, of all.
    let progress: @Sendable (UInt64, UInt64) -> Void

    private var session: VaultSession { reading.session }
    private var view: CaseView { reading.view }

    /// Does what is left to do.
    ///
    /// - Returns: The entry, its receipt checked.
    /// - Throws: ``ClientError``; `.failed` where what is there is not what was submitted.
    func run() async throws -> LoggedEntry {
        let record = submission.record
        let access = try await reading.access(.all, for: "reencrypt", records: [record])
        guard let released = access[record] else { preconditionFailure("the access names it") }
        let opened = try await reading.opened(submission, access, takesAnyKey: takesAnyKey)
        guard !submission.isErased(opened.record.objects[0].id) else {
            throw ClientError(.failed, "its manifest was erased: nothing says what is in it")
        }
        let job = try await job()
        do {
            let statement = try await statement(job, opened, released)
            return try await session.post(statement)
        } catch let error as ClientError where error.problem == .missing {
            // It rested for so long that the vault collected what no statement named.
            try await job.record(.restarted)
            return try await session.post(try await statement(job, opened, released))
        }
    }

    /// Only what does not open otherwise is opened with whatever key its envelope holds.
    private var takesAnyKey: Bool { reason == .commitment }

    /// Removes every trace of a record's sealing anew from this device.
    static func wipe(_ record: Hash, _ session: VaultSession) throws {
        let outbox = outbox(session)
        let name = name(of: record)
        if outbox.ids.contains(name) { try outbox.discard(name) }
    }

    private static func outbox(_ session: VaultSession) -> Outbox {
        Outbox(folder: session.home.reencryptions, identity: session.identity)
    }

    /// Not the record: who finds the device locked does not read from it which one it was.
    private static func name(of record: Hash) -> String {
        String(Hash(hashing: Array("saksi/v1 reencryption of \(record.hex)".utf8)).hex.prefix(16))
    }

    /// The job that is under way, or a new one, sealing to the case's key of now.
    private func job() async throws -> OutboxJob {
        let outbox = Self.outbox(session)
        let name = Self.name(of: submission.record)
        // What it takes in lies in the vault: its plan has no files.
        var plan = SubmissionPlan(
            caseID: view.id.hex,
            created: UTCTime(seconds: VaultClock.deviceTime).text,
            consent: [],
            items: []
        )
        plan.epoch = view.epoch
        plan.recipient = view.recipient
        guard outbox.ids.contains(name), let job = try await outbox.open(name) else {
            return try await outbox.start(plan, as: name)
        }
        if job.state.plan?.recipient != plan.recipient { try await job.record(.plan(plan)) }
        return job
    }

    private func statement(
        _ job: OutboxJob,
        _ opened: OpenedSubmission,
        _ access: Hash
    ) async throws -> SignedStatement {
        if let note = job.state.statement {
            return try SignedStatement(parsing: Array(note.utf8))
        }
        let kept = opened.record.objects.indices.dropFirst().filter {
            !submission.isErased(opened.record.objects[$0].id)
        }
        let upload = SubmissionUpload(
            sender: SubmissionSender(
                connection: session.connection,
                signer: session.signer,
                journal: job.journal,
                progress: SubmissionProgress(
                    total: kept.reduce(0) { $0 + opened.record.objects[$1].payloadSize },
                    report: progress
                )
            ),
            job: job,
            recipient: try HybridRecipient(parsing: view.recipient)
        )
        try await seal(kept.filter { job.state.objects[$0] == nil }, of: opened, access, upload)
        try requireCommitted(kept, of: opened, job)
        let manifest = try Manifest(
            sealingAnew: opened.manifest,
            of: opened.record,
            epoch: view.epoch
        )
        try await upload.send([0]) { _ in .bytes(manifest.bytes) }
        let record = try SubmissionRecord(
            caseID: view.id,
            epoch: view.epoch,
            commitments: opened.record.commitments,
            // What was erased stands there as it was.
            objects: try opened.record.objects.enumerated().map { number, object in
                try job.state.objects[number]?.description ?? object
            }
        )
        let act = Reencrypt(
            caseID: view.id,
            epoch: view.epoch,
            replacing: submission.record,
            by: try await session.upload(.records, record.bytes),
            reason: reason
        )
        let statement = try await session.sign(.reencrypt(act))
        let note = String(decoding: statement.note.bytes, as: UTF8.self)
        try await job.record(.statement(note: note))
        return statement
    }

    /// Makes sure that what was sealed is, to the byte, what was submitted.
    private func requireCommitted(
        _ numbers: [Int],
        of opened: OpenedSubmission,
        _ job: OutboxJob
    ) throws {
        for number in numbers {
            let item = opened.manifest.items[number - 1]
            guard let sealed = job.state.objects[number], sealed.size == item.size,
                sealed.sha256 == item.sha256.hex
            else { throw notCommitted(number) }
        }
    }

    private func notCommitted(_ number: Int) -> ClientError {
        ClientError(.failed, "the plaintext of item \(number) is not the one that was submitted")
    }

    /// Opens objects and seals them anew, one beside the other.
    private func seal(
        _ numbers: [Int],
        of opened: OpenedSubmission,
        _ access: Hash,
        _ upload: SubmissionUpload
    ) async throws {
        let pipes = numbers.map { number in
            let item = opened.manifest.items[number - 1]
            return PlaintextPipe(sha256: item.sha256, size: item.size)
        }
        let piped = Dictionary(zip(numbers, pipes), uniquingKeysWith: { first, _ in first })
        async let feeding: Void = feed(numbers, of: opened, access, pipes)
        do {
            try await upload.send(numbers) { number in
                guard let pipe = piped[number] else { throw JournalEntry.damage }
                return .pipe(pipe)
            }
        } catch {
            for pipe in pipes { pipe.end() }
            // What came in too short did so because of what was found there: that says why.
            try await feeding
            throw error
        }
        try await feeding
    }

    /// Fetches and opens objects into their pipes, until all are through or nobody wants them.
    private func feed(
        _ numbers: [Int],
        of opened: OpenedSubmission,
        _ access: Hash,
        _ pipes: [PlaintextPipe]
    ) async throws {
        defer { for pipe in pipes { pipe.end() } }
        let isRewrapped = reading.isRewrapped(opened.record)
        let sources = numbers.map { number in
            ObjectDownload.Source(object: opened.record.objects[number], access: access)
        }
        var opener: ObjectOpener?
        do {
            try await reading.download(sources).forEach { piece in
                let item = opened.manifest.items[numbers[piece.source] - 1]
                let object = sources[piece.source].object
                if let envelope = piece.envelope {
                    opener = try object.judging(envelope, isRewrapped: isRewrapped) {
                        try ObjectOpener(
                            envelope: envelope,
                            description: object,
                            identities: reading.identities,
                            isRewrapped: isRewrapped,
                            takesAnyKey: takesAnyKey,
                            sha256: item.sha256,
                            size: item.size
                        )
                    }
                }
                var plaintext: [UInt8] = []
                plaintext.reserveCapacity(piece.segment.readableBytes)
                let digest = piece.digest
                try unsafe piece.segment.withUnsafeMutableReadableBytes { bytes in
                    try unsafe opener?.open(bytes, digest: digest) {
                        unsafe plaintext.append(contentsOf: $0)
                    }
                }
                guard await pipes[piece.source].put(plaintext) else { throw Unwanted() }
                guard piece.isLast, let whole = opener.take() else { return }
                try whole.finish()
                pipes[piece.source].end()
            }
        } catch is Unwanted {
            return
        } catch OpenError.sha256 {
            throw ClientError(
                .failed,
                "what its envelopes open to is not the plaintext that was submitted"
            )
        }
    }

    /// Nobody takes the plaintext any more.
    private struct Unwanted: Error {}
}
