// SPDX-License-Identifier: Apache-2.0

import Bulk
import TransparencyLog

/// Why a person has another key.
public enum RekeyReason: String, CaseIterable, Sendable {
    /// The person adds a device; the keys that are there stay.
    case device
    /// Administrators give keys to a person who lost the old ones.
    case replace
    /// The person puts a new key in the place of an old one.
    case rotate
}

/// `rekey`: enrols a further key of a member.
public struct Rekey: Hashable, Sendable {
    /// The statement is no longer good at this accepted time.
    public let expires: UTCTime
    /// Whose key it is: the fingerprint of the first key that the person enrolled.
    public let person: Fingerprint
    /// Why.
    public let reason: RekeyReason
    /// The keys that end by this, ascending.
    ///
    /// With `rotate` the actor's; with `device` none.
    public let ends: [Fingerprint]
    /// A signature by the new signing key over ``possessionText(vault:person:record:)``, 64 bytes.
    public let possession: [UInt8]
    /// The new keys.
    public let record: IdentityRecord

    /// Puts the act together; the order of the ended keys does not matter.
    public init(
        expires: UTCTime,
        person: Fingerprint,
        reason: RekeyReason,
        ends: some Sequence<Fingerprint>,
        possession: [UInt8],
        record: IdentityRecord
    ) {
        self.expires = expires
        self.person = person
        self.reason = reason
        self.ends = Set(ends).sorted()
        self.possession = possession
        self.record = record
    }

    /// What the new signing key signs, to show that whoever asks for it holds it.
    public static func possessionText(
        vault: String,
        person: Fingerprint,
        record: IdentityRecord
    ) -> String {
        var writer = LineWriter("saksi/v1 possession")
        writer.add("vault", vault)
        writer.add("person", person)
        return writer.text + record.text
    }

    /// Whether the new signing key signed that it becomes this person's in this vault.
    public func isPossessed(in vault: String) -> Bool {
        let text = Self.possessionText(vault: vault, person: person, record: record)
        let key = SigningKey(name: record.fingerprint.hex, publicKey: record.signing)
        return key.isValid(possession, for: Array(text.utf8))
    }
}

extension Rekey: ActBody {
    init(reading reader: inout LineReader) throws(LineError) {
        expires = try reader.time("expires")
        person = try reader.fingerprint("person")
        reason = try reader.word("reason")
        ends = try reader.list("ends") { reader throws(LineError) in
            try reader.fingerprint("ends")
        }
        switch reason {
        case .rotate where ends.count != 1, .device where !ends.isEmpty:
            throw reader.malformed("ends", .range)
        default: break
        }
        possession = try reader.signature("possession")
        record = try IdentityRecord(reading: &reader)
    }

    func write(to writer: inout LineWriter) {
        writer.add("expires", expires)
        writer.add("person", person)
        writer.add("reason", reason)
        writer.add("ends", ends.map(\.hash))
        writer.add("possession", base64: possession)
        record.write(to: &writer)
    }

    var quorum: QuorumClass? { reason == .replace ? .replace : .rekey }

    var deadline: UTCTime? { expires }

    /// By a key of the person, countersigned; or, to replace lost ones, by administrators.
    func apply(
        to state: inout VaultState,
        in context: ActContext,
        facts: inout some VaultFacts
    ) throws(PolicyViolation) {
        guard let first = state.members[person], first.person == person else {
            throw .unknownMember
        }
        let keys = state.members.values.filter { $0.person == person }
        switch reason {
        case .device:
            guard context.person == person else { throw .otherPersonsKey }
        case .rotate:
            guard ends == [context.actor], context.person == person else {
                throw .otherPersonsKey
            }
        case .replace:
            // Who was revoked comes back by an invitation, as somebody else.
            guard keys.contains(where: { $0.ended?.reason != .revoked }) else {
                throw .revokedPerson
            }
        }
        for key in ends {
            guard let ended = state.members[key], ended.person == person else {
                throw .otherPersonsKey
            }
            guard ended.isActive else { throw .endedKey }
        }
        guard state.members[record.fingerprint] == nil else { throw .repeatedMember }
        state.members[record.fingerprint] = Member(
            record.fingerprint,
            person: person,
            role: first.role,
            enrolled: context.index,
            signing: record.signing
        )
        state.end(ends, at: context.index, reason == .replace ? .lost : .superseded)
    }
}
