// SPDX-License-Identifier: Apache-2.0

import Encodings
import Evidence
import Sealing
import Vault

/// What one submission takes in, fixed before the first byte is read.
struct SubmissionPlan: Codable, Equatable, Sendable {
    /// Of the case, hexadecimal.
    let caseID: String
    /// The case's current one, and its recipient, from a verified statement of the case's owner.
    var epoch: UInt64 = 0
    var recipient = ""
    /// The fingerprint, hexadecimal, of the owner who made that recipient.
    var owner = ""
    /// Base 64 of the absolute path of the receipt that was asked for, if any.
    var receipt: String?
    /// RFC 3339, this device's clock.
    let created: String
    /// Sorted, unique.
    let consent: [String]
    /// The facts of the record of consent, by their paths.
    var consentFacts: [String: String] = [:]
    var items: [PlannedItem]
    /// The original of its one file, as it was asked for.
    var derivation: DerivationRequest?

    /// Whether another command line means the same submission.
    func asksTheSame(as other: SubmissionPlan) -> Bool {
        caseID == other.caseID && consent == other.consent
            && consentFacts == other.consentFacts && derivation == other.derivation
            && items.map(\.question) == other.items.map(\.question)
    }

    /// Where the receipt is to be written, if anywhere.
    var receiptPath: FilePath? {
        get { receipt.flatMap { Base64.padded.decode($0) }.flatMap { FilePath(bytes: $0) } }
        set { receipt = newValue.map { Base64.padded.encode($0.absolute.bytes) } }
    }

    /// Bytes of payload to be sent, the manifest's left out.
    var sealedSize: UInt64 {
        items.reduce(0) { $0 + ObjectSealer.payloadSize(ofContent: $1.size) }
    }

    /// The leaves of the manifest.
    var leafCount: Int { items.reduce(2 + consentFacts.count) { $0 + $1.details.leafCount } }

    /// An upper bound of the record's size in bytes: 73 for each segment, 290 for each object.
    var recordSize: UInt64 {
        let segments = items.reduce(0) {
            $0 + ObjectDescription.segmentCount(of: ObjectSealer.payloadSize(ofContent: $1.size))
        }
        return 73 * segments + 290 * UInt64(items.count) + (64 << 10)
    }
}
