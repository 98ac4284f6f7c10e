// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
import Foundation
import NIOCore
import TransparencyLog
public import Vault

extension VaultSession {
    /// Seals files to a case and submits them.
    ///
    /// Asked again for the same files, case and consent, it goes on with what is unfinished. When it
    /// returns, the receipt was checked and nothing on this device opens what was submitted.
    ///
    /// `progress` is told the bytes sent of the bytes to send, from any thread. After a
    /// ``ClientError`` `.network` the submission is in the outbox, to be resumed.
    public func submit(
        _ request: SubmissionRequest,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws -> SubmissionResult {
        // `submit * --testimony one-of-them` names one file twice and means it once.
        let others = request.files.filter { $0.absolute != request.testimony?.absolute }
        let files = others.map { ($0, PlannedItem.Role.file) }
        let testimony = request.testimony.map { [($0, PlannedItem.Role.testimony)] } ?? []
        try request.requireOneFile(of: files.count)
        let items = try PlannedItem.inspect(testimony + files, details: request.details)
        let id = try await resolve(request.caseName)
        var plan = SubmissionPlan(
            caseID: id.hex,
            created: UTCTime(seconds: VaultClock.deviceTime).text,
            consent: request.consent.map(\.rawValue).sorted(),
            consentFacts: request.consentFacts,
            items: items,
            derivation: request.derivation
        )
        let outbox = Outbox(home: home, identity: identity)
        if let job = try await outbox.find(plan) {
            try await requireOwner(of: job, request.owner)
            if let receipt = request.receipt, var plan = job.state.plan {
                plan.receiptPath = receipt
                if plan != job.state.plan { try await job.record(.plan(plan)) }
            }
            return try await finish(job, progress)
        }
        if let receipt = request.receipt, receipt.exists {
            throw ClientError(.failed, "\"\(receipt.text)\" exists already: nothing was submitted")
        }
        let view = try await openView(of: id)
        if let owner = request.owner { _ = try await trustOwner(owner, of: view) }
        plan.owner = try await comparedOwner(of: view).hex
        plan.receiptPath = request.receipt
        plan.epoch = view.epoch
        plan.recipient = view.recipient
        try await resolveOriginal(of: &plan, in: id)
        guard plan.items.allSatisfy(\.details.isSound) else {
            throw ClientError(
                .failed,
                "nothing was submitted: what is said of the files is empty, too long, of several lines, "
                    + "or does not fit together",
                hint:
                    "a text has 1 to \(FactText.maximumSize) bytes; whoever saw a page goes with a web "
                    + "capture, and a reviewer with an original"
            )
        }
        try await requireRoom(for: plan)
        let job = try await outbox.start(plan)
        return try await finish(job, progress)
    }

    /// Goes on with an unfinished submission; the receipt is written where it was asked for.
    ///
    /// Throws ``ClientError`` `.failed` where it is sealed for another owner than the one named, or
    /// than the one this device knows.
    public func resume(
        _ id: String,
        owner: Fingerprint? = nil,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws -> SubmissionResult {
        let outbox = Outbox(home: home, identity: identity)
        guard outbox.ids.contains(id), let job = try await outbox.open(id) else {
            throw ClientError(.failed, "there is no unfinished submission \"\(id)\"")
        }
        try await requireOwner(of: job, owner)
        return try await finish(job, progress)
    }

    /// The unfinished submissions of this device, the damaged ones among them.
    public func unfinished() -> [UnfinishedSubmission] {
        let outbox = Outbox(home: home, identity: identity)
        return outbox.ids.compactMap { id in
            guard let state = try? outbox.peek(id) else { return UnfinishedSubmission(damaged: id) }
            guard let plan = state.plan else { return nil }
            return UnfinishedSubmission(
                id: id,
                created: plan.created,
                caseID: plan.caseID,
                items: plan.items.count,
                bytes: plan.items.reduce(0) { $0 + $1.size },
                stored: state.objects.keys.count { $0 > 0 }
            )
        }
    }

    /// Gives up an unfinished submission, be it damaged, and wipes its keys.
    public func discard(_ id: String) throws {
        let outbox = Outbox(home: home, identity: identity)
        guard outbox.ids.contains(id) else {
            throw ClientError(.failed, "there is no unfinished submission \"\(id)\"")
        }
        try outbox.discard(id)
    }

    private func finish(
        _ job: OutboxJob,
        _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
    ) async throws -> SubmissionResult {
        let (logged, plan) = try await accepted(job, progress)
        if let receipt = plan.receiptPath { try keep(logged, at: receipt) }
        try job.wipe()
        guard case .submit(let submit) = logged.statement.act else {
            preconditionFailure("the receipt is for our statement")
        }
        return SubmissionResult(
            caseID: plan.caseID,
            items: plan.items.count,
            record: submit.record.hex,
            statement: logged.entry.signed.id.hex,
            index: logged.index,
            accepted: logged.entry.accepted.text,
            receiptFile: plan.receiptPath?.text
        )
    }

    /// Submits, and seals to the next key of the case where it changed meanwhile.
    private func accepted(
        _ job: OutboxJob,
        _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
    ) async throws -> (LoggedEntry, SubmissionPlan) {
        while true {
            guard var plan = job.state.plan else { preconditionFailure("an open job has a plan") }
            let submission = Submission(
                session: self,
                job: job,
                plan: plan,
                progress: SubmissionProgress(total: plan.sealedSize, report: progress)
            )
            do {
                return (try await tellingOfFreeze { try await submission.run() }, plan)
            } catch let error as ClientError where error.rule == .wrongEpoch {
                guard let id = CaseID(hex: plan.caseID) else { throw JournalEntry.damage }
                let view = try await openView(of: id)
                // A vault that only says so gets nothing anew; another owner is for a person to judge.
                _ = try await comparedOwner(of: view)
                guard view.epoch > plan.epoch, view.owner?.hex == plan.owner else { throw error }
                plan.epoch = view.epoch
                plan.recipient = view.recipient
                try await job.record(.plan(plan))
            }
        }
    }

    /// Writes a receipt, never over another file.
    ///
    /// The submission is still in the outbox when this fails, and gets its receipt when it is resumed.
    private func keep(_ logged: LoggedEntry, at path: FilePath) throws {
        if path.exists {
            // A process that was killed before it could tidy up has written it already.
            let bytes = try DurableFile.read(path, limit: 1 << 20)
            let found = bytes.flatMap { try? Receipt(parsing: $0) }
            if found.map({ (try? $0.verify(by: log.policy, for: logged.entry.signed)) != nil })
                == true
            {
                return
            }
            throw ClientError(
                .failed,
                "\"\(path.text)\" exists already: the submission was accepted, and its receipt is "
                    + "not written yet",
                hint: "move that file away and run `saksi outbox resume`"
            )
        }
        try DurableFile.create(logged.receipt, at: path)
    }

    /// What is sealed already cannot be sealed to another owner.
    private func requireOwner(of job: OutboxJob, _ named: Fingerprint?) async throws {
        guard let plan = job.state.plan else { preconditionFailure("an open job has a plan") }
        let known = await trust.state[plan.caseID]?.owner
        guard
            let wanted = [named?.hex, known].compactMap({ $0 }).first(where: { $0 != plan.owner })
        else { return }
        func grouped(_ hex: String) -> String { Fingerprint(parsing: hex)?.grouped ?? hex }
        throw ClientError(
            .failed,
            "the unfinished submission \(job.id) is sealed for another owner: got "
                + "\(grouped(plan.owner)), want \(grouped(wanted))",
            hint: "compare the fingerprint with the owner; drop this submission with `saksi outbox "
                + "discard \(job.id)` and submit again"
        )
    }

    /// What the log says of a case that is open to this device.
    func openView(of id: CaseID) async throws -> CaseView {
        do {
            return try await view(of: id)
        } catch let error as ClientError where error.problem == .notFound {
            throw ClientError(
                .refused,
                "case \(id.hex) is closed to this device, or there is no such case: nothing was "
                    + "submitted",
                hint: "ask the case's owner to let you in",
                problem: error.problem
            )
        }
    }

    /// Asks for the quota before a byte is read: a submission that cannot fit is refused at once.
    private func requireRoom(for plan: SubmissionPlan) async throws {
        let question = Request(path: "/v1/limits")
        let limits = try decode(Limits.self, await connection.send(question, as: signer))
        let room = limits.quota - min(limits.used, limits.quota)
        guard plan.sealedSize <= room else {
            throw ClientError(
                .refused,
                "too much for this device's quota: \(plan.sealedSize) bytes sealed, room for \(room)",
                hint: "submit less at a time, or ask an administrator for more room"
            )
        }
        guard plan.recordSize <= UInt64(SubmissionRecord.maximumSize) else {
            throw ClientError(
                .failed,
                "too much for one submission: its record would have \(plan.recordSize) bytes, and at "
                    + "most \(UInt64(SubmissionRecord.maximumSize)) are allowed",
                hint: "submit less at a time"
            )
        }
        guard plan.leafCount <= CommitmentList.maximumCount else {
            throw ClientError(
                .failed,
                "too much for one submission: got \(plan.leafCount) facts, and at most "
                    + "\(CommitmentList.maximumCount) are allowed",
                hint: "submit less at a time"
            )
        }
    }
}

private struct Limits: Decodable {
    let quota: UInt64
    let used: UInt64
}
