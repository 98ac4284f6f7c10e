// SPDX-License-Identifier: Apache-2.0

/// The administrative acts for which a vault may ask that several administrators sign.
public enum QuorumClass: String, CaseIterable, Sendable {
    /// To give a case to another owner.
    case caseRecover = "case.recover"
    /// To have evidence destroyed.
    case erase
    /// To export evidence to whom its consent does not name.
    case exportOverride = "export.override"
    /// To end the log.
    case freeze
    /// To let go of evidence that was held.
    case hold
    /// To invite an administrator.
    case inviteAdmin = "invite.admin"
    /// To invite an auditor.
    case inviteAuditor = "invite.auditor"
    /// To invite a reader.
    case inviteReader = "invite.reader"
    /// To put a new key in the place of the log's.
    case logKey = "log.key"
    /// To change the rules themselves, the TLS keys, the witnesses or the TSAs.
    case policy
    /// To countersign a key that a person adds, or puts in the place of an older one.
    case rekey
    /// To give a person new keys who has lost the old ones.
    case replace
    /// To end a person's keys.
    case revoke

    /// Whether others than administrators may begin such an act, for administrators to sign.
    var isOpenToMembers: Bool {
        switch self {
        case .erase, .exportOverride, .hold, .rekey: true
        case .caseRecover, .freeze, .inviteAdmin, .inviteAuditor, .inviteReader, .logKey, .policy,
            .replace, .revoke:
            false
        }
    }
}

extension QuorumClass: Comparable {
    /// The order of the names, in which policies list them.
    public static func < (left: QuorumClass, right: QuorumClass) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }
}
