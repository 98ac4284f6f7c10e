// SPDX-License-Identifier: Apache-2.0

import TransparencyLog
import Vault

/// The keys of other members, each bound to its fingerprint by the enrol entry.
///
/// The vault cannot put another key in the place of a member's: the fingerprint is the hash of the
/// keys.
actor Members {
    private let connection: Connection
    private let signer: RequestSigner
    private let receipts: Receipts
    private let trust: Trust
    private var known: [Fingerprint: KnownKey] = [:]
    private var holders: [Fingerprint: KeyHolder] = [:]
    /// Keys of which the log showed that administrators gave them to whom they say.
    private var given: Set<Fingerprint> = []
    /// The entries that ended keys, as far as they were seen.
    private var ends: [Fingerprint: UInt64] = [:]

    init(connection: Connection, signer: RequestSigner, receipts: Receipts, trust: Trust) {
        self.connection = connection
        self.signer = signer
        self.receipts = receipts
        self.trust = trust
    }

    /// A key, and the entry that enrolled it.
    private struct KnownKey {
        let record: IdentityRecord
        let logged: LoggedEntry
    }

    /// The identity record of a member's key, from the log.
    func record(of member: Fingerprint) async throws -> IdentityRecord {
        try await key(member).record
    }

    /// Whose key it is, by the signatures of the person's own keys.
    ///
    /// A key that a person put in the place of another, or added, is theirs: the older one signed that,
    /// and so on back to the first, or to one that administrators gave them. Whether administrators did,
    /// ``isGiven(_:)`` tells.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where the keys do not lead back to one person.
    func holder(of key: Fingerprint) async throws -> KeyHolder {
        if let holder = holders[key] { return holder }
        var chain = [try await self.key(key)]
        while case .rekey(let rekey) = chain[0].logged.statement.act, rekey.reason != .replace {
            let logged = chain[0].logged
            let older = try await self.key(logged.statement.actor)
            guard older.logged.index < logged.index else { throw misplaced(logged) }
            try await requireSignature(of: logged)
            chain.insert(older, at: 0)
        }
        let root = chain[0].record.fingerprint
        let person = chain[0].logged.statement.act.rekeyed ?? root
        for known in chain {
            if let named = known.logged.statement.act.rekeyed, named != person {
                throw misplaced(known.logged)
            }
            holders[known.record.fingerprint] = KeyHolder(person: person, root: root)
        }
        return KeyHolder(person: person, root: root)
    }

    /// Whether it was found before that administrators gave somebody this key.
    func isGiven(_ root: Fingerprint) -> Bool { given.contains(root) }

    /// Takes note that administrators gave somebody this key.
    func noteGiven(_ root: Fingerprint) { given.insert(root) }

    private func misplaced(_ logged: LoggedEntry) -> ClientError {
        ClientError.untrusted(
            "entry \(logged.index) gives a person a key that none of that person's keys signed"
        )
    }

    private func key(_ member: Fingerprint) async throws -> KnownKey {
        if let found = known[member] { return found }
        guard let logged = try await enrolment(of: member) else {
            throw ClientError.unknownMember(member)
        }
        guard let record = logged.statement.act.enrolled else {
            preconditionFailure("an enrolment enrols a key")
        }
        let found = KnownKey(record: record, logged: logged)
        known[member] = found
        if case .rekey(let rekey) = logged.statement.act {
            for key in rekey.ends { ends[key] = min(ends[key] ?? .max, logged.index) }
        }
        return found
    }

    /// Makes sure that each entry was signed by a key that was enrolled and in use at its place, as far
    /// as the entries show that were seen of its owner's keys.
    func requireActive(in entries: [LoggedEntry]) async throws {
        for logged in entries {
            let actor = logged.statement.actor
            let enrolled = try await key(actor).logged.index
            guard enrolled <= logged.index else {
                throw ClientError.untrusted(
                    "entry \(logged.index) is signed with a key that was enrolled by entry "
                        + "\(enrolled), after it"
                )
            }
            if let end = ends[actor], end < logged.index {
                throw ClientError.untrusted(
                    "entry \(logged.index) is signed with a key that had ended with entry \(end)"
                )
            }
        }
    }

    /// The entry that enrolled a key: an `enrol` or a `rekey`; `nil` where the vault knows none.
    func enrolment(of member: Fingerprint) async throws -> LoggedEntry? {
        let floor = await trust.head
        let question = Request(path: "/v1/members/\(member.hex)")
        let answer = try await connection.send(question, as: signer, allowsMissing: true)
        guard answer.status == 200 else { return nil }
        let logged = try await receipts.verified(answer.bytes, floor: floor)
        guard logged.statement.act.enrolled?.fingerprint == member else {
            throw ClientError.untrusted(
                "the vault shows entry \(logged.index) as the enrolment of \(member.grouped), and it "
                    + "is not"
            )
        }
        return logged
    }

    /// Makes sure that the actor of an entry signed it.
    func requireSignature(of logged: LoggedEntry) async throws {
        let actor = logged.statement.actor
        let key = try await record(of: actor).verifierKey
        do {
            _ = try logged.entry.signed.note.verified(by: [key])
        } catch {
            throw ClientError.untrusted(
                "entry \(logged.index) is not signed by the member it names, \(actor.grouped)"
            )
        }
    }
}

/// Whose key a key is.
struct KeyHolder: Hashable, Sendable {
    /// The person, named by the first key that they enrolled.
    let person: Fingerprint
    /// The key from which signatures lead to this one: the person's first, or one that administrators gave
    /// them in the place of lost ones.
    let root: Fingerprint
}

extension Act {
    /// The person who gets a further key by the act, or whose keys it ends, if it does either.
    var rekeyed: Fingerprint? {
        switch self {
        case .rekey(let act): act.person
        case .revoke(let act): act.person
        default: nil
        }
    }

    /// The key that the act enrols, if it does.
    var enrolled: IdentityRecord? {
        switch self {
        case .enrol(let act): act.record
        case .rekey(let act): act.record
        default: nil
        }
    }
}
