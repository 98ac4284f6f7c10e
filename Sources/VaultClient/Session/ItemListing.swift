// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
import Vault

/// An item as it is listed; its name and what is said of it are the submitter's and may hold anything.
public struct ItemListing: Encodable, Sendable {
    /// Counted from 1.
    public let number: Int
    /// 32 hexadecimal digits.
    public let object: String
    /// Repaired where it is not UTF-8.
    public let name: String
    /// Bytes.
    public let size: UInt64
    /// Media type, as recognised at submission.
    public let type: String
    /// SHA-256 of the content, hexadecimal.
    public let sha256: String
    /// Whether it is the testimony itself.
    public let isTestimony: Bool
    /// The commitment to the leaf `file`, hexadecimal: what a derivative names it by.
    public let commitment: String
    /// The way it came to the submitter.
    public let arrival: String?
    /// Of a web capture, the page's address.
    public let url: String?
    /// Of a web capture, when it was captured, RFC 3339.
    public let captured: String?
    /// Of a web capture, whether it was seen and shows what it is said to show.
    public let matches: Bool?
    /// Of a web capture, who looked.
    public let seenBy: String?
    /// When it was made, as a device or a person claims.
    public let claimedTime: String?
    /// Where it was made, as a device or a person claims.
    public let claimedPlace: String?
    /// What it was made from.
    public let derivation: DerivationListing?
    /// Of a testimony record, the version before it: `submission/item` where it is in the case and can be
    /// opened, else its commitment.
    public let replaces: String?
    /// On whose authority it was erased, where it was.
    public let erased: String?

    init(
        _ number: Int,
        _ item: ManifestItem,
        _ object: ObjectID,
        commitment: Hash,
        originals: [Hash: String],
        erased: String?
    ) {
        let details = item.details
        self.erased = erased
        self.number = number
        self.object = object.hex
        self.commitment = commitment.hex
        name = String(decoding: item.name.bytes, as: UTF8.self)
        size = item.size
        type = item.type
        sha256 = item.sha256.hex
        isTestimony = item.role == .testimony
        arrival = details.arrival?.channel.rawValue
        url = details.arrival?.capture?.url
        captured = details.arrival?.capture?.captured.text
        matches = details.sighting?.matches
        seenBy = details.sighting?.by
        claimedTime = details.claimedTime
        claimedPlace = details.claimedPlace
        derivation = details.derivation.map {
            DerivationListing($0, originals[$0.original], details.reviewer)
        }
        replaces = details.replaces.map { originals[$0] ?? $0.hex }
    }

    private enum CodingKeys: String, CodingKey {
        case number, object, name, size, type, sha256, isTestimony = "testimony", commitment,
            arrival, url, captured, matches, seenBy, claimedTime, claimedPlace,
            derivation = "derived", replaces, erased
    }
}

/// What an item was made from, as it is listed.
public struct DerivationListing: Encodable, Sendable {
    /// The original's commitment, hexadecimal.
    public let from: String
    /// The original as `submission/item`, where it is in the case and can be opened.
    public let item: String?
    /// What was done: `redacted`, `translated` or `transcribed`.
    public let kind: String
    /// How.
    public let method: String
    /// The derivative's language.
    public let language: String?
    /// Who compared it with the original.
    public let reviewer: String?

    init(_ derivation: Derivation, _ item: String?, _ reviewer: String?) {
        from = derivation.original.hex
        self.item = item
        kind = derivation.kind.rawValue
        method = derivation.method
        language = derivation.language
        self.reviewer = reviewer
    }
}

extension ItemDetails {
    /// The commitment of the version before, where the item is a testimony record that names one.
    fileprivate var replaces: Hash? {
        guard case .string(let hex) = fields.first(where: { $0.path == "replaces" })?.value else {
            return nil
        }
        return Hash(hex: hex)
    }
}
