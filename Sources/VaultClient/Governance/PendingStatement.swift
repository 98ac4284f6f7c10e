// SPDX-License-Identifier: Apache-2.0

import Bulk
import Foundation
import TransparencyLog
import Vault

/// A statement that waits for signatures, read and judged on this device.
struct PendingStatement: Sendable {
    /// The statement with the lines that count, and how many do.
    let tally: Tally
    /// The administrators who said no, by their first keys.
    let rejecters: Set<Fingerprint>

    var signed: SignedStatement { tally.statement }
}

extension VaultSession {
    /// A proposal by its id, with the answers so far.
    ///
    /// The vault gives bytes only. What they say, and whose signatures count, is found out here.
    ///
    /// - Throws: ``ClientError``: `.failed` where the vault has no such proposal; `.untrusted` where
    ///   it shows another statement, or one that its actor did not sign.
    func pendingStatement(_ id: Hash, _ governance: Governance) async throws -> PendingStatement {
        let question = Request(path: "/v1/proposals/\(id.hex)")
        let answer = try await connection.send(question, as: signer, allowsMissing: true)
        guard answer.status == 200 else {
            throw ClientError(
                .failed,
                "nothing waits for signatures under \(id.hex)",
                hint: "it was accepted, rejected or withdrawn, or its time is over: see "
                    + "`saksi admin pending`"
            )
        }
        let shown = try decode(ShownProposal.self, answer)
        guard let signed = try? SignedStatement(parsing: Array(shown.note.utf8)), signed.id == id,
            signed.statement.vault == log.origin
        else { throw ClientError.untrusted("the vault shows another statement than \(id.hex)") }
        try await requireActor(of: signed, governance)
        try requireApprovals(of: signed, governance)
        let tally: Tally?
        do throws(PolicyViolation) {
            tally = try governance.state.tally(of: signed)
        } catch {
            throw ClientError(.refused, "this can no longer be decided: \(error)")
        }
        guard let tally else {
            throw ClientError.untrusted("the vault shows as a proposal what needs none: \(id.hex)")
        }
        let rejecters = try shown.rejections.compactMap { text -> Fingerprint? in
            guard let rejection = try? Rejection(parsing: Array(text.utf8)),
                rejection.statement == id, rejection.vault == log.origin,
                let member = governance.state.member(rejection.actor)
            else { return nil }
            guard rejection.isSigned(by: member) else {
                throw forged("a rejection", by: member.fingerprint)
            }
            return member.person
        }
        return PendingStatement(tally: tally, rejecters: Set(rejecters))
    }

    /// Makes sure that no administrator's line was made up; whether it counts is the tally's matter.
    private func requireApprovals(of signed: SignedStatement, _ governance: Governance) throws {
        for line in signed.note.signatures.dropFirst() {
            guard let key = Fingerprint(hex: line.name), let member = governance.state.member(key)
            else { continue }
            do {
                let alone = try SignedNote(text: signed.note.text, signatures: [line])
                _ = try alone.verified(by: [member.verifierKey])
            } catch {
                throw forged("an approval", by: key)
            }
        }
    }

    private func forged(_ what: String, by key: Fingerprint) -> ClientError {
        ClientError.untrusted("the vault shows \(what) that \(key.grouped) did not sign")
    }

    /// Makes sure that the actor signed; the others' lines are the tally's matter.
    private func requireActor(of signed: SignedStatement, _ governance: Governance) async throws {
        let actor = signed.statement.actor
        let key: VerifierKey =
            if let known = governance.state.member(actor) {
                known.verifierKey
            } else {
                try await members.record(of: actor).verifierKey
            }
        do {
            let alone = try SignedNote(
                text: signed.note.text,
                signatures: Array(signed.note.signatures.prefix(1))
            )
            _ = try alone.verified(by: [key])
        } catch {
            throw ClientError.untrusted(
                "a proposal is not signed by the member it names, \(actor.grouped)"
            )
        }
    }
}

private struct ShownProposal: Decodable {
    let note: String
    let rejections: [String]
}
