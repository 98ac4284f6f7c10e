// SPDX-License-Identifier: Apache-2.0

import Bulk

/// What a device trusts and remembers of its vault; kept in `vault.age`.
struct DeviceState: Codable, Equatable, Sendable {
    /// The vault's origin.
    var vault: String
    /// Where it answers.
    var address: String
    /// The log's verifier key, from the invitation.
    var logKey: String
    /// All keys of the log, as soon as this device saw that one took over.
    var logKeys: [KnownLogKey]?
    /// Which keys the vault may show in TLS.
    var tlsKey: TLSKeys
    /// Leaf hash of entry 0, hexadecimal.
    var genesis: String
    /// The vault whose place this one takes, as its genesis says, where it does.
    var predecessor: KnownPredecessor?
    /// Who invited this device; absent for the first administrator.
    var inviter: String?
    var role: String
    /// SHA-256 of the invitation, so that joining goes on with the one it began with.
    var invitation: String
    /// Whether the enrolment's receipt was checked.
    var isEnrolled = false
    /// The newest head that was shown to continue all that came before it.
    var head: Head
    /// The signed checkpoint of that head: evidence, should the vault ever show another.
    var checkpoint: String?
    /// The newest checkpoint that was a witnessed one when it was seen, which may be of an older head.
    var witnessed: String?
    /// When that head was first seen, by this device's clock.
    var headSeen: String?
    /// The enrol statement while no receipt for it was seen: posted again it enrols once.
    var enrolment: String?
    /// The statement by which new keys take the place of this identity, until that was seen to be done.
    var rotation: String?
    /// Up to where this device audited the log.
    var audited: AuditPlace?
    /// At which size the log ended, where administrators froze it: no head may be larger.
    var end: UInt64?
    /// The entries about administrators and policies that the vault showed, and must show again.
    var governance: SeenEntries?
    /// The entries about people's keys that the vault showed, and must show again; by person.
    var people: [String: SeenEntries]?
    /// Keys that administrators gave people in the place of lost ones, and that were compared with them.
    var compared: [String]?
    /// Cases whose owner or name this device knows.
    var cases: [KnownCase] = []
    /// What the policy in force said when this device last followed it.
    var policy: FollowedPolicy?

    /// The leaf hash of entry 0.
    ///
    /// - Throws: ``ClientError`` `.failed` where it is none.
    var knownGenesis: Hash {
        get throws {
            guard let hash = Hash(hex: genesis) else {
                throw ClientError(.failed, "the keys of the vault are malformed")
            }
            return hash
        }
    }

    /// The case with this id.
    subscript(caseID: String) -> KnownCase? {
        get { cases.first { $0.id == caseID } }
        set {
            cases.removeAll { $0.id == caseID }
            if let newValue { cases.append(newValue) }
        }
    }
}

/// A case as this device knows it.
struct KnownCase: Codable, Equatable, Sendable {
    let id: String
    /// The owner's fingerprint, hexadecimal, from the invitation or the person, never from the vault
    /// alone: only this person's statements make the key that evidence is sealed to.
    var owner: String?
    /// Known to its readers only.
    var name: String?
    /// What the vault showed of it, and must show again.
    private(set) var seen: SeenEntries?
    /// The submissions that are being sealed anew, until that is done.
    var reencryption: PendingReencryption?

    init(id: String, owner: String? = nil, name: String? = nil) {
        self.id = id
        self.owner = owner
        self.name = name
    }

    /// Takes note of entries that were shown.
    mutating func see(_ indices: some Sequence<UInt64>) {
        var seen = seen ?? SeenEntries()
        seen.formUnion(indices)
        self.seen = seen
    }
}
