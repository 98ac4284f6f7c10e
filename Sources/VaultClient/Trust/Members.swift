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
    private var people: [Fingerprint: Fingerprint] = [:]

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

    /// Whose key it is: the person, named by the first key they enrolled.
    ///
    /// A key that a person put in the place of another, or added, is theirs: the older one signed that,
    /// and so on back to the first. Of a key that administrators gave somebody, their word is all there
    /// is; it counts as a person of its own here, for people to compare.
    ///
    /// - Throws: ``ClientError`` `.untrusted` where the keys do not lead back to one enrolment.
    func person(of key: Fingerprint) async throws -> Fingerprint {
        if let person = people[key] { return person }
        var chain = [try await self.key(key)]
        while case .rekey(let rekey) = chain[0].logged.statement.act, rekey.reason != .replace {
            let logged = chain[0].logged
            let older = try await self.key(logged.statement.actor)
            guard older.logged.index < logged.index else { throw misplaced(logged) }
            try await requireSignature(of: logged)
            chain.insert(older, at: 0)
        }
        let person = chain[0].record.fingerprint
        for known in chain {
            if case .rekey(let rekey) = known.logged.statement.act, rekey.reason != .replace,
                rekey.person != person
            {
                throw misplaced(known.logged)
            }
            people[known.record.fingerprint] = person
        }
        return person
    }

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
        return found
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

extension Act {
    /// The key that the act enrols, if it does.
    var enrolled: IdentityRecord? {
        switch self {
        case .enrol(let act): act.record
        case .rekey(let act): act.record
        default: nil
        }
    }
}
