// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Sealing
import Secrets
public import Vault

extension VaultSession {
    /// Gives a case its next key, for the same readers.
    ///
    /// Every envelope is sealed anew on this device; payloads stay as they are. Nothing changes before the
    /// one statement at the end: ended anywhere before, the case is what it was, and asked again, this
    /// goes on with what the vault has already.
    ///
    /// - Parameters:
    ///   - caseName: The case.
    ///   - reason: Why; it stands in the log.
    ///   - progress: Told the objects that are done, of all.
    ///   - notice: Told, in words, why what was prepared earlier is of no use, and which reader's key is
    ///     left out since nobody compared it.
    /// - Returns: What was done.
    /// - Throws: ``ClientError``; nothing has changed then.
    public func rotate(
        _ caseName: String,
        reason: RotationReason,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in },
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> RotationResult {
        let change = KeyChange(
            act: { .caseRotate(CaseRotate(caseID: $0, reason: reason, rotation: $1)) },
            readers: { $0.readers },
            isDone: { $0.name == .caseRotate },
            isEscrowed: reason != .recovery
        )
        return try await rotate(resolve(caseName), change, progress, notice)
    }

    /// Takes from a reader all rights to a case, which gets its next key by it.
    ///
    /// Nothing that is submitted from then on opens with a key that the reader had, and the vault gives
    /// the reader nothing. What was read stays read.
    public func remove(
        _ named: Fingerprint,
        from caseName: String,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in },
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> RotationResult {
        let member = try await holder(of: named).person
        let change = KeyChange(
            act: { .caseRemove(CaseRemove(caseID: $0, reader: member, rotation: $1)) },
            readers: { view in
                guard view.readers.contains(member) else {
                    throw ClientError(
                        .failed,
                        "\(member.grouped) does not read this case",
                        hint: "with --submit, the right to submit is taken"
                    )
                }
                return view.readers.filter { $0 != member }
            },
            isDone: { act in
                guard case .caseRemove(let remove) = act else { return false }
                return remove.member == member
            }
        )
        return try await rotate(resolve(caseName), change, progress, notice)
    }

    /// Takes from a member the right to submit to a case.
    public func remove(submitter named: Fingerprint, from caseName: String) async throws {
        let member = try await holder(of: named).person
        let act = CaseRemove(caseID: try await resolve(caseName), submitter: member)
        _ = try await post(try await sign(.caseRemove(act)))
    }

    /// Gives up a change of a case's key that was cut off, and wipes the key that was made for it.
    ///
    /// The vault is told nothing: what it was sent is removed like every upload that no statement names.
    /// Where it has the statement already, the case has that key all the same. Submissions that were being
    /// sealed anew stay as they are; those that are done stay done.
    ///
    /// - Throws: ``ClientError`` where there is none, or another process is at it.
    public func discardRotation(of caseName: String) async throws {
        let id = try await resolve(caseName)
        let isPending = try await discardReencryption(of: id)
        guard try RotationJob.discard(id, in: home) || isPending else {
            throw ClientError(
                .failed,
                "this device has no unfinished change of the key of case \(id.hex)"
            )
        }
    }

    /// Gives a case its next key, by an act that the caller chooses.
    func rotate(
        _ id: CaseID,
        _ change: KeyChange,
        _ progress: @escaping @Sendable (UInt64, UInt64) -> Void,
        _ notice: @escaping @Sendable (String) -> Void
    ) async throws -> RotationResult {
        var view = try await view(of: id)
        guard view.owner == identity.person else {
            throw ClientError(.refused, "only the owner of a case changes its key")
        }
        var job = try await RotationJob.open(id, in: home, identity)
        var access: Hash?
        var tries = 0
        // How many submissions there were when the vault said that there are others.
        var overtaken: Int?
        // Keys that were said to be left out, and whom it was confirmed for.
        var told: Set<Fingerprint> = []
        var confirmed: [String] = []
        while true {
            // This device was cut off, or died, after the vault had accepted the statement.
            if let done = view.entry(giving: job.next.recipient) {
                let result = RotationResult(id, job.state, done)
                try job.wipe()
                if change.isDone(done.statement.act) { return result }
                notice("an earlier change of the case's key was done: entry \(done.index)")
                job = try await RotationJob.open(id, in: home, identity)
            }
            _ = try await comparedOwner(of: view)
            let people = try await sealedReaders(try change.readers(view))
            for reader in people {
                for key in reader.uncompared where told.insert(key).inserted {
                    notice(reader.notice(of: key, in: id))
                }
            }
            let effects = people.map { $0.effect(seenBy: identity.person) }
            if effects != confirmed { try change.confirm(effects) }
            confirmed = effects
            let readers =
                people.flatMap(\.recipients) + (change.isEscrowed ? try view.custodians : [])
            if let reason = job.state.outdated(in: view, for: readers) {
                try job.wipe()
                notice("what was prepared to change the case's key is dropped: \(reason)")
                job = try await RotationJob.open(id, in: home, identity)
            }
            let keyring = try await keyring(of: view, with: change.recovery)
            let reading = CaseReading(session: self, view: view, identities: keyring.identities)
            do {
                let released = try await released(&access, reading)
                let rewrap = Rewrap(
                    job: job,
                    reading: reading,
                    access: released,
                    progress: progress
                )
                try await rewrap.run()
                let rotation = try await rotation(job, of: view, keyring.name, for: readers)
                let logged = try await post(try await sign(change.act(id, rotation)))
                let result = RotationResult(id, job.state, logged)
                try job.wipe()
                return result
            } catch  where tries < 8 && Self.isOvertaken(error) {
                // Something happened in the case meanwhile: only what that changed is left to do.
                tries += 1
                overtaken = view.records.count
                view = try await self.view(of: id)
            } catch let error as ClientError
                where error.rule == .otherSubmissions && overtaken == view.records.count
            {
                throw ClientError.untrusted(
                    "the vault says that case \(id.hex) has other submissions than "
                        + "\(view.records.count), and keeps them back"
                )
            } catch is OtherObjects {
                throw ClientError.untrusted(
                    "the vault shows other objects of case \(id.hex) than were submitted"
                )
            }
        }
    }

    private func released(_ access: inout Hash?, _ reading: CaseReading) async throws -> Hash {
        if let access { return access }
        let logged = try await reading.accessToEnvelopes()
        access = logged
        return logged
    }

    /// Uploads the keyring with the next key, and puts the rotation together.
    private func rotation(
        _ job: RotationJob,
        of view: CaseView,
        _ name: String,
        for readers: [HybridRecipient]
    ) async throws -> Rotation {
        let epoch = view.epoch + 1
        let next = try Keyring(
            caseID: view.id,
            name: name,
            epochs: [.init(number: epoch, identity: job.next)]
        )
        let sealed = try next.sealed(for: readers, entropy: SystemEntropy())
        try await job.record(.sealed(to: readers.map(\.digest)))
        return Rotation(
            epoch: epoch,
            recipient: job.next.recipient.text,
            keyring: try await upload(.keyrings, sealed),
            replacing: try view.currentKeyring,
            submissions: UInt64(view.records.count),
            packs: try job.state.hashes
        )
    }

    /// Whether something happened in the case since it was looked at.
    private static func isOvertaken(_ error: any Error) -> Bool {
        if error is OtherObjects { return true }
        guard let error = error as? ClientError else { return false }
        switch error.rule {
        case .otherSubmissions, .otherKeyring, .notNextEpoch: return true
        // Packs that were collected; an object that was erased.
        default: return error.problem == .missing || error.problem == .inconsistent
        }
    }
}

/// What is asked of a change of a case's key.
struct KeyChange {
    let act: (CaseID, Rotation) -> Act
    /// Who has the next key.
    let readers: (CaseView) throws -> [Fingerprint]
    /// Whether an act is the one.
    let isDone: (Act) -> Bool
    /// Whether the custodians' shares, where there are any, open the next key too.
    var isEscrowed = true
    /// What opens the key from before, where this device does not.
    var recovery: HybridIdentity?
    /// Is told whom the next key is sealed to, before anything is; again where that changes meanwhile.
    var confirm: ([String]) throws -> Void = { _ in }
}

extension RotationState {
    /// Why what was prepared is of no use, if so.
    fileprivate func outdated(in view: CaseView, for readers: [HybridRecipient]) -> String? {
        if let epoch, epoch != view.epoch + 1 {
            return "another device changed it meanwhile"
        }
        guard recipients.isSubset(of: readers.map(\.digest)) else {
            return "the key was sealed to somebody who shall not have it now"
        }
        return nil
    }
}

extension HybridRecipient {
    /// What a journal calls it.
    fileprivate var digest: String { Hash(hashing: Array(text.utf8)).hex }
}

extension CaseView {
    /// The entry that gave the case this key, if one did.
    fileprivate func entry(giving recipient: HybridRecipient) -> LoggedEntry? {
        entries.last { logged in
            switch logged.statement.act {
            case .caseRotate(let rotate): rotate.rotation.recipient == recipient.text
            case .caseRemove(let remove): remove.rotation?.recipient == recipient.text
            default: false
            }
        }
    }

    /// What the current keyring must hash to.
    var currentKeyring: Hash {
        get throws {
            guard let keyring else { throw ClientError(.failed, "the case was not opened") }
            return keyring
        }
    }
}

/// A case that has its next key.
public struct RotationResult: Encodable, Sendable {
    /// 32 hexadecimal digits.
    public let caseID: String
    /// The new epoch.
    public let epoch: UInt64
    /// How many objects went over.
    public let objects: Int
    /// Objects that could not be opened, and are not sealed to the new key.
    public let lost: [String]
    /// The leaf index of the entry.
    public let index: UInt64

    init(_ id: CaseID, _ state: RotationState, _ logged: LoggedEntry) {
        caseID = id.hex
        epoch = state.epoch ?? 0
        objects = state.done
        lost = state.lost
        index = logged.index
    }

    private enum CodingKeys: String, CodingKey { case caseID = "case", epoch, objects, lost, index }
}
