// SPDX-License-Identifier: Apache-2.0

import TransparencyLog
import Vault

/// What the policy in force said when a device last followed it.
struct FollowedPolicy: Codable, Equatable, Sendable {
    /// How many entries the log had: later ones may have changed the policy.
    var size: UInt64
    /// The witnesses' vkeys.
    let witnesses: [String]
    /// How many of them make a checkpoint a witnessed one.
    let witnessQuorum: UInt64

    init(_ policy: Policy, size: UInt64) {
        self.size = size
        witnesses = policy.witnesses.map(\.key.text)
        witnessQuorum = policy.witnessQuorum
    }

    /// Who of the witnesses cosigned a checkpoint.
    func witnessing(of note: SignedNote) -> Witnessing {
        let keys = witnesses.compactMap { try? VerifierKey(parsing: $0) }
        return Witnessing(
            // One at a time: what is wrong under one key says nothing of the others.
            cosignedBy: keys.filter { (try? note.verified(by: [$0])) != nil }.map(\.name),
            needed: witnessQuorum
        )
    }
}

/// Who cosigned a checkpoint, of the witnesses that the vault's policy names.
public struct Witnessing: Encodable, Equatable, Sendable {
    /// The names of those whose cosignatures verify.
    public let cosignedBy: [String]
    /// How many the policy asks for; 0 where it asks for none.
    public let needed: UInt64

    /// Whether the checkpoint is a witnessed one.
    public var isWitnessed: Bool { needed > 0 && cosignedBy.count >= needed }

    private enum CodingKeys: String, CodingKey {
        case cosignedBy, needed, isWitnessed = "witnessed"
    }

    /// Writes ``isWitnessed``, too, as `witnessed`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cosignedBy, forKey: .cosignedBy)
        try container.encode(needed, forKey: .needed)
        try container.encode(isWitnessed, forKey: .isWitnessed)
    }
}

extension Witnessing: CustomStringConvertible {
    /// For people.
    public var description: String {
        guard needed > 0 else { return "the vault's policy asks for no witnesses" }
        let names = cosignedBy.isEmpty ? "" : ": \(cosignedBy.joined(separator: ", "))"
        return
            "\(isWitnessed ? "yes" : "no"), cosigned by \(cosignedBy.count), \(needed) needed\(names)"
    }
}

extension DeviceState {
    /// Who cosigned a checkpoint, as far as this device knows the witnesses.
    func witnessing(of note: SignedNote?) -> Witnessing {
        guard let policy, let note else { return Witnessing(cosignedBy: [], needed: 0) }
        return policy.witnessing(of: note)
    }

    /// The newest checkpoint that this device saw.
    var newest: SignedNote? { Self.note(checkpoint) }

    /// The newest one that witnesses vouched for when this device saw it.
    var newestWitnessed: SignedNote? { Self.note(witnessed) }

    /// Takes note of the checkpoint of the newest head.
    mutating func show(_ note: SignedNote) {
        let text = String(decoding: note.bytes, as: UTF8.self)
        checkpoint = text
        if witnessing(of: note).isWitnessed { witnessed = text }
    }

    private static func note(_ text: String?) -> SignedNote? {
        text.flatMap { try? SignedNote(parsing: Array($0.utf8)) }
    }
}
