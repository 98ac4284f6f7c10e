// SPDX-License-Identifier: Apache-2.0

public import Bulk
public import Vault

/// What a submission says of itself, sealed as its first object: JSON Lines, a leaf on each.
///
/// ```
/// {"format":"saksi/v1 manifest","case":"<case id>","epoch":<n>}     of one sealed anew: …,"was":[…]}
/// {"salt":"…","leaf":"submission","value":{"created":"<time>","items":<n>}}
/// {"salt":"…","leaf":"consent","value":["court",…]}
/// {"salt":"…","leaf":"item/0001/file","value":{"object":"…","sha256":"…","size":<n>}}
/// …                          name, type, times and role, and what else is said; then item/0002
/// ```
///
/// See <doc:Manifest>.
public struct Manifest: Sendable {
    /// The largest manifest in bytes, 64 MiB.
    public static let maximumSize = 64 << 20

    /// The case it was submitted to.
    public let caseID: CaseID
    /// The epoch of the case's key.
    public let epoch: UInt64
    /// The ids of the objects that were submitted, the manifest's first; empty unless it was sealed anew.
    ///
    /// The items name these ids. The record's objects are the same in the same places, under other ids.
    public let was: [ObjectID]
    /// When it was made, by the device's clock.
    public let created: UTCTime
    /// For whom the submitter allowed exports, ascending.
    public let consent: [ConsentClass]
    /// The record of that consent, where there is one: its facts, ascending by the bytes of their paths.
    public let consentFacts: [ManifestFact]
    /// The files, in the order of the objects of the record.
    public let items: [ManifestItem]
    /// All leaves, in their order.
    public let leaves: [Leaf]

    /// Where the leaves of each item stand.
    private let places: [Range<Int>]

    private static let format = "saksi/v1 manifest"

    /// Writes a manifest; the same parts and secret give the same bytes.
    ///
    /// - Throws: ``ManifestError/tooLarge``; ``ManifestError/leaf(line:_:)`` for a name, type or fact
    ///   that is too long; ``ManifestError/value(_:)`` for a part that could not be read again.
    public init(
        caseID: CaseID,
        epoch: UInt64,
        created: UTCTime,
        consent: Set<ConsentClass>,
        consentFacts: [ManifestFact] = [],
        items: [ManifestItem],
        secrets: borrowing some LeafSecrets & ~Copyable
    ) throws(ManifestError) {
        var leaves: [Leaf] = []
        func add(_ name: String, _ value: JSONValue) {
            leaves.append(Leaf(salt: secrets.salt(of: name), name: name, value: value))
        }
        let submission: JSONValue = .object([
            JSONMember("created", created.text), JSONMember("items", .number(UInt64(items.count))),
        ])
        add("submission", submission)
        add("consent", .array(consent.sorted().map { .string($0.rawValue) }))
        for fact in ManifestFact.sorted(consentFacts) { add("consent/" + fact.path, fact.value) }
        for (place, item) in items.enumerated() {
            for (aspect, value) in item.facts {
                add(ManifestItem.prefix(place + 1) + aspect, value)
            }
        }
        for (place, leaf) in leaves.enumerated() where leaf.bytes.count > Leaf.maximumSize {
            throw .leaf(line: place + 2, .tooLarge)
        }
        try self.init(caseID: caseID, epoch: epoch, was: [], leaves: leaves)
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
    }

    private init(
        caseID: CaseID,
        epoch: UInt64,
        was: [ObjectID],
        leaves: [Leaf]
    ) throws(ManifestError) {
        let facts = try ManifestFacts(leaves)
        self.caseID = caseID
        self.epoch = epoch
        self.was = was
        created = facts.created
        consent = facts.consent
        consentFacts = facts.consentFacts
        items = facts.items
        places = facts.places
        self.leaves = leaves
    }

    /// The manifest of a record that takes the place of another: all facts are as they were, to the byte.
    ///
    /// - Parameters:
    ///   - manifest: that of the record before.
    ///   - record: the record before.
    ///   - epoch: the epoch of the case's key now.
    /// - Throws: ``ManifestError/tooLarge``.
    public init(
        sealingAnew manifest: Manifest,
        of record: SubmissionRecord,
        epoch: UInt64
    ) throws(ManifestError) {
        caseID = manifest.caseID
        self.epoch = epoch
        was = manifest.was.isEmpty ? record.objects.map(\.id) : manifest.was
        created = manifest.created
        consent = manifest.consent
        consentFacts = manifest.consentFacts
        items = manifest.items
        places = manifest.places
        leaves = manifest.leaves
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
    }

    /// Reads a manifest.
    ///
    /// - Throws: ``ManifestError`` for every spelling but the one that ``bytes`` gives.
    public init(parsing bytes: [UInt8]) throws(ManifestError) {
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
        guard bytes.last == UInt8(ascii: "\n") else { throw .unterminated }
        let lines = bytes.dropLast().split(
            separator: UInt8(ascii: "\n"),
            omittingEmptySubsequences: false
        )
        guard let header = try? JSONValue(parsing: Array(lines[0])),
            let values = header.members("format", "case", "epoch")
                ?? header.members("format", "case", "epoch", "was"),
            let format = values[0].string, format.utf8.elementsEqual(Self.format.utf8),
            let caseID = values[1].string.flatMap({ CaseID(hex: $0) }),
            let epoch = values[2].number, epoch > 0, let was = Self.was(values.dropFirst(3).first)
        else { throw .header }
        var leaves: [Leaf] = []
        for (place, line) in lines.enumerated().dropFirst() {
            do {
                leaves.append(try Leaf(parsing: line + [UInt8(ascii: "\n")]))
            } catch {
                throw .leaf(line: place + 1, error)
            }
        }
        try self.init(caseID: caseID, epoch: epoch, was: was, leaves: leaves)
    }

    /// The leaves of an item, counted from 1, in their order.
    public func leaves(ofItem number: Int) -> ArraySlice<Leaf> { leaves[places[number - 1]] }

    /// The commitment to the leaf `file` of an item, counted from 1: what a derivative names it by.
    public func commitment(toItem number: Int) -> Hash {
        leaves[places[number - 1].lowerBound].commitment
    }

    /// The ids in the first line: none where the member is not there, at least one where it is.
    private static func was(_ value: JSONValue?) -> [ObjectID]? {
        guard let value else { return [] }
        let ids = value.array?.map { $0.string.flatMap { ObjectID(hex: $0) } } ?? []
        let was = ids.compactMap(\.self)
        return was.isEmpty || was.count != ids.count ? nil : was
    }

    /// The manifest as it is sealed.
    public var bytes: [UInt8] {
        var header = [
            JSONMember("format", Self.format), JSONMember("case", caseID.hex),
            JSONMember("epoch", .number(epoch)),
        ]
        if !was.isEmpty { header.append(JSONMember("was", .array(was.map { .string($0.hex) }))) }
        var bytes = JSONValue.object(header).bytes
        bytes.append(UInt8(ascii: "\n"))
        for leaf in leaves { bytes += leaf.bytes }
        return bytes
    }

    /// The commitments to all leaves, with decoys up to the next multiple of 64.
    ///
    /// - Parameter secrets: what the manifest was made with.
    /// - Returns: The list, as it is uploaded.
    /// - Throws: ``CommitmentListError/tooLarge`` for more than some 50 000 items.
    public func commitments(
        secrets: borrowing some LeafSecrets & ~Copyable
    ) throws(CommitmentListError) -> CommitmentList {
        var commitments = leaves.map(\.commitment)
        var decoy = 0
        while !commitments.count.isMultiple(of: CommitmentList.granularity) {
            commitments.append(secrets.decoy(decoy))
            decoy += 1
        }
        return try CommitmentList(commitments)
    }

    /// Checks that the manifest is the one that was committed to.
    ///
    /// - Parameters:
    ///   - record: whose hash stands in the logged statement.
    ///   - commitments: the list that the record names.
    /// - Throws: ``ManifestError``.
    public func verify(
        against record: SubmissionRecord,
        commitments: CommitmentList
    ) throws(ManifestError) {
        guard record.caseID == caseID, record.epoch == epoch else { throw .otherCase }
        guard record.commitments == commitments.hash else { throw .otherCommitments }
        let named = was.isEmpty ? record.objects.map(\.id) : was
        guard record.objects.count == named.count,
            named.dropFirst().elementsEqual(items.lazy.map(\.object))
        else { throw .otherObjects }
        for (place, leaf) in leaves.enumerated() where !commitments.contains(leaf.commitment) {
            throw .notCommitted(line: place + 2)
        }
    }
}

/// Why bytes are not a manifest, or not the one of a record.
public enum ManifestError: Error, Equatable, Sendable {
    /// It is larger than ``Manifest/maximumSize``.
    case tooLarge
    /// It does not end in a line feed.
    case unterminated
    /// The first line does not name the format, the case and the epoch.
    case header
    /// A line is not a leaf; counted from 1.
    case leaf(line: Int, LeafError)
    /// This leaf does not stand where it must.
    case missing(String)
    /// A leaf's value is not in its form.
    case value(String)
    /// There are more or fewer items than the submission leaf says.
    case itemCount
    /// The record names another case or epoch.
    case otherCase
    /// The record names another list of commitments.
    case otherCommitments
    /// The record's objects are not the manifest's items.
    case otherObjects
    /// A leaf was not committed to; its line.
    case notCommitted(line: Int)
}

extension ManifestError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the manifest is larger than \(Manifest.maximumSize) bytes"
        case .unterminated: "the manifest does not end in a line feed"
        case .header: "the manifest's first line does not name its format, case and epoch"
        case .leaf(let line, _): "line \(line) of the manifest is not a leaf"
        case .missing(let name): "the manifest has no leaf \(name) in its place"
        case .value(let name): "the manifest's leaf \(name) is not in its form"
        case .itemCount: "the manifest has more or fewer items than it says"
        case .otherCase: "the manifest is of another case or epoch than its record"
        case .otherCommitments: "the record names other commitments"
        case .otherObjects: "the record's objects are not the manifest's items"
        case .notCommitted(let line): "line \(line) of the manifest was not committed to"
        }
    }
}
