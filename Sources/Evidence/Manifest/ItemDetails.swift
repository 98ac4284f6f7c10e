// SPDX-License-Identifier: Apache-2.0

/// A fact of a record within a manifest: of a testimony, or of a consent.
public struct ManifestFact: Hashable, Sendable {
    /// Where it stands in its record: `event/title`, `persons/0001/name`; see ``FactText/isPath(_:)``.
    public let path: String
    /// What it says.
    public let value: JSONValue

    /// Names a fact.
    public init(path: String, value: JSONValue) {
        self.path = path
        self.value = value
    }

    /// Whether all paths are in their form, and no two get the same file in a bundle.
    static func arePlain(_ facts: [ManifestFact]) -> Bool {
        let files = facts.map { $0.path.split(separator: "/").joined(separator: "-") }
        return facts.allSatisfy { FactText.isPath($0.path) } && Set(files).count == facts.count
    }

    /// The facts ascending by the bytes of their paths.
    static func sorted(_ facts: [ManifestFact]) -> [ManifestFact] {
        facts.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }
}

/// What a manifest may say of a file beyond what was found: each part is there only where it is known.
///
/// Everything here but the text is the submitter's word. Each part is a leaf, or several, so that a
/// place, a reviewer's name or a paragraph can be withheld by itself.
public struct ItemDetails: Hashable, Sendable {
    /// How it came to the submitter.
    public var arrival: Arrival?
    /// Who compared a web capture with the page.
    public var sighting: Sighting?
    /// When it was made as a device or a person claims, in their words.
    public var claimedTime: String?
    /// Where it was made as a device or a person claims, in their words.
    public var claimedPlace: String?
    /// The original that it was made from.
    public var derivation: Derivation?
    /// Who compared a derivative with its original.
    public var reviewer: String?
    /// A text testimony in parts, which joined are the file, to the byte; see ``Paragraphs``.
    public var paragraphs: [String] = []
    /// A testimony record's facts.
    public var fields: [ManifestFact] = []

    /// Nothing beyond what was found.
    public init() {}

    /// Whether every part is in its form and goes with the others, so that a manifest can say it.
    public var isSound: Bool {
        ItemDetails(Dictionary(facts.map { ($0.aspect, $0.value) }, uniquingKeysWith: { $1 }))
            != nil
    }

    /// The number of leaves of an item of which this is said.
    public var leafCount: Int { 5 + facts.count }

    /// The parts with their aspects, in their order.
    var facts: [(aspect: String, value: JSONValue)] {
        let single: [(String, JSONValue?)] = [
            ("arrival", arrival?.value),
            ("arrival/seen", sighting?.value),
            ("claimed/time", claimedTime.map { .string($0) }),
            ("claimed/place", claimedPlace.map { .string($0) }),
            ("derived", derivation?.value),
            ("derived/reviewer", reviewer.map { .string($0) }),
        ]
        return single.compactMap { aspect, value in value.map { (aspect, $0) } }
            + paragraphs.enumerated().map { (Self.paragraph($0 + 1), .string($1)) }
            + ManifestFact.sorted(fields).map { (Self.fieldPrefix + $0.path, $0.value) }
    }

    /// Takes what it knows out of an item's facts by their aspects.
    ///
    /// A paragraph that follows a gap is not taken. `nil` where a value is not in its form.
    init?(_ facts: [String: JSONValue]) {
        func read<Value>(_ aspect: String, _ read: (JSONValue) -> Value?) -> Value?? {
            guard let value = facts[aspect] else { return .some(nil) }
            return read(value).map { .some($0) }
        }
        func line(_ value: JSONValue) -> String? {
            value.string.flatMap { FactText.isLine($0) ? $0 : nil }
        }
        guard let arrival = read("arrival", { Arrival($0) }),
            let sighting = read("arrival/seen", { Sighting($0) }),
            let claimedTime = read("claimed/time", line),
            let claimedPlace = read("claimed/place", line),
            let derivation = read("derived", { Derivation($0) }),
            let reviewer = read("derived/reviewer", line),
            sighting == nil || arrival?.channel == .webCapture,
            reviewer == nil || derivation != nil
        else { return nil }
        self.arrival = arrival
        self.sighting = sighting
        self.claimedTime = claimedTime
        self.claimedPlace = claimedPlace
        self.derivation = derivation
        self.reviewer = reviewer
        while let paragraph = facts[Self.paragraph(paragraphs.count + 1)] {
            guard let text = paragraph.string, !text.isEmpty else { return nil }
            paragraphs.append(text)
        }
        for (aspect, value) in facts where aspect.hasPrefix(Self.fieldPrefix) {
            let path = String(aspect.dropFirst(Self.fieldPrefix.count))
            fields.append(ManifestFact(path: path, value: value))
        }
        guard ManifestFact.arePlain(fields) else { return nil }
        fields = ManifestFact.sorted(fields)
    }

    private static let fieldPrefix = "field/"

    private static func paragraph(_ number: Int) -> String {
        "paragraph/" + ManifestItem.padded(number)
    }
}
