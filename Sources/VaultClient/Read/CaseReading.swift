// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import NIOCore
import Sealing
import Secrets
import Vault

/// A reader at work on a case: what is in it, and the keys that open it.
struct CaseReading {
    /// Records in one access statement; an entry has at most 64 KiB.
    static let statementLimit = 500

    let session: VaultSession
    let view: CaseView
    /// The key of the case's epoch.
    let identities: [any Identity]

    /// Reads and judges the case, and opens its keyring.
    static func begin(_ session: VaultSession, _ id: CaseID) async throws -> CaseReading {
        let view = try await session.view(of: id)
        let keyring = try await session.keyring(of: view)
        return CaseReading(session: session, view: view, identities: keyring.identities)
    }

    /// Has an access logged, which releases what it names to this device for a day.
    ///
    /// - Returns: For each record, the statement that releases it.
    func access(
        _ scope: AccessScope,
        for purpose: String,
        records: [Hash],
        objects: [ObjectID] = []
    ) async throws -> [Hash: Hash] {
        var released: [Hash: Hash] = [:]
        for start in stride(from: 0, to: records.count, by: Self.statementLimit) {
            let named = Array(records[start..<min(start + Self.statementLimit, records.count)])
            let act = Access(
                caseID: view.id,
                purpose: purpose,
                scope: scope,
                records: named,
                objects: objects
            )
            let logged = try await session.post(try await session.sign(.access(act)))
            for record in named { released[record] = logged.entry.signed.id }
        }
        return released
    }

    /// Fetches and opens the manifest of a submission, and holds it to the record.
    ///
    /// With any file key that an envelope holds only to seal it anew; see ``ObjectOpener``.
    func opened(
        _ submission: CaseView.Submitted,
        _ access: [Hash: Hash],
        takesAnyKey: Bool = false
    ) async throws -> OpenedSubmission {
        let name = submission.record
        guard let access = access[name] else {
            preconditionFailure("the access names each record")
        }
        let record = try SubmissionRecord(parsing: await record(name, access))
        let list = submission.submit.commitments
        guard record.caseID == view.id, record.commitments == list else {
            throw ClientError(.failed, "record \(name.hex) does not fit its statement")
        }
        let commitments = try CommitmentList(parsing: await self.record(list, access))
        guard record.objects[0].payloadSize <= 2 * UInt64(Manifest.maximumSize) else {
            throw ManifestError.tooLarge
        }
        var envelope: [UInt8] = []
        var segments: [[UInt8]] = []
        try await download([.init(object: record.objects[0], access: access)]).forEach { piece in
            envelope = piece.envelope ?? envelope
            segments.append(Array(piece.segment.readableBytesView))
        }
        let isRewrapped = isRewrapped(record)
        let manifest = try record.objects[0].judging(envelope, isRewrapped: isRewrapped) {
            try Manifest(
                opening: record,
                commitments: commitments,
                envelope: envelope,
                identities: identities,
                isRewrapped: isRewrapped,
                takesAnyKey: takesAnyKey
            ) { segments[$0] }
        }
        return OpenedSubmission(record: record, commitments: commitments, manifest: manifest)
    }

    /// Opens the manifest of a submission, or says why what was submitted cannot be opened.
    ///
    /// Whoever may submit can submit what nobody can open; the rest of the case must not suffer.
    ///
    /// - Throws: What is not the submission's fault: a vault that is away, refuses or lies.
    func attempt(
        _ submission: CaseView.Submitted,
        _ access: [Hash: Hash]
    ) async throws -> Result<OpenedSubmission, UnopenableSubmission> {
        if let erase = submission.erasure() {
            return .failure(UnopenableSubmission(reason: "it was erased (\(erase.authority))"))
        }
        do {
            return .success(try await opened(submission, access))
        } catch {
            let described = ClientError(describing: error)
            guard described.code == .failed, !(error is CancellationError) else { throw error }
            return .failure(UnopenableSubmission(reason: described.message))
        }
    }

    /// Opens an item by its place: every segment is checked on its way in, everything at the end.
    ///
    /// `progress` is told the bytes of payload that were opened; what `sink` took is only whole when
    /// this returns.
    func open(
        _ place: Int,
        of submission: OpenedSubmission,
        _ access: Hash,
        progress: (UInt64) -> Void,
        _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        let item = submission.manifest.items[place]
        let object = submission.object(place)
        let isRewrapped = isRewrapped(submission.record)
        var opener: ObjectOpener?
        var done: UInt64 = 0
        try await download([.init(object: object, access: access)]).forEach { piece in
            if let envelope = piece.envelope {
                opener = try object.judging(envelope, isRewrapped: isRewrapped) {
                    try ObjectOpener(
                        envelope: envelope,
                        description: object,
                        identities: identities,
                        isRewrapped: isRewrapped,
                        sha256: item.sha256,
                        size: item.size
                    )
                }
            }
            done += UInt64(piece.segment.readableBytes)
            let digest = piece.digest
            try unsafe piece.segment.withUnsafeMutableReadableBytes {
                try unsafe opener?.open($0, digest: digest, to: sink)
            }
            progress(done)
        }
        try opener.take()?.finish()
    }

    /// Whether the case's key has changed since a record was made, and all envelopes with it.
    func isRewrapped(_ record: SubmissionRecord) -> Bool { record.epoch < view.epoch }

    /// Fetches objects in order.
    func download(
        _ sources: [ObjectDownload.Source],
        checksSegments: Bool = true
    ) -> ObjectDownload {
        ObjectDownload(
            connection: session.connection,
            signer: session.signer,
            sources: sources,
            checksSegments: checksSegments
        )
    }

    func record(_ name: Hash, _ access: Hash) async throws -> [UInt8] {
        let question = Request(
            path: "/v1/records/\(name.hex)",
            access: access,
            limit: SubmissionRecord.maximumSize
        )
        let bytes = try await session.connection.send(question, as: session.signer).bytes
        try Self.require(bytes, name)
        return bytes
    }

    /// Makes sure that bytes are the record of this name.
    static func require(_ bytes: [UInt8], _ name: Hash) throws {
        let found = Hash(hashing: bytes)
        guard found == name else {
            throw ClientError.untrusted(
                "the record is not the one that was submitted: got \(found.hex), want \(name.hex)"
            )
        }
    }
}

/// A submission whose manifest was opened.
struct OpenedSubmission {
    let record: SubmissionRecord
    let commitments: CommitmentList
    let manifest: Manifest

    /// The object of an item, by its place in the manifest; the first object is the manifest.
    func object(_ place: Int) -> ObjectDescription { record.objects[place + 1] }
}

/// Why a submission cannot be opened.
struct UnopenableSubmission: Error {
    let reason: String
}
