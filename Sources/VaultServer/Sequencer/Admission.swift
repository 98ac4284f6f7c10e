// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// A statement that was read, whose signatures verify and whose content is stored.
///
/// Whether the vault's rules allow it is decided in its round, where the state cannot change.
struct Candidate: Sendable {
    let statement: VerifiedStatement
    /// The record that a `submit` names.
    let record: SubmissionRecord?
    /// Pins on what it names, and room for it in memory; they end with the value.
    let holds: [any Sendable]
}

/// What is checked of a statement before it joins the pool, at any time and on any core.
struct Admission: Sendable {
    let store: any ObjectStore
    let index: VaultIndex
    let published: PublishedHead
    /// Room for the statements that wait and for their records.
    let memory: BodyBudget
    let retryAfter: Duration

    /// Reads and checks a statement.
    ///
    /// - Throws: ``SubmissionError``: `malformed`, `signature`, `missing`, `inconsistent`, `busy` or
    ///   `storage`.
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
        let keyring: Hash?
        switch signed.statement.act {
        case .submit(let submit):
            let (record, holds) = try await submission(submit, signed)
            return Candidate(statement: verified, record: record, holds: holds)
        case .caseOpen(let open): keyring = open.keyring
        case .caseGrant(let grant): keyring = grant.keyring
        default: keyring = nil
        }
        let named = [keyring].compactMap(\.self).map {
            Content(kind: .keyrings, hash: $0, size: nil)
        }
        let room = try await room(note.count, for: signed.statement.actor)
        let pin = try await require(named).pin
        return Candidate(statement: verified, record: nil, holds: [room, pin])
    }

    /// Reads the record that a submission names, and checks that all it names is stored.
    private func submission(
        _ submit: Submit,
        _ signed: SignedStatement
    ) async throws(SubmissionError) -> (SubmissionRecord, [any Sendable]) {
        let lists = [
            Content(kind: .records, hash: submit.record, size: nil),
            Content(kind: .records, hash: submit.commitments, size: nil),
        ]
        let (listPin, sizes) = try await require(lists)
        let room = try await room(
            sizes.reduce(signed.note.bytes.count) { $0 + Int($1) },
            for: signed.statement.actor
        )
        let record: SubmissionRecord
        do {
            record = try SubmissionRecord(
                parsing: await store.content(.records, submit.record)
            )
            _ = try CommitmentList(parsing: await store.content(.records, submit.commitments))
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
        let (contentPin, _) = try await require(Content.all(in: record))
        return (record, [listPin, contentPin, room])
    }

    /// Room in memory for a statement and what is read with it.
    private func room(
        _ bytes: Int,
        for actor: Fingerprint
    ) async throws(SubmissionError) -> BodyBudget.Room {
        guard let room = await memory.reserve(bytes, for: actor.hex) else {
            throw .busy(retryAfter: retryAfter)
        }
        return room
    }

    /// Checks that content is stored, with the right sizes, and keeps it from being collected for as
    /// long as the pin lives.
    private func require(
        _ contents: [Content]
    ) async throws(SubmissionError) -> (pin: ContentPin, sizes: [UInt64]) {
        // Before looking: what is there now, stays.
        let pin = index.pin(contents.map(\.hash))
        var sizes: [UInt64] = []
        var missing: [StorageKey] = []
        for content in contents {
            let size: UInt64?
            do {
                size = try await store.size(of: content.key)
            } catch {
                throw .storage(error)
            }
            guard let size, !pin.collecting.contains(content.hash) else {
                missing.append(content.key)
                continue
            }
            guard content.size == nil || content.size == size else {
                throw .inconsistent(.otherSize(content.key))
            }
            sizes.append(size)
        }
        guard missing.isEmpty else { throw .missing(missing) }
        return (pin, sizes)
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
