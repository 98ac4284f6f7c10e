// SPDX-License-Identifier: Apache-2.0

public import Vault

/// What people compared, so that nobody else decides to whom evidence is sealed: not the vault, and not
/// the administrators, who give new keys to people who lost theirs.
extension VaultSession {
    /// Whose key it is, as the log shows it.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where neither the person's older keys nor administrators
    ///   signed that it is theirs.
    func holder(of key: Fingerprint) async throws -> KeyHolder {
        let holder = try await members.holder(of: key)
        guard holder.root != holder.person, await !members.isGiven(holder.root) else {
            return holder
        }
        guard try await keys(of: holder.person).key(holder.root) != nil else {
            throw ClientError.untrusted(
                "the vault shows \(holder.root.grouped) as a key that administrators gave "
                    + "\(holder.person.grouped), and they did not"
            )
        }
        await members.noteGiven(holder.root)
        return holder
    }

    /// The person whose key somebody compared with them and named.
    func compared(_ key: Fingerprint) async throws -> Fingerprint {
        let holder = try await holder(of: key)
        try await note(holder)
        return holder.person
    }

    private func note(_ holder: KeyHolder) async throws {
        guard await !trust.comparison(holder) else { return }
        try await trust.update { $0.compared = ($0.compared ?? []) + [holder.root.hex] }
    }

    /// Why nothing can be sealed to a member.
    func unsealable(_ member: Fingerprint) async throws -> ClientError {
        guard let new = try await keys(of: member).active.last else {
            return ClientError(
                .refused,
                "every key of \(member.grouped) has ended: there is none to seal the case's key to"
            )
        }
        return ClientError(
            .failed,
            "administrators gave \(member.grouped) a new key: \(new.fingerprint.grouped)",
            hint: "compare it with the member, by voice, then grant with the new fingerprint"
        )
    }

    // MARK: Owners of cases

    /// Makes a person, and the key that was compared with them, the owner whom this device knows.
    ///
    /// - Parameters:
    ///   - named: One of the owner's keys, compared with them.
    ///   - caseName: The case.
    /// - Returns: Whom it knew before, and whom it knows now.
    /// - Throws: ``ClientError`` `.untrusted` where the case is not of that person.
    public func trustOwner(_ named: Fingerprint, of caseName: String) async throws -> TrustedOwner {
        try await trustOwner(named, of: try await anyonesView(of: try await resolve(caseName)))
    }

    func trustOwner(_ named: Fingerprint, of view: CaseView) async throws -> TrustedOwner {
        guard let owner = view.owner else { preconditionFailure("a viewed case has an owner") }
        let found =
            named == owner ? KeyHolder(person: owner, root: owner) : try? await holder(of: named)
        guard let found, found.person == owner else {
            throw ClientError.untrusted(
                "case \(view.id.hex) is not of the owner you named: got \(owner.grouped), want "
                    + named.grouped
            )
        }
        let before = await trust.state[view.id.hex]?.owner
        try await trust.update {
            var known = $0[view.id.hex] ?? KnownCase(id: view.id.hex)
            known.owner = owner.hex
            $0[view.id.hex] = known
        }
        try await note(found)
        return TrustedOwner(
            caseID: view.id.hex,
            before: before.flatMap { Fingerprint(hex: $0) },
            owner: owner,
            key: named
        )
    }

    /// Makes sure that a case is not of another owner than the one this device knows.
    func requireKnownOwner(of view: CaseView) async throws {
        guard let known = await trust.state[view.id.hex]?.owner, let owner = view.owner,
            known != owner.hex
        else { return }
        let was = Fingerprint(hex: known)?.grouped ?? known
        guard view.recovery == nil else {
            throw ClientError(
                .failed,
                "administrators gave case \(view.id.hex) to another owner: got \(owner.grouped), want "
                    + was,
                hint: "compare the fingerprint with the new owner, by voice, then run "
                    + "`saksi case trust`"
            )
        }
        throw ClientError.untrusted(
            "case \(view.id.hex) is not of the owner this device knows: got \(owner.grouped), want \(was)"
        )
    }

    /// The owner of a case, where a person and not the vault said who that is, and which keys are theirs.
    ///
    /// Evidence is sealed to nobody else's.
    func comparedOwner(of view: CaseView) async throws -> Fingerprint {
        guard let owner = view.owner else { preconditionFailure("a viewed case has an owner") }
        let isKnown = await trust.state[view.id.hex]?.owner != nil
        guard isKnown || owner == identity.person else {
            throw ClientError(
                .failed,
                "this device knows the owner of case \(view.id.hex) only from the vault: "
                    + owner.grouped,
                hint: "compare the fingerprint with the owner, then add --owner, or run "
                    + "`saksi case trust`"
            )
        }
        let isCompared = await trust.comparison
        if let root = view.ownerRoots.first(where: {
            !isCompared(KeyHolder(person: owner, root: $0))
        }) {
            throw ClientError(
                .failed,
                "administrators gave the owner of case \(view.id.hex) a new key: \(root.grouped)",
                hint: "compare it with the owner, by voice, then run `saksi case trust`"
            )
        }
        return owner
    }
}

extension Trust {
    /// Whether a person's keys that follow from a key are believed to be theirs.
    ///
    /// Those that follow from the first are. Those that follow from one that administrators gave them are
    /// once it was compared; the one that let this device in was, and so are its own.
    var comparison: @Sendable (KeyHolder) -> Bool {
        let own = ([identity] + identity.past).map(\.fingerprint.hex)
        let known = Set((state.compared ?? []) + [state.inviter].compactMap { $0 } + own)
        return { $0.root == $0.person || known.contains($0.root.hex) }
    }
}

/// The owner of a case whom a device knows from a person.
public struct TrustedOwner: Encodable, Sendable {
    /// 32 hexadecimal digits.
    public let caseID: String
    /// Whom it knew before, by the first key.
    public let before: Fingerprint?
    /// Whom it knows now, by the first key.
    public let owner: Fingerprint
    /// The key that was compared.
    public let key: Fingerprint

    private enum CodingKeys: String, CodingKey { case caseID = "case", before, owner, key }
}
