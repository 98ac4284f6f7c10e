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
    /// Checks that those signed whose signatures an act needs, and nobody else.
    ///
    /// Needs the members only, and reads nothing that an entry could change later: it may run on any
    /// thread, with a state that is a little old, before ``apply(_:accepted:at:facts:)``.
    ///
    /// - Throws: ``PolicyViolation/unknownActor``, ``PolicyViolation/enrolActor``,
    ///   ``PolicyViolation/genesisActor``, ``PolicyViolation/missingSignature``,
    ///   ``PolicyViolation/surplusSignature`` or ``PolicyViolation/wrongSignature``.
    public func verifySignatures(
        of signed: SignedStatement
    ) throws(PolicyViolation) -> VerifiedStatement {
        let signers = try signers(of: signed.statement)
        let signatures = signed.note.signatures
        for (place, signer) in signers.enumerated() {
            guard place < signatures.count, signer.isNamed(by: signatures[place]) else {
                throw .missingSignature
            }
        }
        guard signatures.count == signers.count else { throw .surplusSignature }
        for (signer, signature) in zip(signers, signatures) {
            guard signer.isValid(signature, over: signed.note.text) else { throw .wrongSignature }
        }
        return VerifiedStatement(signed)
    }

    /// Whose signatures a statement needs, in the order of the lines.
    private func signers(of statement: Statement) throws(PolicyViolation) -> [SigningKey] {
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
        case .invite, .caseOpen, .caseGrant, .submit, .access, .export, .consent, .custody:
            guard let member = members[statement.actor] else { throw .unknownActor }
            return [member.key]
        }
    }
}
