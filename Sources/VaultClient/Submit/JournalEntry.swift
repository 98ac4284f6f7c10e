// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
import Sealing
import Vault

/// One line of a submission's journal.
enum JournalEntry: Codable, Sendable {
    /// What is submitted; the first entry, and again where another receipt was asked for, or where the
    /// case has another key by now.
    case plan(SubmissionPlan)
    /// A segment is about to be sent. Durable before the first byte leaves, so that a resumed
    /// submission knows which bytes the vault may have, and notices a file that changed meanwhile.
    case sending(object: Int, segment: Int, digest: String)
    /// The vault has the segment. May be lost in a crash: then the vault is asked.
    case stored(object: Int, segment: Int)
    /// All of an object is stored, its envelope included: it need not be read again.
    case object(StoredObject)
    /// The signed statement, durable before it is posted: posted again it gets the same receipt.
    case statement(note: String)
    /// The vault lost what was stored, because the submission rested for too long: send it again.
    case restarted

    /// A journal whose entries are authentic and yet make no sense.
    static let damage = ClientError(
        .failed,
        "the journal of this submission was altered",
        hint: "discard it with `saksi outbox discard` and submit again"
    )
}

/// An object the vault has in full, and what only this device knows about it.
struct StoredObject: Codable, Sendable {
    /// 0 is the manifest, items count from 1.
    let number: Int
    let id: String
    let envelope: String
    let envelopeSize: UInt64
    let payloadSize: UInt64
    let keyCommitment: String
    let segments: [String]
    /// SHA-256 of the content as it was read, hexadecimal.
    let sha256: String
    /// Bytes of content.
    let size: UInt64

    init(number: Int, _ sealed: SealedObject) {
        let description = sealed.description
        self.number = number
        id = description.id.hex
        envelope = description.envelope.hex
        envelopeSize = description.envelopeSize
        payloadSize = description.payloadSize
        keyCommitment = description.keyCommitment.hex
        segments = description.segments.map(\.hex)
        sha256 = sealed.sha256.hex
        size = sealed.size
    }

    /// As it stands in the record.
    var description: ObjectDescription {
        get throws {
            guard let id = ObjectID(hex: id), let envelope = Hash(hex: envelope),
                let keyCommitment = Hash(hex: keyCommitment)
            else { throw JournalEntry.damage }
            return try ObjectDescription(
                id: id,
                envelope: envelope,
                envelopeSize: envelopeSize,
                payloadSize: payloadSize,
                keyCommitment: keyCommitment,
                segments: try segments.map {
                    guard let segment = Hash(hex: $0) else { throw JournalEntry.damage }
                    return segment
                }
            )
        }
    }
}

/// What a journal adds up to.
struct JournalState: JournalContent {
    static var damage: ClientError { JournalEntry.damage }

    var plan: SubmissionPlan?
    /// By object, then by segment.
    var digests: [Int: [Int: Hash]] = [:]
    var stored: [Int: Set<Int>] = [:]
    var objects: [Int: StoredObject] = [:]
    var statement: String?

    mutating func apply(_ entry: JournalEntry) {
        switch entry {
        case .plan(let plan):
            if let before = self.plan, before.epoch != plan.epoch { sealAnew() }
            self.plan = plan
        case .sending(let object, let segment, let digest):
            digests[object, default: [:]][segment] = Hash(hex: digest)
        case .stored(let object, let segment):
            stored[object, default: []].insert(segment)
        case .object(let object):
            objects[object.number] = object
            digests[object.number] = nil
            stored[object.number] = nil
        case .statement(let note): statement = note
        case .restarted:
            forgetObjects()
            stored = [:]
        }
    }

    /// Goes over to the next key of the case: envelopes are made anew, payloads stay where they are.
    ///
    /// The manifest names the epoch, so it is another text, with keys of its own.
    private mutating func sealAnew() {
        for (number, object) in objects { stored[number] = Set(object.segments.indices) }
        forgetObjects()
        digests[0] = nil
        stored[0] = nil
    }

    /// What was sent stays known: other bytes under the same keys must still never leave.
    private mutating func forgetObjects() {
        for (number, object) in objects {
            for (segment, digest) in object.segments.enumerated() {
                digests[number, default: [:]][segment] = Hash(hex: digest)
            }
        }
        objects = [:]
        statement = nil
    }
}
