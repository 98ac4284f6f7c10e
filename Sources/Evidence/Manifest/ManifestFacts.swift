// SPDX-License-Identifier: Apache-2.0

import Vault

/// The typed content of a manifest's leaves, which stand in one order only.
struct ManifestFacts {
    let created: UTCTime
    let consent: [ConsentClass]
    let consentFacts: [ManifestFact]
    private(set) var items: [ManifestItem] = []
    /// Where the leaves of each item stand.
    private(set) var places: [Range<Int>] = []

    init(_ leaves: [Leaf]) throws(ManifestError) {
        func value(_ place: Int, _ name: String) throws(ManifestError) -> JSONValue {
            guard place < leaves.count, leaves[place].name.utf8.elementsEqual(name.utf8) else {
                throw .missing(name)
            }
            return leaves[place].value
        }
        guard let submission = try value(0, "submission").members("created", "items"),
            let created = submission[0].string.flatMap({ UTCTime($0) }),
            let count = submission[1].number
        else { throw .value("submission") }
        guard let classes = try value(1, "consent").array else { throw .value("consent") }
        consent = classes.compactMap { $0.string.flatMap { ConsentClass(rawValue: $0) } }
        guard consent.count == classes.count, zip(consent, consent.dropFirst()).allSatisfy(<)
        else { throw .value("consent") }
        self.created = created
        guard count <= UInt64(leaves.count) else { throw .itemCount }
        var place = 2
        consentFacts = Self.run(of: "consent/", in: leaves, from: &place)
            .map { ManifestFact(path: $0.aspect, value: $0.value) }
        guard ManifestFact.arePlain(consentFacts),
            ManifestFact.sorted(consentFacts).elementsEqual(consentFacts)
        else { throw .value("consent/") }
        for number in 1..<(Int(count) + 1) {
            let prefix = ManifestItem.prefix(number)
            let start = place
            let facts = Self.run(of: prefix, in: leaves, from: &place)
            guard !facts.isEmpty else { throw .itemCount }
            guard
                let item = ManifestItem(
                    Dictionary(facts, uniquingKeysWith: { first, _ in first })
                )
            else { throw .value(prefix) }
            // One spelling and one order: what is read is what would be written.
            let isWritten = item.facts.elementsEqual(facts) {
                $0.aspect.utf8.elementsEqual($1.aspect.utf8) && $0.value == $1.value
            }
            guard isWritten else { throw .value(prefix) }
            items.append(item)
            places.append(start..<place)
        }
        guard place == leaves.count else { throw .itemCount }
    }

    /// The facts whose names begin alike, from a place on.
    private static func run(
        of prefix: String,
        in leaves: [Leaf],
        from place: inout Int
    ) -> [(aspect: String, value: JSONValue)] {
        var facts: [(aspect: String, value: JSONValue)] = []
        while place < leaves.count, leaves[place].name.utf8.starts(with: prefix.utf8) {
            let aspect = leaves[place].name.utf8.dropFirst(prefix.utf8.count)
            facts.append((String(decoding: aspect, as: UTF8.self), leaves[place].value))
            place += 1
        }
        return facts
    }
}
