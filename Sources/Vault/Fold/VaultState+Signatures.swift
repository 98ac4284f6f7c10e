// SPDX-License-Identifier: Apache-2.0

import TransparencyLog

/// A statement whose signatures were checked, once.
///
/// ``VaultState/verifySignatures(of:)`` makes one, so nothing is applied that was not checked.
public struct VerifiedStatement: Hashable, Sendable {
    /// The statement.
    public let signed: SignedStatement

    fileprivate init(_ signed: SignedStatement) { self.signed = signed }

    /// Takes an entry of the vault's own log, whose signatures were checked when it was accepted.
    ///
    /// For whoever makes an index again from a log that leads to the root they signed; nobody else has
    /// a reason to believe an entry.
    public init(trusting entry: Entry) { signed = entry.signed }
}

extension VaultState {
    /// Checks that those signed whom the lines name, and that the signatures an act cannot do without
    /// are there.
    ///
    /// Needs the keys only, and reads nothing that an entry could change later: it may run on any
    /// thread, with a state that is a little old, before ``apply(_:accepted:at:facts:)``, which judges
    /// whether those who signed may, and are enough.
    ///
    /// - Throws: ``PolicyViolation/unknownActor``, ``PolicyViolation/enrolActor``,
    ///   ``PolicyViolation/genesisActor``, ``PolicyViolation/missingSignature``,
    ///   ``PolicyViolation/surplusSignature``, ``PolicyViolation/wrongSignature``,
    ///   ``PolicyViolation/wrongPossession`` or ``PolicyViolation/wrongHandover``.
    public func verifySignatures(
        of signed: SignedStatement
    ) throws(PolicyViolation) -> VerifiedStatement {
        let signatures = signed.note.signatures
        let signers = try signers(of: signed)
        for (place, signer) in signers.enumerated() {
            guard place < signatures.count, signer.isNamed(by: signatures[place]) else {
                throw .missingSignature
            }
        }
        guard signatures.count == signers.count else { throw .surplusSignature }
        for (signer, signature) in zip(signers, signatures) {
            guard signer.isValid(signature, over: signed.note.text) else { throw .wrongSignature }
        }
        switch signed.statement.act {
        case .rekey(let rekey):
            guard rekey.isPossessed(in: signed.statement.vault) else { throw .wrongPossession }
        case .logKey(let change):
            guard change.handover.isValid else { throw .wrongHandover }
        default: break
        }
        return VerifiedStatement(signed)
    }

    /// Whose signatures stand, or must stand, below a statement, in the order of the lines.
    private func signers(of signed: SignedStatement) throws(PolicyViolation) -> [SigningKey] {
        let statement = signed.statement
        switch statement.act {
        case .genesis(let genesis):
            guard statement.actor == genesis.actor else { throw .genesisActor }
            return [SigningKey(genesis.logKey)]
        case .enrol(let enrol):
            guard statement.actor == enrol.record.fingerprint else { throw .enrolActor }
            return [
                SigningKey(name: statement.actor.hex, publicKey: enrol.record.signing),
                SigningKey(invite: enrol.inviteKey),
            ]
        default:
            guard let member = members[statement.actor] else { throw .unknownActor }
            return [member.key] + (try approvers(of: signed))
        }
    }

    /// Who signed below the actor: keys that are enrolled, ascending, so that each set of signatures
    /// has one order and nobody stands twice.
    private func approvers(of signed: SignedStatement) throws(PolicyViolation) -> [SigningKey] {
        var keys: [SigningKey] = []
        var last: Fingerprint?
        for signature in signed.note.signatures.dropFirst() {
            guard signed.statement.act.quorum != nil, let signer = Fingerprint(hex: signature.name),
                signer != signed.statement.actor, last.map({ $0 < signer }) ?? true,
                let member = members[signer]
            else { throw .surplusSignature }
            keys.append(member.key)
            last = signer
        }
        return keys
    }
}
