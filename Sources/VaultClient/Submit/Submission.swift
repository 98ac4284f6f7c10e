// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Sealing
import TransparencyLog
import Vault

/// One submission from its journal to its checked receipt.
///
/// The order is the promise: files, manifest, commitments, record, each stored before the next is
/// made; then the statement, on the disk before it is posted; then the receipt. Killed anywhere, the
/// journal says where to go on.
struct Submission {
    let session: VaultSession
    let job: OutboxJob
    let plan: SubmissionPlan
    let progress: SubmissionProgress

    /// Does what is left to do.
    ///
    /// - Returns: The entry, its receipt checked.
    func run() async throws -> LoggedEntry {
        do {
            return try await session.post(try await statement())
        } catch let error as ClientError where error.problem == .missing {
            // It rested for so long that the vault collected what no statement named.
            try await job.record(.restarted)
            return try await session.post(try await statement())
        }
    }

    private func statement() async throws -> SignedStatement {
        if let note = job.state.statement {
            return try SignedStatement(parsing: Array(note.utf8))
        }
        guard let id = CaseID(hex: plan.caseID) else { throw JournalEntry.damage }
        let upload = SubmissionUpload(
            sender: SubmissionSender(
                connection: session.connection,
                signer: session.signer,
                journal: job.journal,
                progress: progress
            ),
            job: job,
            recipient: try HybridRecipient(parsing: plan.recipient)
        )
        try await sendFiles(upload)
        let manifest = try manifest(of: id)
        try await upload.send([0]) { _ in .bytes(manifest.bytes) }
        let commitments = try manifest.commitments(secrets: job.secrets)
        let record = try SubmissionRecord(
            caseID: id,
            epoch: plan.epoch,
            commitments: commitments.hash,
            objects: try (0...plan.items.count).map { try stored($0).description }
        )
        _ = try await session.upload(.records, commitments.bytes)
        _ = try await session.upload(.records, record.bytes)
        let statement = try await session.sign(
            .submit(
                Submit(
                    caseID: id,
                    epoch: plan.epoch,
                    record: record.hash,
                    commitments: commitments.hash,
                    classes: classes
                )
            )
        )
        let note = String(decoding: statement.note.bytes, as: UTF8.self)
        try await job.record(.statement(note: note))
        return statement
    }

    private func sendFiles(_ upload: SubmissionUpload) async throws {
        var reading: PlannedItem?
        do {
            try await upload.send(1...plan.items.count) { number in
                let item = plan.items[number - 1]
                reading = item
                return try item.content()
            }
        } catch SealError.source(.changed) {
            throw try reading?.changed ?? JournalEntry.damage
        } catch SealError.source(let error) {
            throw ClientError(.failed, "\"\(try reading?.filePath.text ?? "")\": \(error)")
        }
    }

    private func manifest(of id: CaseID) throws -> Manifest {
        guard let created = UTCTime(plan.created) else { throw JournalEntry.damage }
        return try Manifest(
            caseID: id,
            epoch: plan.epoch,
            created: created,
            consent: Set(classes),
            consentFacts: plan.consentFacts.map {
                ManifestFact(path: $0, value: .string($1))
            },
            items: try plan.items.indices.map { place in
                let item = plan.items[place]
                let stored = try stored(place + 1)
                guard let sha256 = Hash(hex: stored.sha256) else { throw JournalEntry.damage }
                let text = item.details.paragraphs.joined()
                guard text.isEmpty || Hash(hashing: Array(text.utf8)) == sha256 else {
                    throw try item.changed
                }
                return ManifestItem(
                    object: try stored.description.id,
                    sha256: sha256,
                    size: stored.size,
                    name: ItemName(try item.filePath.name),
                    type: item.type,
                    modified: UTCTime(seconds: item.modified),
                    role: item.role == .testimony ? .testimony : .file,
                    details: item.details
                )
            },
            secrets: job.secrets
        )
    }

    private func stored(_ number: Int) throws -> StoredObject {
        guard let object = job.state.objects[number] else { throw JournalEntry.damage }
        return object
    }

    private var classes: [ConsentClass] { plan.consent.compactMap(ConsentClass.init(rawValue:)) }
}
