// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// A statement that was read, whose signatures verify and whose content is stored.
///
/// Whether the vault's rules allow it is decided in its round, where the state cannot change.
struct Candidate: Sendable {
    let statement: VerifiedStatement
    /// The record that a `submit` names.
    let record: SubmissionRecord?
}

/// What is checked of a statement before it joins the pool, at any time and on any core.
struct Admission: Sendable {
    let store: any ObjectStore
    let index: VaultIndex
    let published: PublishedHead
    let clock: VaultClock

    /// Reads and checks a statement.
    ///
    /// - Throws: ``SubmissionError``: `malformed`, `signature`, `missing`, `inconsistent`, `storage`
    ///   or `index`.
    func admit(_ note: [UInt8]) async throws(SubmissionError) -> Candidate {
        let signed: SignedStatement
        do {
            signed = try SignedStatement(parsing: note)
        } catch {
            throw .malformed(error)
        }
        let verified: VerifiedStatement
        do {
            verified = try published.state.verifySignatures(of: signed)
        } catch {
            throw .signature(error)
        }
        switch signed.statement.act {
        case .submit(let submit):
            let record = try await submission(submit, by: signed.statement.actor)
            return Candidate(statement: verified, record: record)
        case .caseOpen(let open):
            try await requireKeyring(open.keyring, by: signed.statement.actor)
        case .caseGrant(let grant):
            if let keyring = grant.keyring {
                try await requireKeyring(keyring, by: signed.statement.actor)
            }
        default:
            break
        }
        return Candidate(statement: verified, record: nil)
    }

    private func requireKeyring(
        _ hash: Hash,
        by actor: Fingerprint
    ) async throws(SubmissionError) {
        try await require([Content(kind: .keyrings, hash: hash, size: nil)], by: actor)
    }

    /// Reads the record that a submission names, and checks that all it names is stored.
    private func submission(
        _ submit: Submit,
        by actor: Fingerprint
    ) async throws(SubmissionError) -> SubmissionRecord {
        let lists = [
            Content(kind: .records, hash: submit.record, size: nil),
            Content(kind: .records, hash: submit.commitments, size: nil),
        ]
        try await require(lists, by: actor)
        let record: SubmissionRecord
        do {
            record = try SubmissionRecord(parsing: await read(submit.record))
            _ = try CommitmentList(parsing: await read(submit.commitments))
        } catch let error as StorageError {
            throw .storage(error)
        } catch {
            throw .inconsistent(.malformed)
        }
        guard record.caseID == submit.caseID else { throw .inconsistent(.otherCase) }
        guard record.epoch == submit.epoch else { throw .inconsistent(.otherEpoch) }
        guard record.commitments == submit.commitments else {
            throw .inconsistent(.otherCommitments)
        }
        try await require(Content.all(in: record), by: actor)
        return record
    }

    private func read(_ hash: Hash) async throws(StorageError) -> [UInt8] {
        try await store.bytes(of: .content(.records, hash))
    }

    /// Checks that content is stored, with the right sizes, and keeps it from being collected while
    /// the statement waits.
    private func require(
        _ contents: [Content],
        by actor: Fingerprint
    ) async throws(SubmissionError) {
        let sizes = try await present(contents)
        let uncounted: Set<Hash>
        do {
            uncounted = try await index.renew(
                zip(contents, sizes).map { content, size in
                    Upload(kind: content.kind, hash: content.hash, member: actor, size: size)
                },
                at: clock.now()
            )
        } catch {
            throw .index(error)
        }
        // What was not counted could have been collected between the two calls; now it cannot.
        _ = try await present(contents.filter { uncounted.contains($0.hash) })
    }

    private func present(_ contents: [Content]) async throws(SubmissionError) -> [UInt64] {
        var sizes: [UInt64] = []
        var missing: [StorageKey] = []
        for content in contents {
            let size: UInt64?
            do {
                size = try await store.size(of: content.key)
            } catch {
                throw .storage(error)
            }
            guard let size else {
                missing.append(content.key)
                continue
            }
            guard content.size == nil || content.size == size else {
                throw .inconsistent(.otherSize(content.key))
            }
            sizes.append(size)
        }
        guard missing.isEmpty else { throw .missing(missing) }
        return sizes
    }
}

/// Something that a statement or a record names.
struct Content: Hashable, Sendable {
    let kind: ContentKind
    let hash: Hash
    /// In bytes, where what names it says so.
    let size: UInt64?

    var key: StorageKey { .content(kind, hash) }

    /// The envelopes and segments of a record.
    static func all(in record: SubmissionRecord) -> [Content] {
        record.objects.flatMap { object in
            [Content(kind: .envelopes, hash: object.envelope, size: object.envelopeSize)]
                + object.segments.enumerated().map { place, hash in
                    let segment = UInt64(ContentKind.segments.sizeLimit)
                    let size = min(segment, object.payloadSize - UInt64(place) * segment)
                    return Content(kind: .segments, hash: hash, size: size)
                }
        }
    }
}
