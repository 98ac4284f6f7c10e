// SPDX-License-Identifier: Apache-2.0

import Age
import Sealing
public import Vault

extension VaultSession {
    /// Gives a case to another owner, by the administrators' decision; they get no key by it.
    ///
    /// - Parameters:
    ///   - caseName: The case, by its id where this person does not read it.
    ///   - owner: A reader, by one of their keys, compared with them.
    ///   - seconds: How long others may sign it.
    ///   - confirm: Is told what it does; nothing is signed before it returns.
    /// - Returns: What came of it.
    /// - Throws: ``ClientError``, or what `confirm` throws.
    public func giveCase(
        _ caseName: String,
        to owner: Fingerprint,
        for seconds: Int64,
        confirm: ([String]) throws -> Void
    ) async throws -> Decision {
        let act = CaseRecover(
            expires: try deadline(in: seconds),
            caseID: try await resolve(caseName),
            owner: try await compared(owner)
        )
        return try await decide(.caseRecover(act), confirm: confirm)
    }

    /// Opens a case of which this person is the owner with its custodians' shares, and gives it its
    /// next key at once.
    ///
    /// The recovery key has been on this device then, so the next keyring is not sealed to it: the
    /// escrow ends. Ended anywhere, the same call goes on.
    ///
    /// - Parameters:
    ///   - caseName: The case, by its id where this device does not know the name.
    ///   - shares: As many as restore the recovery key.
    ///   - removed: Readers who are so no longer.
    ///   - confirm: Is told whom the next key is sealed to; nothing is sealed before it returns.
    ///   - progress: Told the objects that are done, of all.
    ///   - notice: As that of ``rotate(_:reason:progress:notice:)``.
    /// - Returns: What was done; `nil` where this device opens the case already.
    /// - Throws: ``ClientError``, or what `confirm` throws; the case is as it was then.
    public func recover(
        _ caseName: String,
        with shares: GatheredShares,
        removing removed: [Fingerprint] = [],
        confirm: @escaping ([String]) throws -> Void,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in },
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> RotationResult? {
        let id = try await resolve(caseName)
        let view = try await anyonesView(of: id)
        var leaving: [Fingerprint] = []
        for key in removed { leaving.append(try await holder(of: key).person) }
        let removed = leaving
        guard view.owner == identity.person else {
            throw ClientError(
                .refused,
                "the case is not yours: its owner is \(view.owner?.grouped ?? "unknown")",
                hint: "administrators give it to you first: `saksi admin recover-case \(id.hex) "
                    + "--owner \(identity.person.hex)`"
            )
        }
        if try await isOpen(view), !removed.contains(where: view.readers.contains) {
            try await settle(view, named: try await keyring(of: view).name)
            return nil
        }
        let key = try shares.recoveryKey()
        try require(key, of: shares, in: view)
        // From here on this device, too, knows this person as the owner: see ``view(of:)``.
        try await settle(view, named: try await keyring(of: view, with: key).name)
        let change = KeyChange(
            act: {
                .caseRotate(
                    CaseRotate(caseID: $0, reason: .recovery, removing: removed, rotation: $1)
                )
            },
            readers: { $0.readers.filter { !removed.contains($0) } },
            isDone: { act in
                guard case .caseRotate(let rotate) = act else { return false }
                return rotate.reason == .recovery && rotate.removed == Set(removed).sorted()
            },
            isEscrowed: false,
            recovery: key,
            confirm: confirm
        )
        return try await rotate(id, change, progress, notice)
    }

    /// Whether this device's keys open the case.
    private func isOpen(_ view: CaseView) async throws -> Bool {
        do {
            _ = try await keyring(of: view)
            return true
        } catch let error as ClientError where error.code == .failed {
            return false
        }
    }

    private func require(
        _ key: HybridIdentity,
        of shares: GatheredShares,
        in view: CaseView
    ) throws {
        let recipient = key.recipient.text
        guard view.escrow?.recovery != recipient else { return }
        let isEarlier = view.escrows.contains { $0.recovery == recipient }
        throw ClientError(
            .failed,
            isEarlier
                ? "the shares, of the set \(shares.setName), are of an earlier escrow of this case"
                : "the shares, of the set \(shares.setName), are of another case",
            hint: view.escrow == nil
                ? "the case has no escrow" : "the case's custodians have those of its last escrow"
        )
    }

    /// Remembers that this person owns a case, and what it is called.
    private func settle(_ view: CaseView, named name: String) async throws {
        _ = try await trustOwner(identity.fingerprint, of: view)
        try await trust.update { $0[view.id.hex]?.name = name }
    }
}
