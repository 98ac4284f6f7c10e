// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// What an act is to the custody of evidence, in the words of others.
///
/// ISO/IEC 27037 asks who handled an item, when, why and with what outcome; the PREMIS event types are
/// those of id.loc.gov/vocabulary/preservation/eventType. The words say what the log knows and no more:
/// an `access` shows that the bytes were released, not that anybody read them.
struct CustodyWords {
    /// The handling, as ISO/IEC 27037 speaks of it.
    let handling: String
    /// The PREMIS event type.
    let premis: String
    /// In what role the actor acted.
    let role: String
    /// The reason or authority that the statement gives; else empty.
    let reason: String
    /// From whom the item or its copy went; empty where it went nowhere.
    let from: String
    /// To whom.
    let to: String
    let outcome: String

    private init(
        _ handling: String,
        _ premis: String,
        by role: String,
        reason: String = "",
        from: String = "",
        to: String = "",
        outcome: String
    ) {
        self.handling = handling
        self.premis = premis
        self.role = role
        self.reason = reason
        self.from = from
        self.to = to
        self.outcome = outcome
    }

    init(_ act: Act) {
        switch act {
        case .caseOpen:
            self.init(
                "case record opened",
                "policy assignment",
                by: "custodian",
                outcome: "case opened"
            )
        case .submit:
            self.init(
                "acquired into custody",
                "ingestion",
                by: "submitter",
                from: "submitter",
                to: "vault",
                outcome: "sealed by the submitter; the SHA-256 of each file committed to"
            )
        case .access(let access):
            self.init(
                access.scope == .envelopes ? "key renewal" : "accessed",
                access.scope == .envelopes ? "encryption" : "decryption",
                by: "custodian",
                reason: access.purpose,
                from: "vault",
                to: "actor",
                outcome: "released to the actor in sealed form"
            )
        case .export(let export):
            self.init(
                "copied for release",
                "dissemination",
                by: "custodian",
                reason: "for class \(export.consentClass.rawValue)",
                from: "vault",
                to: "recipient",
                outcome: "copy made; its payload manifest has SHA-256 \(export.manifest.hex)"
            )
        case .exportOverride(let override):
            self.init(
                "release decided although consent does not cover it",
                "policy assignment",
                by: "custodian",
                reason: override.authority,
                outcome: "let out once for class \(override.consentClass.rawValue), as the vault's "
                    + "administrators decided"
            )
        case .consent(let consent):
            let classes = consent.classes.map(\.rawValue).joined(separator: " ")
            self.init(
                "instruction of the submitter recorded",
                "policy assignment",
                by: "submitter",
                outcome: classes.isEmpty ? "consent withdrawn" : "consent for \(classes)"
            )
        case .custody(let custody): self = Self.entered(custody)
        case .hold(let hold):
            self.init(
                hold.state == .on ? "preservation ordered" : "preservation order ended",
                "policy assignment",
                by: "custodian",
                outcome: "hold \(hold.state.rawValue)"
            )
        case .erase(let erase):
            self.init(
                "disposed of",
                "deletion",
                by: "custodian",
                reason: erase.authority,
                outcome: "erased from the vault"
            )
        case .reencrypt(let act):
            self.init(
                "sealed anew, content unchanged",
                "encryption",
                by: "custodian",
                reason: act.reason.rawValue,
                outcome: "new record in the place of the one before; the same commitments"
            )
        case .genesis, .invite, .enrol, .policy, .rekey, .revoke, .logKey, .freeze, .caseGrant,
            .caseRemove, .caseRotate, .caseEscrow, .caseRecover:
            self.init(
                "administration",
                "policy assignment",
                by: "administrator",
                outcome: "recorded"
            )
        }
    }

    /// A step outside of the vault, which somebody entered by hand.
    private static func entered(_ custody: Custody) -> CustodyWords {
        let (handling, premis) =
            switch custody.event {
            case .received: ("received by the custodian", "transfer")
            case .copied: ("copied", "replication")
            case .transferred: ("transferred to another custodian", "transfer")
            case .printed: ("printed", "printing")
            case .presented: ("presented", "displaying")
            case .returned: ("returned", "transfer")
            case .destroyed: ("copy destroyed", "deletion")
            }
        return CustodyWords(
            handling,
            premis,
            by: "custodian",
            outcome: "entered by hand: done at \(custody.occurred.text), as the actor says"
        )
    }
}
