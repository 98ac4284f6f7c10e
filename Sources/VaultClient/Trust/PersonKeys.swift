// SPDX-License-Identifier: Apache-2.0

import TransparencyLog
import Vault

/// The keys of one person, as the log tells them.
struct PersonKeys: Sendable {
    /// By the first key.
    let person: Fingerprint
    /// Those that may act, in the order in which they were enrolled.
    let active: [IdentityRecord]
    /// All of them, also those that ended; in the order in which they were enrolled.
    let all: [Member]
    /// From which key signatures lead to each key; see ``KeyHolder/root``.
    let roots: [Fingerprint: Fingerprint]
    /// What the person was invited to be, where the vault shows the invitation.
    let role: Role?
    /// What the administrators had decided when this was asked.
    let governance: Governance

    /// Whose a key is, and from which one signatures lead to it.
    func holder(of key: Fingerprint) -> KeyHolder {
        KeyHolder(person: person, root: roots[key] ?? key)
    }

    /// A key of the person, also one that ended.
    func key(_ fingerprint: Fingerprint) -> Member? {
        all.first { $0.fingerprint == fingerprint }
    }
}

extension VaultSession {
    /// The keys of some people, each by the first key, in their order.
    ///
    /// The vault shows the entries about each person's keys, with proofs. They are replayed together with
    /// those about administrators, whose signatures some of them need.
    ///
    /// - Throws: ``ClientError``: `.refused` where the vault knows no such member; `.untrusted` where an
    ///   entry is missing that this device saw before, and for entries that the rules do not allow.
    func keys(of people: [Fingerprint]) async throws -> [PersonKeys] {
        var chains: [Fingerprint: [LoggedEntry]] = [:]
        for person in people where chains[person] == nil {
            chains[person] = try await entries(aboutKeysOf: person)
        }
        let governance = try await governance()
        let state = try Self.replayed(chains, with: governance)
        try await remember(chains)
        return people.map { person in
            let chain = chains[person] ?? []
            let records = (chain + governance.entries).compactMap(\.statement.act.enrolled)
            let all = state.keys(of: person).sorted { $0.enrolled < $1.enrolled }
            return PersonKeys(
                person: person,
                active: all.filter(\.isActive).compactMap { key in
                    records.first { $0.fingerprint == key.fingerprint }
                },
                all: all,
                roots: (chain + governance.entries).roots,
                role: chain.compactMap(\.invitedRole).first,
                governance: governance
            )
        }
    }

    /// The keys of one person.
    func keys(of person: Fingerprint) async throws -> PersonKeys {
        try await keys(of: [person])[0]
    }

    private func entries(aboutKeysOf person: Fingerprint) async throws -> [LoggedEntry] {
        var chain: [LoggedEntry] = []
        do {
            try await receipts(at: "/v1/members/\(person.hex)/entries") { chain.append($0) }
        } catch let error as ClientError where error.problem == .notFound {
            throw ClientError.unknownMember(person)
        }
        let seen = await trust.state.people?[person.hex] ?? SeenEntries()
        if let missing = seen.missing(from: chain.map(\.index)) {
            throw ClientError.untrusted(
                "the vault keeps back entry \(missing), about the keys of \(person.grouped), which this "
                    + "device has seen"
            )
        }
        return chain
    }

    /// What the administrators decided and the keys of these people, by the rules of the fold.
    private static func replayed(
        _ chains: [Fingerprint: [LoggedEntry]],
        with governance: Governance
    ) throws -> VaultState {
        let known = Set(governance.indices)
        let ofPeople = chains.flatMap { person, chain in chain.map { (person, $0) } }
            .filter { !known.contains($1.index) && $1.invitedRole == nil }
        let ofGovernance = governance.entries.map { (nil as Fingerprint?, $0) }
        var (state, facts) = (VaultState(), LogFacts())
        for (person, logged) in (ofPeople + ofGovernance).sorted(by: { $0.1.index < $1.1.index }) {
            do throws(PolicyViolation) {
                if let person {
                    try state.replay(keysOf: person, logged.entry, at: logged.index, facts: &facts)
                } else {
                    try state.replay(governance: logged.entry, at: logged.index, facts: &facts)
                }
            } catch {
                throw ClientError.untrusted(
                    "entry \(logged.index) is not one that the vault's rules allow, as far as the "
                        + "entries about people's keys show: \(error)"
                )
            }
        }
        return state
    }

    private func remember(_ chains: [Fingerprint: [LoggedEntry]]) async throws {
        let seen = await trust.state.people ?? [:]
        let new = chains.filter { person, chain in
            chain.map(\.index) != seen[person.hex]?.indices
        }
        guard !new.isEmpty else { return }
        try await trust.update { state in
            var people = state.people ?? [:]
            for (person, chain) in new {
                people[person.hex, default: SeenEntries()].formUnion(chain.map(\.index))
            }
            state.people = people
        }
    }
}

extension [LoggedEntry] {
    /// From which key signatures lead to each key that these entries enrol, which the rules allowed.
    fileprivate var roots: [Fingerprint: Fingerprint] {
        sorted { $0.index < $1.index }.reduce(into: [:]) { roots, logged in
            guard let key = logged.statement.act.enrolled?.fingerprint else { return }
            switch logged.statement.act {
            case .rekey(let rekey) where rekey.reason != .replace:
                roots[key] = roots[logged.statement.actor]
            default: roots[key] = key
            }
        }
    }
}

extension LoggedEntry {
    /// What an invitation invites to; `nil` for any other entry.
    fileprivate var invitedRole: Role? {
        switch statement.act {
        case .genesis: .admin
        case .invite(let invite): invite.role
        default: nil
        }
    }
}

extension ClientError {
    /// Nobody is named by a fingerprint.
    static func unknownMember(_ member: Fingerprint) -> ClientError {
        ClientError(
            .refused,
            "no member has the fingerprint \(member.grouped)",
            hint: "compare it with the person again"
        )
    }
}
