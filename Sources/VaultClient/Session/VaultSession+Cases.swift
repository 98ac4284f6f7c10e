// SPDX-License-Identifier: Apache-2.0

import Age
import Bulk
import Evidence
import Foundation
import Sealing
import Secrets
import TransparencyLog
public import Vault

extension VaultSession {
    /// Makes an invitation for one person: one secret line, good for some seconds.
    ///
    /// A submitter's names the case they may submit to, and its owner.
    ///
    /// - Returns: The line, and whether the invitation is good already or waits for signatures.
    public func invite(
        role: Role,
        to caseName: String?,
        for seconds: Int64
    ) async throws -> (text: String, decision: Decision) {
        var target: (caseID: CaseID, owner: Fingerprint)?
        if let caseName {
            let id = try await resolve(caseName)
            target = (id, try await owner(of: id))
        }
        let seed = SystemEntropy().bytes(32)
        let key = try Invitation.signer(seed: seed).verifierKey.publicKey
        let expires = UTCTime(seconds: VaultClock.deviceTime + seconds)
        let act = Invite(role: role, caseID: target?.caseID, inviteKey: key, expires: expires)
        let decision = try await decide(.invite(act))
        let (contact, head) = try await contact()
        let invitation = try Invitation(
            contact: contact,
            inviter: identity.fingerprint,
            role: role,
            caseID: target?.caseID,
            owner: target?.owner,
            seed: seed,
            expires: expires,
            head: head
        )
        return (invitation.text, decision)
    }

    /// Opens a case; its name is sealed into the keyring and remembered on this device.
    public func openCase(named name: String) async throws -> CaseID {
        guard let id = CaseID(SystemEntropy().bytes(CaseID.size)) else {
            preconditionFailure("an id has \(CaseID.size) bytes")
        }
        let key = HybridIdentity(random: SystemEntropy())
        let keyring = try Keyring(
            caseID: id,
            name: name,
            epochs: [.init(number: 1, identity: key)]
        )
        let sealed = try keyring.sealed(
            for: try await recipients([identity.person]),
            entropy: SystemEntropy()
        )
        let act = CaseOpen(
            caseID: id,
            recipient: key.recipient.text,
            keyring: try await upload(.keyrings, sealed)
        )
        _ = try await post(try await sign(.caseOpen(act)))
        try await trust.update {
            $0[id.hex] = KnownCase(id: id.hex, owner: identity.person.hex, name: name)
        }
        return id
    }

    /// Lets a member read a case, or only submit to it.
    ///
    /// Granted again, a reader's keyring reaches the keys that the person has by now; also a key that
    /// administrators gave them, where it is the one that is named.
    ///
    /// - Parameters:
    ///   - named: One of the member's keys, compared with them.
    ///   - right: What they are let do.
    ///   - caseName: The case.
    /// - Throws: ``ClientError``.
    public func grant(
        _ named: Fingerprint,
        _ right: CaseRight,
        in caseName: String
    ) async throws {
        let view = try await view(of: resolve(caseName))
        let member = try await compared(named)
        // Whom a key that only administrators vouch for let in gets nothing by this.
        if view.owner == identity.person { _ = try await comparedOwner(of: view) }
        var keyring: Hash?
        if right == .read {
            let opened = try await self.keyring(of: view)
            let added = try await recipients([member])
            guard !added.isEmpty else { throw try await unsealable(member) }
            let others = try await recipients(view.readers.filter { $0 != member })
            let readers = added + others + (try view.custodians)
            let sealed = try opened.sealed(for: readers, entropy: SystemEntropy())
            keyring = try await upload(.keyrings, sealed)
        }
        let act = CaseGrant(
            caseID: view.id,
            member: member,
            right: right,
            keyring: keyring,
            replacing: right == .read ? view.keyring : nil
        )
        _ = try await post(try await sign(.caseGrant(act)))
    }

    /// The cases this device may read or submit to, with the names it knows or can open.
    public func cases() async throws -> [CaseSummary] {
        _ = try await catchUp()
        var summaries: [CaseSummary] = []
        for listed in try await listedCases() {
            var known = await trust.state[listed.id]
            if known?.name == nil, listed.right != "submit", let id = CaseID(hex: listed.id) {
                known = try await learnName(of: id)
            }
            summaries.append(
                CaseSummary(
                    id: listed.id,
                    right: listed.right,
                    name: known?.name,
                    owner: known?.owner
                )
            )
        }
        return summaries
    }

    /// The case a person means by a name, an id, or the first digits of an id.
    func resolve(_ name: String) async throws -> CaseID {
        if let id = CaseID(hex: name) { return id }
        if let id = try pick(name, from: await trust.state.cases) { return id }
        let listed = try await cases()
        let found = listed.map { KnownCase(id: $0.id, owner: $0.owner, name: $0.name) }
        if let id = try pick(name, from: found) { return id }
        throw ClientError(
            .failed,
            "no case is called \"\(name)\"",
            hint: "`saksi case list` shows the cases of this device"
        )
    }

    /// Everything the vault shows about a case, proved and judged.
    ///
    /// - Throws: ``ClientError`` `.untrusted` when the case is not of the owner this device knows, when
    ///   an entry is missing that this device saw before, and where ``CaseView`` refuses an entry; `.failed`
    ///   where administrators gave the case to another owner.
    func view(of id: CaseID) async throws -> CaseView {
        let view = try await anyonesView(of: id)
        try await requireKnownOwner(of: view)
        return view
    }

    /// A case as ``view(of:)`` has it, whoever the owner is.
    func anyonesView(of id: CaseID) async throws -> CaseView {
        let seen = await trust.state[id.hex]?.seen ?? SeenEntries()
        var view = CaseView(id: id, viewer: identity.person)
        try await receipts(at: "/v1/cases/\(id.hex)/entries") { logged in
            try await members.requireSignature(of: logged)
            try view.add(logged, by: try await holder(of: logged.statement.actor))
        }
        try await members.requireActive(in: view.entries)
        if !view.decisions.isEmpty { _ = try await governance(judging: view.decisions) }
        let shown = view.entries.map(\.index)
        if let missing = seen.missing(from: shown) {
            throw ClientError.untrusted(
                "the vault keeps back entry \(missing) of case \(id.hex), which this device has seen"
            )
        }
        guard view.owner != nil else {
            throw ClientError.untrusted("the vault keeps back the entry that opened case \(id.hex)")
        }
        if shown != seen.indices {
            try await trust.update { state in
                var known = state[id.hex] ?? KnownCase(id: id.hex)
                known.see(shown)
                state[id.hex] = known
            }
        }
        // The receipts may have brought a newer head, and with it what administrators decided.
        try await followPolicy(to: trust.head)
        return view
    }

    /// The case's private keys: the keyring that the owner's last statement names, and no other.
    ///
    /// The custodians' recovery key opens it, where this identity does not.
    func keyring(
        of view: CaseView,
        with recovery: HybridIdentity? = nil
    ) async throws -> Keyring {
        let question = Request(
            path: "/v1/keyrings/\(view.id.hex)/current",
            limit: Keyring.maximumSize
        )
        let answer = try await connection.send(question, as: signer)
        let found = Hash(hashing: answer.bytes)
        guard found == view.keyring else {
            throw ClientError.untrusted(
                "the keyring is not the one in the log: got \(found.hex), want "
                    + "\(view.keyring?.hex ?? "none")"
            )
        }
        let keyring = try opened(answer.bytes, of: view, with: recovery)
        guard keyring.caseID == view.id else {
            throw ClientError(.failed, "the keyring is of another case: \(keyring.caseID.hex)")
        }
        guard keyring.epochs.last?.number == view.epoch else {
            throw ClientError(
                .failed,
                "the keyring does not hold the key of epoch \(view.epoch) of case \(view.id.hex)"
            )
        }
        return keyring
    }

    private func opened(
        _ sealed: [UInt8],
        of view: CaseView,
        with recovery: HybridIdentity?
    ) throws -> Keyring {
        let openers: [any Identity] = if let recovery { [recovery] } else { identity.openers }
        do {
            return try Keyring(opening: sealed, with: openers)
        } catch KeyringError.file(.noMatch) {
            throw ClientError(
                .failed,
                "the key of case \(view.id.hex) is not sealed to this device",
                hint: view.owner == identity.person
                    ? "the custodians' shares open it: `saksi case recover`"
                    : "ask the case's owner to compare fingerprints, and to run `saksi case grant`"
            )
        }
    }

    private func owner(of id: CaseID) async throws -> Fingerprint {
        if await trust.state.role == Role.admin.rawValue {
            return try await CaseSearch(session: self).owner(of: id)
        }
        // The invitation would make another device believe what this one only has from the vault.
        return try await comparedOwner(of: try await view(of: id))
    }

    private func learnName(of id: CaseID) async throws -> KnownCase {
        let view = try await view(of: id)
        let name: String?
        do {
            name = try await keyring(of: view).name
        } catch let error as ClientError where error.code == .failed {
            // A new device, to whose key nobody has sealed the case's yet.
            name = nil
        }
        try await trust.update {
            var known = $0[id.hex] ?? KnownCase(id: id.hex)
            if view.owner == identity.person { known.owner = identity.person.hex }
            known.name = name
            $0[id.hex] = known
        }
        return await trust.state[id.hex] ?? KnownCase(id: id.hex, name: name)
    }

    private func listedCases() async throws -> [ListedCase] {
        try decode([ListedCase].self, await connection.send(Request(path: "/v1/cases"), as: signer))
    }

    private func pick(_ name: String, from cases: [KnownCase]) throws -> CaseID? {
        let isPrefix = name.utf8.count >= 4
        let matches = cases.filter { $0.name == name || isPrefix && $0.id.hasPrefix(name) }
        guard matches.count < 2 else {
            let ids = matches.map(\.id).joined(separator: ", ")
            throw ClientError(.failed, "more than one case is called \"\(name)\": \(ids)")
        }
        return matches.first.flatMap { CaseID(hex: $0.id) }
    }

    /// Reads a JSON answer.
    func decode<Value: Decodable>(_ type: Value.Type, _ answer: Response) throws -> Value {
        try answer.decoded(as: type)
    }
}

/// A case as it is listed.
public struct CaseSummary: Encodable, Sendable {
    /// 32 hexadecimal digits.
    public let id: String
    /// `own`, `read` or `submit`.
    public let right: String
    /// Where this device may know it.
    public let name: String?
    /// The owner's fingerprint, where this device knows it from a source other than the vault.
    public let owner: String?
}

private struct ListedCase: Decodable {
    let id: String
    let right: String

    private enum CodingKeys: String, CodingKey { case id = "case", right }
}
