// SPDX-License-Identifier: Apache-2.0

import Bulk
public import Evidence
public import Vault

/// What a person asks to have submitted.
public struct SubmissionRequest: Sendable {
    /// A name or an id.
    public var caseName: String
    /// The case's owner as the person knows them, where no invitation carried it.
    public var owner: Fingerprint?
    /// The file with the testimony itself, if any.
    public var testimony: FilePath?
    /// The other files, in the order in which they become items.
    public var files: [FilePath]
    /// What is said of each of the other files.
    public var details: ItemDetails
    /// What the one other file was made from, if it was made from another item.
    public var derivation: DerivationRequest?
    /// Whom the submission may be given to.
    public var consent: Set<ConsentClass>
    /// The facts of the record of consent, by their paths; none where there is no such record.
    public var consentFacts: [String: String]
    /// Where to write the receipt, if anywhere: a file that does not exist yet.
    public var receipt: FilePath?

    /// Asks for one submission.
    public init(
        caseName: String,
        owner: Fingerprint? = nil,
        testimony: FilePath? = nil,
        files: [FilePath],
        details: ItemDetails = ItemDetails(),
        derivation: DerivationRequest? = nil,
        consent: Set<ConsentClass> = [],
        consentFacts: [String: String] = [:],
        receipt: FilePath? = nil
    ) {
        self.caseName = caseName
        self.owner = owner
        self.testimony = testimony
        self.files = files
        self.details = details
        self.derivation = derivation
        self.consent = consent
        self.consentFacts = consentFacts
        self.receipt = receipt
    }
}

/// What original a file was made from, in the words of whoever submits it.
public struct DerivationRequest: Codable, Equatable, Sendable {
    /// The original as `saksi list` shows it: `submission/item`, or the commitment in 64 hex digits.
    public let original: String
    private let kind: String
    private let method: String
    private let language: String?

    /// Asks for one derivation; `nil` for a translation or transcript without language.
    public init?(
        of original: String,
        kind: Derivation.Kind,
        method: String,
        language: String? = nil
    ) {
        guard kind == .redacted || language != nil else { return nil }
        self.original = original
        self.kind = kind.rawValue
        self.method = method
        self.language = language
    }

    /// The derivation, once the original's commitment is known.
    func derivation(of original: Hash) -> Derivation? {
        Derivation.Kind(rawValue: kind).flatMap {
            Derivation(of: original, kind: $0, method: method, language: language)
        }
    }
}

/// A submission whose receipt was checked.
public struct SubmissionResult: Encodable, Sendable {
    /// 32 hexadecimal digits.
    public let caseID: String
    /// Items, the manifest not counted.
    public let items: Int
    /// SHA-256 of the record: what the vault and the log call this submission.
    public let record: String
    /// SHA-256 of the statement's text.
    public let statement: String
    /// The leaf index of the entry.
    public let index: UInt64
    /// When the vault accepted it, rounded down, RFC 3339.
    public let accepted: String
    /// Where the receipt was written.
    public let receiptFile: String?

    private enum CodingKeys: String, CodingKey {
        case caseID = "case", items, record, statement, index, accepted, receiptFile = "receipt"
    }
}

/// An unfinished submission, as it is listed.
public struct UnfinishedSubmission: Encodable, Sendable {
    /// What `saksi outbox` calls it.
    public let id: String
    /// Whether it cannot be read any more: all it is good for is to be discarded.
    public let isDamaged: Bool
    /// When it was begun, RFC 3339; absent for a damaged one.
    public let created: String?
    /// 32 hexadecimal digits; absent for a damaged one.
    public let caseID: String?
    /// Files.
    public let items: Int
    /// Bytes of all files.
    public let bytes: UInt64
    /// Files that the vault has in full.
    public let stored: Int

    init(
        id: String,
        created: String,
        caseID: String,
        items: Int,
        bytes: UInt64,
        stored: Int
    ) {
        self.id = id
        isDamaged = false
        self.created = created
        self.caseID = caseID
        self.items = items
        self.bytes = bytes
        self.stored = stored
    }

    init(damaged id: String) {
        self.id = id
        isDamaged = true
        created = nil
        caseID = nil
        items = 0
        bytes = 0
        stored = 0
    }

    private enum CodingKeys: String, CodingKey {
        case isDamaged = "damaged"
        case id, created, caseID = "case", items, bytes, stored
    }
}
