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
    private var known: [Fingerprint: IdentityRecord] = [:]

    init(connection: Connection, signer: RequestSigner, receipts: Receipts, trust: Trust) {
        self.connection = connection
        self.signer = signer
        self.receipts = receipts
        self.trust = trust
    }

    /// The identity record of a member, from the log.
    func record(of member: Fingerprint) async throws -> IdentityRecord {
        if let record = known[member] { return record }
        guard let record = try await enrolment(of: member)?.record else {
            throw ClientError(
                .refused,
                "no member has the fingerprint \(member.grouped)",
                hint: "compare it with the person again"
            )
        }
        known[member] = record
        return record
    }

    /// How a member was enrolled, from the log; `nil` where the vault knows no such member.
    func enrolment(of member: Fingerprint) async throws -> Enrol? {
        let floor = await trust.head
        let question = Request(path: "/v1/members/\(member.hex)")
        let answer = try await connection.send(question, as: signer, allowsMissing: true)
        guard answer.status == 200 else { return nil }
        let logged = try await receipts.verified(answer.bytes, floor: floor)
        guard case .enrol(let enrol) = logged.statement.act, enrol.record.fingerprint == member
        else {
            throw ClientError.untrusted(
                "the vault shows entry \(logged.index) as the enrolment of \(member.grouped), and it "
                    + "is not"
            )
        }
        return enrol
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
