// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

/// A statement that was read, whose signatures verify and whose content its actor has uploaded.
///
/// Whether the vault's rules allow it is decided in its round, where the state cannot change.
struct Candidate: Sendable {
    let statement: VerifiedStatement
    /// What the index takes apart of what the statement names.
    let content: NamedContent
    /// Pins on what it names, and room for it in memory; they end with the value.
    let holds: [any Sendable]
}

/// What is checked of a statement before it joins the pool, at any time and on any core.
struct Admission: Sendable {
    let store: any ObjectStore
    let index: VaultIndex
    let published: PublishedHead
    let signers: LogSigners
    /// Room for the statements that wait and for their records.
    let memory: BodyBudget
    let retryAfter: Duration

    /// Reads and checks a statement.
    ///
    /// - Throws: ``SubmissionError``: `malformed`, `signature`, `refused`, `missing`, `inconsistent`,
    ///   `missingLogKey`, `busy`, `storage` or `index`.
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
        try refuseOutsiders(signed.statement.act)
        try requireSigner(for: signed.statement.act)
        do throws(SubmissionError) {
            return try await admit(verified)
        } catch {
            // Of an entry of long ago, what it named may be gone: it gets its receipt all the same.
            guard try await isLogged(signed) else { throw error }
            return Candidate(statement: verified, content: .nothing, holds: [])
        }
    }

    private func isLogged(_ signed: SignedStatement) async throws(SubmissionError) -> Bool {
        do {
            return try await index.statement(signed.id) != nil
        } catch {
            throw .index(error)
        }
    }

    /// Checks that what a statement names was uploaded.
    private func admit(_ verified: VerifiedStatement) async throws(SubmissionError) -> Candidate {
        let signed = verified.signed
        let keyring: Hash?
        switch signed.statement.act {
        case .submit(let submit):
            let (record, holds) = try await submission(submit, signed)
            return Candidate(statement: verified, content: .record(record), holds: holds)
        case .caseRotate(let act):
            return try await rotation(act.rotation, of: act.caseID, verified)
        case .caseRemove(let act):
            if let rotation = act.rotation {
                return try await self.rotation(rotation, of: act.caseID, verified)
            }
            keyring = nil
        case .erase(let erase):
            return try await erasure(erase, verified)
        case .reencrypt(let act):
            return try await reencryption(act, verified)
        case .caseOpen(let open): keyring = open.keyring
        case .caseGrant(let grant): keyring = grant.keyring
        case .caseEscrow(let escrow): keyring = escrow.keyring
        default: keyring = nil
        }
        let named = [keyring].compactMap(\.self).map {
            Content(kind: .keyrings, hash: $0, size: nil)
        }
        let room = try await room(signed.note.bytes.count, for: signed.statement)
        let pin = try await require(named, by: signed.statement.actor).pin
        return Candidate(statement: verified, content: .nothing, holds: [room, pin])
    }

    /// Refuses what anybody could make without end and sign with keys of their own making.
    ///
    /// The round would refuse it too, but by then it has taken a place that a member needs.
    private func refuseOutsiders(_ act: Act) throws(SubmissionError) {
        let state = published.state
        switch act {
        case .genesis where state.foundation != nil: throw .refused(.repeatedGenesis)
        case .enrol(let enrol) where state.invite(key: enrol.inviteKey) == nil:
            throw .refused(.unknownInvite)
        default: break
        }
    }

    /// Refuses to hand the log over to a key that is not here: from that entry on nothing could be signed.
    private func requireSigner(for act: Act) throws(SubmissionError) {
        guard case .logKey(let change) = act, !signers.holds(change.handover.new) else { return }
        throw .missingLogKey
    }

    /// Reads the record that a submission names, and checks that the actor uploaded all it names.
    private func submission(
        _ submit: Submit,
        _ signed: SignedStatement
    ) async throws(SubmissionError) -> (SubmissionRecord, [any Sendable]) {
        let lists = [
            Content(kind: .records, hash: submit.record, size: nil),
            Content(kind: .records, hash: submit.commitments, size: nil),
        ]
        let (listPin, sizes) = try await require(lists, by: signed.statement.actor)
        let room = try await room(
            sizes.reduce(signed.note.bytes.count) { $0 + Int($1) },
            for: signed.statement
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
        let (contentPin, _) = try await require(
            Content.all(in: record),
            by: signed.statement.actor
        )
        let claim = try await claim(record.objects.map(\.id), for: submit.record)
        return (record, [listPin, contentPin, room, claim])
    }

    /// Checks that no other record has objects of these ids, and keeps it so for as long as the claim
    /// lives.
    func claim(
        _ ids: [ObjectID],
        for hash: Hash
    ) async throws(SubmissionError) -> ObjectClaim {
        let claim: ObjectClaim
        do throws(TakenObject) {
            // Before looking: a record that was claimed earlier is in the index once its claim ends.
            claim = try index.claim(ids, for: hash)
        } catch {
            throw .inconsistent(.takenObject(error.id))
        }
        let taken: ObjectID?
        do throws(IndexError) {
            taken = try await index.firstObject(among: ids, outside: hash)
        } catch {
            throw .index(error)
        }
        if let taken { throw .inconsistent(.takenObject(taken)) }
        return claim
    }

    /// Room in memory for a statement and what is read with it.
    ///
    /// An enrolment is charged to its invitation: whoever holds one can make any number of actors.
    func room(
        _ bytes: Int,
        for statement: Statement
    ) async throws(SubmissionError) -> BodyBudget.Room {
        let holder =
            if case .enrol(let enrol) = statement.act {
                Invite.keyName(enrol.inviteKey)
            } else {
                statement.actor.hex
            }
        guard let room = await memory.reserve(bytes, for: holder) else {
            throw .busy(retryAfter: retryAfter)
        }
        return room
    }

    /// Checks that content is stored, with the right sizes, and keeps it from being collected for as
    /// long as the pin lives.
    ///
    /// What somebody else uploaded is missing like what is not there: who named it in a case of their
    /// own could read it there, and the case that it belongs to would show no access.
    func require(
        _ contents: [Content],
        by actor: Fingerprint
    ) async throws(SubmissionError) -> (pin: ContentPin, sizes: [UInt64]) {
        // Before looking: what is there now, stays.
        let pin = index.pin(contents.map(\.hash))
        let uploaded: [Bool]
        do {
            uploaded = try await index.uploaded(contents.map(\.hash), by: actor)
        } catch {
            throw .index(error)
        }
        var sizes: [UInt64] = []
        var missing: [StorageKey] = []
        for (content, isUploaded) in zip(contents, uploaded) {
            let size: UInt64?
            do {
                size = try await store.size(of: content.key)
            } catch {
                throw .storage(error)
            }
            guard let size, isUploaded, !pin.collecting.contains(content.hash) else {
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
        record.objects.flatMap { all(of: $0) }
    }

    /// The envelope and the segments of an object, as it was submitted.
    static func all(of object: ObjectDescription) -> [Content] {
        [Content(kind: .envelopes, hash: object.envelope, size: object.envelopeSize)]
            + object.segments.enumerated().map { place, hash in
                Content(kind: .segments, hash: hash, size: object.size(ofSegment: place))
            }
    }
}
