// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog
import Vault

extension Admission {
    /// Reads the packs of a rotation, and checks that they hold each object of the case, once.
    ///
    /// A submission or another rotation that comes in between makes the fold refuse the statement.
    func rotation(
        _ rotation: Rotation,
        of id: CaseID,
        _ verified: VerifiedStatement
    ) async throws(SubmissionError) -> Candidate {
        let statement = verified.signed.statement
        if let found = published.state.case(id) {
            // First: where something came in between, the packs cannot be whole, and this says why.
            do { try rotation.require(after: found) } catch { throw .refused(error) }
        }
        let named =
            [Content(kind: .keyrings, hash: rotation.keyring, size: nil)]
            + rotation.packs.map { Content(kind: .packs, hash: $0, size: nil) }
        let (pin, _) = try await require(named, by: statement.actor)
        let count: UInt64
        do {
            count = try await index.objectCount(of: id)
        } catch {
            throw .index(error)
        }
        let room = try await room(
            verified.signed.note.bytes.count + RewrapPack.maximumSize
                + Int(count) * MemoryLayout<RewrapPack.Place>.stride,
            for: statement
        )
        var packs: [PlacedPack] = []
        var left = Int(count)
        for hash in rotation.packs {
            let pack = try await pack(hash, for: rotation.epoch, of: id)
            // No more is held than the room is for.
            left -= pack.places.count
            guard left >= 0 else { throw .inconsistent(.otherObjects) }
            packs.append(pack)
        }
        let isWhole: Bool
        do {
            isWhole = try await index.isEveryObject(packs, of: id)
        } catch {
            throw .index(error)
        }
        guard isWhole else { throw .inconsistent(.otherObjects) }
        return Candidate(statement: verified, content: .packs(packs), holds: [pin, room])
    }

    private func pack(
        _ hash: Hash,
        for epoch: UInt64,
        of id: CaseID
    ) async throws(SubmissionError) -> PlacedPack {
        let pack: RewrapPack
        do {
            pack = try RewrapPack(parsing: await store.content(.packs, hash))
        } catch let error as StorageError {
            throw .storage(error)
        } catch {
            throw .inconsistent(.malformed)
        }
        guard pack.caseID == id else { throw .inconsistent(.otherCase) }
        guard pack.epoch == epoch else { throw .inconsistent(.otherEpoch) }
        return PlacedPack(hash: hash, places: pack.places)
    }

    /// Reads the record that takes the place of another, and checks that it is over the same facts, and
    /// that the actor uploaded what it names.
    ///
    /// What was erased of the other stands in it as it was: nobody can seal it anew.
    func reencryption(
        _ act: Reencrypt,
        _ verified: VerifiedStatement
    ) async throws(SubmissionError) -> Candidate {
        let statement = verified.signed.statement
        // First: nobody else learns which records there are.
        guard published.state.standing(of: statement.actor, in: act.caseID) == .own else {
            throw .refused(published.state.case(act.caseID) == nil ? .unknownCase : .notOwner)
        }
        let named = [Content(kind: .records, hash: act.record, size: nil)]
        let (pin, sizes) = try await require(named, by: statement.actor)
        let room = try await room(
            verified.signed.note.bytes.count + 2 * Int(sizes.reduce(0, +)),
            for: statement
        )
        let record = try await record(act.record)
        let old = try await self.record(act.previous)
        guard record.caseID == act.caseID, old.caseID == act.caseID else {
            throw .inconsistent(.otherCase)
        }
        guard record.epoch == act.epoch else { throw .inconsistent(.otherEpoch) }
        guard record.commitments == old.commitments else {
            throw .inconsistent(.otherCommitments)
        }
        guard record.objects.count == old.objects.count else {
            throw .inconsistent(.otherObjects)
        }
        let kept = zip(record.objects, old.objects).filter { $0 == $1 }.map(\.0.id)
        let areErased: Bool
        do {
            areErased = try await index.areErased(kept)
        } catch {
            throw .index(error)
        }
        guard areErased else { throw .inconsistent(.otherObjects) }
        let new = zip(record.objects, old.objects).filter { $0 != $1 }.map(\.0)
        let contents = new.flatMap { Content.all(of: $0) }
        let (contentPin, _) = try await require(contents, by: statement.actor)
        let claim = try await claim(new.map(\.id), for: act.record)
        return Candidate(
            statement: verified,
            content: .record(record),
            holds: [pin, contentPin, room, claim]
        )
    }

    /// A record that a statement names, from the store.
    private func record(_ name: Hash) async throws(SubmissionError) -> SubmissionRecord {
        do {
            return try SubmissionRecord(parsing: await store.content(.records, name))
        } catch let error as StorageError where error.code == .missing {
            throw .refused(.unknownRecord)
        } catch let error as StorageError {
            throw .storage(error)
        } catch {
            throw .inconsistent(.malformed)
        }
    }

    /// Reads the record that something is erased from, and checks that the objects are its own.
    func erasure(
        _ erase: Erase,
        _ verified: VerifiedStatement
    ) async throws(SubmissionError) -> Candidate {
        let room = try await room(
            verified.signed.note.bytes.count,
            for: verified.signed.statement
        )
        let record = try await record(erase.record)
        let ids = Set(record.objects.map(\.id))
        guard ids.isSuperset(of: erase.objects) else { throw .inconsistent(.otherObjects) }
        return Candidate(statement: verified, content: .record(record), holds: [room])
    }
}
