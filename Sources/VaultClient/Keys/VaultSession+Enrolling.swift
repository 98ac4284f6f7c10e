// SPDX-License-Identifier: Apache-2.0

import Bulk
public import Vault

extension VaultSession {
    /// Gives a person new keys in the place of lost ones; administrators do.
    ///
    /// Run again, it goes on: what waits for signatures is not proposed twice, and keys that the log shows
    /// are not enrolled again.
    ///
    /// - Parameters:
    ///   - member: One of the person's keys.
    ///   - request: What the person made on the new device.
    ///   - compared: The new fingerprint, as the person said it.
    ///   - ending: The keys that end as lost; none for all that may act.
    ///   - seconds: How long others may sign it.
    /// - Returns: What came of it, and what the new device joins by.
    /// - Throws: ``ClientError``.
    public func replaceKeys(
        of member: Fingerprint,
        by request: KeyRequest,
        compared: Fingerprint,
        ending: [Fingerprint],
        for seconds: Int64
    ) async throws -> KeyGrant {
        let person = try await holder(of: member).person
        let keys = try await keys(of: person)
        let active = keys.active.map(\.fingerprint)
        return try await enrol(
            request,
            as: keys,
            compared: compared,
            .replace,
            ending: ending.isEmpty ? active : ending,
            for: seconds
        )
    }

    /// Adds the keys of a further device of this person.
    ///
    /// Once they are in the log, the keyrings of this person's own cases are sealed to them, too. Run again,
    /// it goes on.
    ///
    /// - Parameters:
    ///   - request: What was made on the new device.
    ///   - compared: The new fingerprint, as that device shows it.
    ///   - seconds: How long administrators may sign it.
    /// - Returns: What came of it, and what the new device joins by.
    /// - Throws: ``ClientError``.
    public func addDevice(
        by request: KeyRequest,
        compared: Fingerprint,
        for seconds: Int64
    ) async throws -> KeyGrant {
        let keys = try await keys(of: identity.person)
        var grant = try await enrol(
            request,
            as: keys,
            compared: compared,
            .device,
            ending: [],
            for: seconds
        )
        guard case .logged = grant.decision else { return grant }
        for summary in try await cases() {
            switch summary.right {
            case "own":
                try await self.grant(identity.fingerprint, .read, in: summary.id)
                grant.opened.append(summary.id)
            case "read": grant.closed.append(summary.id)
            default: break
            }
        }
        return grant
    }

    private func enrol(
        _ request: KeyRequest,
        as keys: PersonKeys,
        compared: Fingerprint,
        _ reason: RekeyReason,
        ending: [Fingerprint],
        for seconds: Int64
    ) async throws -> KeyGrant {
        guard request.vault == log.origin else {
            throw ClientError(
                .failed,
                "the request is for another vault: got \(request.vault), want \(log.origin)"
            )
        }
        guard request.person == keys.person else {
            throw ClientError(
                .failed,
                "the request is for another person: got \(request.person.grouped), want "
                    + keys.person.grouped
            )
        }
        guard request.fingerprint == compared else {
            throw ClientError(
                .failed,
                "the request has another key than the one that was compared: got "
                    + "\(request.fingerprint.grouped), want \(compared.grouped)",
                hint: "have the request sent again, and compare the fingerprint by voice"
            )
        }
        let act = request.rekey(
            expires: try deadline(in: seconds),
            reason: reason,
            ends: ending
        )
        guard act.isPossessed(in: log.origin) else {
            throw ClientError(.failed, "the request is not signed by the key that it asks for")
        }
        let decision: Decision
        if let known = keys.key(request.fingerprint) {
            guard known.isActive else {
                throw ClientError(
                    .failed,
                    "the key \(known.fingerprint.grouped) has ended already",
                    hint: "make a new one: `saksi key request`, with an empty --home"
                )
            }
            decision = .logged(index: known.enrolled)
        } else if let waiting = try await waiting(for: request) {
            decision = try await finish(waiting)
        } else {
            decision = try await decide(.rekey(act))
        }
        return KeyGrant(
            decision: decision,
            person: keys.person,
            welcome: try await welcome(to: keys.person).text
        )
    }

    /// A proposal that waits for signatures and enrols these keys.
    private func waiting(for request: KeyRequest) async throws -> ProposalCard? {
        try await pending().first { $0.rekeyed == request.record }
    }

    /// Sends a proposal to the log where all signatures are there and nobody has.
    private func finish(_ card: ProposalCard) async throws -> Decision {
        guard card.isComplete, let id = Hash(hex: card.id) else { return .proposed(card) }
        let pending = try await pendingStatement(id, try await governance())
        return .logged(index: try await post(pending.signed).index)
    }

    private func welcome(to person: Fingerprint) async throws -> Welcome {
        let (contact, head) = try await contact()
        return try Welcome(
            contact: contact,
            sender: identity.fingerprint,
            person: person,
            head: head
        )
    }
}

/// What came of enrolling somebody's further keys.
public struct KeyGrant: Sendable {
    /// Whether the log has it, or it waits.
    public let decision: Decision
    /// Whose keys they are.
    public let person: Fingerprint
    /// What the new device joins by; see ``Vault/Welcome``.
    public let welcome: String
    /// Ids of own cases whose keyrings were sealed to the new keys.
    public internal(set) var opened: [String] = []
    /// Ids of cases that the person reads, and whose owners have to grant that again.
    public internal(set) var closed: [String] = []
}
