// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// What a bundle shows of an item; what is withheld is `nil` or left out.
struct DisclosedItem: Sendable {
    /// What the leaf `file` tells.
    struct File: Sendable {
        /// The id of the object that held the bytes when the item was submitted.
        let object: ObjectID
        /// The SHA-256 of the bytes.
        let sha256: Hash
        /// The number of bytes.
        let size: UInt64
    }

    /// The aspects that every item has.
    static let aspects = ["file", "name", "type", "times", "role"]

    private static let paragraphPrefix = "paragraph/"

    /// All facts by their aspects.
    let facts: [String: JSONValue]
    let file: File?
    let name: ItemName?
    let type: String?
    let modified: UTCTime?
    let role: ManifestItem.Role?
    /// What else is said of it; of the paragraphs only those before the first that is withheld.
    let details: ItemDetails
    /// The parts of a text testimony with their numbers, ascending.
    let paragraphs: [(number: Int, text: String)]

    /// Puts together what is shown of an item.
    ///
    /// `nil` where a fact is not in its form or does not fit the others.
    init?(_ facts: [String: JSONValue]) {
        func read<Value>(_ aspect: String, _ read: (JSONValue) -> Value?) -> Value?? {
            guard let value = facts[aspect] else { return .some(nil) }
            return read(value).map { .some($0) }
        }
        guard let file = read("file", { File($0) }), let name = read("name", { ItemName($0) }),
            let type = read("type", { $0.string }),
            let modified = read(
                "times",
                { $0.members("modified")?[0].string.flatMap { UTCTime($0) } }
            ),
            let role = read("role", { $0.string.flatMap { ManifestItem.Role(rawValue: $0) } }),
            let details = ItemDetails(facts), let paragraphs = Self.paragraphs(in: facts)
        else { return nil }
        self.facts = facts
        self.file = file
        self.name = name
        self.type = type
        self.modified = modified
        self.role = role
        self.details = details
        self.paragraphs = paragraphs
        guard isTextItself else { return nil }
    }

    /// Whether paragraphs joined are the file, where both are shown: then none of them is withheld.
    private var isTextItself: Bool {
        guard let file, !paragraphs.isEmpty else { return true }
        return Hash(hashing: Array(paragraphs.map(\.text).joined().utf8)) == file.sha256
    }

    private static func paragraphs(
        in facts: [String: JSONValue]
    ) -> [(number: Int, text: String)]? {
        var paragraphs: [(number: Int, text: String)] = []
        for (aspect, value) in facts where aspect.hasPrefix(Self.paragraphPrefix) {
            let digits = aspect.dropFirst(Self.paragraphPrefix.count)
            guard let number = Int(digits), (1...Paragraphs.maximumCount).contains(number),
                digits == ManifestItem.padded(number), let text = value.string
            else { return nil }
            paragraphs.append((number, text))
        }
        return paragraphs.sorted { $0.number < $1.number }
    }

    /// The facts that `item.json` tells under their own names, after those that every item has.
    var further: [JSONMember] {
        var members =
            facts.filter {
                !Self.aspects.contains($0.key) && !$0.key.hasPrefix(Self.paragraphPrefix)
            }
            .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { JSONMember($0.key, $0.value) }
        if !paragraphs.isEmpty {
            let numbers = paragraphs.map { JSONValue.number(UInt64($0.number)) }
            members.append(JSONMember("paragraphs", .array(numbers)))
        }
        return members
    }

    /// What is shown of a text testimony whose file is withheld; `nil` for any other item.
    ///
    /// The paragraphs to the byte, with `[withheld]` for those between them. How many follow the last
    /// one is not told.
    var shownText: [UInt8]? {
        guard file == nil, !paragraphs.isEmpty else { return nil }
        var text = ""
        var next = 1
        for (number, paragraph) in paragraphs {
            if number > next { text += Self.gap }
            text += paragraph
            next = number + 1
        }
        if !text.hasSuffix("\n") { text += "\n" }
        return Array((text + "\n[end of what is shown]\n").utf8)
    }

    private static let gap = "[withheld]\n\n"
}

extension DisclosedItem.File {
    /// `nil` where the value of a leaf `file` is not in its form.
    fileprivate init?(_ value: JSONValue) {
        guard let file = value.members("object", "sha256", "size"),
            let object = file[0].string.flatMap({ ObjectID(hex: $0) }),
            let sha256 = file[1].string.flatMap({ Hash(hex: $0) }),
            let size = file[2].number, size <= ManifestItem.maximumFileSize
        else { return nil }
        self.init(object: object, sha256: sha256, size: size)
    }
}
