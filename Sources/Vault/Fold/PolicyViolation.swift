// SPDX-License-Identifier: Apache-2.0

/// The rule of the vault that a statement breaks.
///
/// One case for each rule; the raw value is its stable name, the text is for people.
public enum PolicyViolation: String, Error, CaseIterable, Sendable {
    // MARK: Every entry

    /// An entry's index is not the number of entries before it.
    case indexGap = "index-gap"
    /// The accepted time has seconds.
    case unroundedTime = "unrounded-time"
    /// The accepted time is before that of the entry before.
    case clockBackwards = "clock-backwards"
    /// The first entry is not a `genesis`.
    case missingGenesis = "missing-genesis"
    /// A later entry is a `genesis`.
    case repeatedGenesis = "repeated-genesis"
    /// The statement is for another vault.
    case wrongVault = "wrong-vault"
    /// The statement is in the log already.
    case repeatedStatement = "repeated-statement"
    /// The actor is not enrolled.
    case unknownActor = "unknown-actor"
    /// A signature that the act needs is missing, or stands in another place.
    case missingSignature = "missing-signature"
    /// There is a signature that the act does not need.
    case surplusSignature = "surplus-signature"
    /// A signature does not verify.
    case wrongSignature = "wrong-signature"
    /// The actor's key, or that of another signer, has ended.
    case endedKey = "ended-key"
    /// The statement is no longer good.
    case expiredStatement = "expired-statement"
    /// Fewer administrators signed than the policy asks for.
    case quorumMissing = "quorum-missing"

    // MARK: genesis

    /// The actor is not the SHA-256 of the log's key.
    case genesisActor = "genesis-actor"
    /// The log's key is not named for the vault.
    case genesisKeyName = "genesis-key-name"
    /// The vault is to take its own place.
    case ownPredecessor = "own-predecessor"

    // MARK: invite

    /// The actor may not invite people to that role, or to that case.
    case mayNotInvite = "may-not-invite"
    /// The invitation's key was used before.
    case inviteKeyReused = "invite-key-reused"

    // MARK: enrol

    /// No invitation has that key.
    case unknownInvite = "unknown-invite"
    /// The invitation was used.
    case usedInvite = "used-invite"
    /// The invitation has expired.
    case expiredInvite = "expired-invite"
    /// The actor is not the fingerprint of the identity record.
    case enrolActor = "enrol-actor"
    /// The member is enrolled already.
    case repeatedMember = "repeated-member"

    /// Whoever gave out the invitation lost the key, or had it taken away.
    case voidInvite = "void-invite"

    // MARK: policy, rekey, revoke

    /// The actor is not an administrator.
    case notAdministrator = "not-administrator"
    /// The policy takes the place of another than the current one.
    case otherPolicy = "other-policy"
    /// So few administrators would be left that an act could never be done again.
    case quorumUnreachable = "quorum-unreachable"
    /// A key is another person's.
    case otherPersonsKey = "other-persons-key"
    /// The new key did not sign that it becomes this person's.
    case wrongPossession = "wrong-possession"
    /// The person was revoked.
    case revokedPerson = "revoked-person"

    // MARK: log.key, freeze

    /// The old or the new key of the log did not sign the handover.
    case wrongHandover = "wrong-handover"
    /// The handover is from another key than the one in force.
    case otherLogKey = "other-log-key"
    /// The new key of the log was in force before, or cannot be told from one that was.
    case usedLogKey = "used-log-key"
    /// The log was ended.
    case frozen

    // MARK: Cases

    /// The actor is not a reader, and only readers open cases.
    case mayNotOpenCases = "may-not-open-cases"
    /// The case exists already.
    case repeatedCase = "repeated-case"
    /// There is no such case.
    case unknownCase = "unknown-case"
    /// The actor does not own the case.
    case notOwner = "not-owner"
    /// The member to whom a right is given is not enrolled.
    case unknownMember = "unknown-member"
    /// Every key of the member has ended.
    case noActiveKey = "no-active-key"
    /// The member's role does not allow that right.
    case roleForbidsRight = "role-forbids-right"
    /// The grant takes the place of another keyring than the case's current one.
    case otherKeyring = "other-keyring"

    /// The rotation does not lead to the next epoch.
    case notNextEpoch = "not-next-epoch"
    /// The case has another number of submissions than the rotation took over.
    case otherSubmissions = "other-submissions"
    /// The owner cannot be removed from the case.
    case ownerStays = "owner-stays"
    /// The person does not have the right that is to be taken.
    case noSuchRight = "no-such-right"

    // MARK: Evidence

    /// The actor may not submit to the case.
    case mayNotSubmit = "may-not-submit"
    /// The submission is sealed to another epoch than the current one.
    case wrongEpoch = "wrong-epoch"
    /// The record was submitted before.
    case repeatedRecord = "repeated-record"
    /// Another record took the place of this one.
    case replacedRecord = "replaced-record"
    /// The actor may not read the case.
    case mayNotRead = "may-not-read"
    /// A record was not submitted to the case.
    case unknownRecord = "unknown-record"
    /// The bundle is sealed with a key that the policy does not name.
    case otherExportKey = "other-export-key"
    /// The submitter's consent does not cover the class.
    case noConsent = "no-consent"
    /// The actor did not submit the record.
    case notSubmitter = "not-submitter"
    /// The evidence is held.
    case underHold = "under-hold"
    /// The evidence was erased.
    case erased

    /// The rule's stable name.
    public var rule: String { rawValue }
}

extension PolicyViolation: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .indexGap: "an entry is missing before this one, or is there twice"
        case .unroundedTime: "the accepted time is not rounded to the minute"
        case .clockBackwards: "the accepted time is before that of the entry before"
        case .missingGenesis: "the first entry is not the genesis"
        case .repeatedGenesis: "there is a second genesis"
        case .wrongVault: "the statement is for another vault"
        case .repeatedStatement: "the statement is in the log already"
        case .unknownActor: "the actor is not enrolled"
        case .missingSignature: "a signature that the act needs is missing"
        case .surplusSignature: "there is a signature that the act does not need"
        case .wrongSignature: "a signature does not verify"
        case .endedKey: "a key that signed, or is to be ended, has ended already"
        case .expiredStatement: "the time in which the statement was good is over"
        case .quorumMissing: "fewer administrators signed than the vault's policy asks for"
        case .genesisActor: "the actor of the genesis is not the log's key"
        case .genesisKeyName: "the log's key is not named for the vault"
        case .ownPredecessor: "the vault names itself as the one whose place it takes"
        case .mayNotInvite: "the actor may not give out this invitation"
        case .inviteKeyReused: "the key of the invitation was used before"
        case .unknownInvite: "there is no such invitation"
        case .usedInvite: "the invitation was used already"
        case .expiredInvite: "the invitation has expired"
        case .enrolActor: "the actor is not the fingerprint of the identity record"
        case .repeatedMember: "the member is enrolled already"
        case .voidInvite: "the key of whoever gave out the invitation was lost or revoked"
        case .notAdministrator: "only administrators may do this"
        case .otherPolicy: "the vault has another policy by now than the one to be replaced"
        case .quorumUnreachable: "too few administrators would be left to do every act"
        case .otherPersonsKey: "the key is another person's"
        case .wrongPossession: "the new key did not sign that it becomes this person's"
        case .revokedPerson: "the person was revoked"
        case .wrongHandover: "the old or the new key of the log did not sign the handover"
        case .otherLogKey: "the log has another key by now than the one that hands over"
        case .usedLogKey: "the log's new key was in force before"
        case .frozen: "the vault is frozen: nothing is accepted any more"
        case .mayNotOpenCases: "only readers open cases"
        case .repeatedCase: "the case exists already"
        case .unknownCase: "there is no such case"
        case .notOwner: "only the owner of the case may do this"
        case .unknownMember: "there is no such member"
        case .noActiveKey: "every key of the member has ended"
        case .roleForbidsRight: "the member's role does not allow this right"
        case .otherKeyring: "the case has another keyring by now than the one to be replaced"
        case .mayNotSubmit: "the actor may not submit to the case"
        case .wrongEpoch: "the submission is sealed to another epoch than the case's current one"
        case .repeatedRecord: "the record was submitted before"
        case .replacedRecord: "another record took the place of this one already"
        case .mayNotRead: "the actor may not read the case"
        case .unknownRecord: "the record was not submitted to the case"
        case .otherExportKey:
            "the export is sealed with a key that the vault's policy does not name"
        case .noConsent: "the submitter has not consented to this"
        case .notSubmitter: "only the submitter may do this"
        case .underHold: "the evidence is held and may not be erased"
        case .erased: "the evidence was erased"
        case .notNextEpoch: "the new epoch is not the one after the case's current one"
        case .otherSubmissions: "the case has other submissions by now than were taken over"
        case .ownerStays: "the owner of a case cannot be removed from it"
        case .noSuchRight: "the person does not have the right that is to be taken"
        }
    }
}
