// SPDX-License-Identifier: Apache-2.0

import Age
import TransparencyLog
import Vault

/// A reader of a case, and which of their keys the case's key is sealed to.
struct SealedReader: Sendable {
    /// By the first key.
    let person: Fingerprint
    /// Those of the keys that may act of which this device's person knows that they are theirs.
    let recipients: [HybridRecipient]
    /// The others: administrators gave them, and nobody compared them here.
    let uncompared: [Fingerprint]

    /// What sealing a case's next key does for this person, to be confirmed.
    func effect(seenBy viewer: Fingerprint) -> String {
        let name = person.grouped + (person == viewer ? " (you)" : "")
        return switch recipients.count {
        case 0: "leaves \(name) without a key that opens the case"
        case 1: "seals the case's next key to \(name)"
        case let count: "seals the case's next key to \(name), on \(count) devices"
        }
    }

    /// What is said of a key that is left out, and what to do.
    func notice(of key: Fingerprint, in id: CaseID) -> String {
        "the case's next key is not sealed to a new key of \(person.grouped), which administrators gave "
            + "them: \(key.grouped); compare it with them, by voice, then run `saksi case grant "
            + "\(id.hex) \(key.hex)`"
    }
}

extension VaultSession {
    /// People, each with the keys that something may be sealed to: those that may act, and none that has
    /// ended.
    ///
    /// Of the keys that administrators gave somebody, those that this device's person compared with them:
    /// administrators who are many enough could give away a key of their own.
    func sealedReaders(_ people: [Fingerprint]) async throws -> [SealedReader] {
        let isCompared = await trust.comparison
        return try await keys(of: people).map { keys in
            var recipients: [HybridRecipient] = []
            var uncompared: [Fingerprint] = []
            for key in keys.active {
                if isCompared(keys.holder(of: key.fingerprint)) {
                    recipients.append(try HybridRecipient(parsing: key.recipient))
                } else {
                    uncompared.append(key.fingerprint)
                }
            }
            return SealedReader(
                person: keys.person,
                recipients: recipients,
                uncompared: uncompared
            )
        }
    }

    /// The age recipients of people; see ``sealedReaders(_:)``.
    func recipients(_ readers: [Fingerprint]) async throws -> [HybridRecipient] {
        try await sealedReaders(readers).flatMap(\.recipients)
    }
}
