// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Secrets
public import Vault

extension VaultSession {
    /// Gives a case its next key, for the same readers.
    ///
    /// Every envelope is sealed anew on this device; payloads stay as they are. Nothing changes before the
    /// one statement at the end: ended anywhere before, the case is what it was.
    ///
    /// - Parameters:
    ///   - caseName: The case.
    ///   - reason: Why; it stands in the log.
    ///   - progress: Told the objects that are done, of all.
    /// - Returns: What was done.
    /// - Throws: ``ClientError``; nothing has changed then.
    public func rotate(
        _ caseName: String,
        reason: RotationReason,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws -> RotationResult {
        try await rotate(caseName, readers: { $0.readers }, progress) { view, rotation in
            .caseRotate(CaseRotate(caseID: view.id, reason: reason, rotation: rotation))
        }
    }

    /// Takes from a reader all rights to a case, which gets its next key by it.
    ///
    /// Nothing that is submitted from then on opens with a key that the reader had, and the vault gives
    /// the reader nothing. What was read stays read.
    public func remove(
        _ named: Fingerprint,
        from caseName: String,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws -> RotationResult {
        let member = try await holder(of: named).person
        let view = try await view(of: resolve(caseName))
        guard view.readers.contains(member) else {
            throw ClientError(
                .failed,
                "\(member.grouped) does not read this case",
                hint: "with --submit, the right to submit is taken"
            )
        }
        return try await rotate(
            caseName,
            readers: { $0.readers.filter { $0 != member } },
            progress
        ) { view, rotation in
            .caseRemove(CaseRemove(caseID: view.id, reader: member, rotation: rotation))
        }
    }

    /// Takes from a member the right to submit to a case.
    public func remove(submitter named: Fingerprint, from caseName: String) async throws {
        let member = try await holder(of: named).person
        let act = CaseRemove(caseID: try await resolve(caseName), submitter: member)
        _ = try await post(try await sign(.caseRemove(act)))
    }

    private func rotate(
        _ caseName: String,
        readers: (CaseView) -> [Fingerprint],
        _ progress: @escaping @Sendable (UInt64, UInt64) -> Void,
        _ act: (CaseView, Rotation) -> Act
    ) async throws -> RotationResult {
        let id = try await resolve(caseName)
        var view = try await view(of: id)
        guard view.owner == identity.person else {
            throw ClientError(.refused, "only the owner of a case changes its key")
        }
        let keyring = try await keyring(of: view)
        var rewrap = Rewrap(
            session: self,
            identities: keyring.identities,
            next: HybridIdentity(random: SystemEntropy()),
            view: view
        )
        while true {
            try await rewrap.takeOver(view, progress)
            let next = try Keyring(
                caseID: id,
                name: keyring.name,
                epochs: [.init(number: rewrap.epoch, identity: rewrap.next)]
            )
            let sealed = try next.sealed(
                for: try await recipients(readers(view)),
                entropy: SystemEntropy()
            )
            let rotation = Rotation(
                epoch: rewrap.epoch,
                recipient: rewrap.next.recipient.text,
                keyring: try await upload(.keyrings, sealed),
                replacing: try view.currentKeyring,
                submissions: UInt64(view.submissions.count),
                packs: rewrap.packs
            )
            do {
                let logged = try await post(try await sign(act(view, rotation)))
                return RotationResult(
                    caseID: id.hex,
                    epoch: rewrap.epoch,
                    objects: rewrap.count,
                    lost: rewrap.lost.map(\.hex),
                    index: logged.index
                )
            } catch let error as ClientError where error.rule == .otherSubmissions {
                // Somebody submitted meanwhile: only that is left to take over.
                view = try await self.view(of: id)
            }
        }
    }

    /// The age recipients of people: every key of theirs that may act, and none that has ended.
    ///
    /// Of the keys that administrators gave somebody, those that this device's person compared with them:
    /// administrators who are many enough could give away a key of their own.
    func recipients(_ readers: [Fingerprint]) async throws -> [HybridRecipient] {
        let isCompared = await trust.comparison
        return try await keys(of: readers).flatMap { keys in
            try keys.active.filter { isCompared(keys.holder(of: $0.fingerprint)) }.map {
                try HybridRecipient(parsing: $0.recipient)
            }
        }
    }
}

extension CaseView {
    /// What the current keyring must hash to.
    fileprivate var currentKeyring: Hash {
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

    private enum CodingKeys: String, CodingKey { case caseID = "case", epoch, objects, lost, index }
}
