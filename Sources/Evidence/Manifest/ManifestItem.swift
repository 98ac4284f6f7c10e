// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Encodings
public import Vault

/// A file's name as it was found, in whatever bytes the file system had.
///
/// Never used as a path: it may be `..`, begin with a slash or hold anything at all.
public struct ItemName: Hashable, Sendable {
    /// The bytes, neither normalised nor shortened.
    public let bytes: [UInt8]

    /// Takes a name as it is.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The name as text, where it is UTF-8.
    public var text: String? { String(validating: bytes, as: UTF8.self) }

    var value: JSONValue {
        if let text {
            .string(text)
        } else {
            .object([JSONMember("base64", Base64.padded.encode(bytes))])
        }
    }

    init?(_ value: JSONValue) {
        if let text = value.string {
            bytes = Array(text.utf8)
        } else {
            guard let encoded = value.members("base64")?[0].string,
                let bytes = Base64.padded.decode(encoded),
                String(validating: bytes, as: UTF8.self) == nil
            else { return nil }
            self.bytes = bytes
        }
    }
}

/// One file of a submission, as the manifest tells it.
public struct ManifestItem: Hashable, Sendable {
    /// What a file is in its submission.
    public enum Role: String, CaseIterable, Sendable {
        /// The account that a person gave.
        case testimony
        /// Anything else.
        case file
    }

    /// The id of the object that held the bytes when it was submitted; see ``Manifest/was``.
    public let object: ObjectID
    /// The SHA-256 of the bytes.
    public let sha256: Hash
    /// The number of bytes.
    public let size: UInt64
    /// The name as it was found.
    public let name: ItemName
    /// The media type.
    public let type: String
    /// When the file said it was last changed.
    public let modified: UTCTime
    /// What it is in the submission.
    public let role: Role
    /// What else is said of it.
    public let details: ItemDetails

    /// Describes a file.
    public init(
        object: ObjectID,
        sha256: Hash,
        size: UInt64,
        name: ItemName,
        type: String,
        modified: UTCTime,
        role: Role,
        details: ItemDetails = ItemDetails()
    ) {
        self.object = object
        self.sha256 = sha256
        self.size = size
        self.name = name
        self.type = type
        self.modified = modified
        self.role = role
        self.details = details
    }

    /// The largest file in bytes, 1 TiB; Padmé and the payload's layout end there.
    public static let maximumFileSize: UInt64 = 1 << 40

    /// The aspects with their values, in the order of their leaves.
    var facts: [(aspect: String, value: JSONValue)] {
        let file: JSONValue = .object([
            JSONMember("object", object.hex), JSONMember("sha256", sha256.hex),
            JSONMember("size", .number(size)),
        ])
        return [
            ("file", file), ("name", name.value), ("type", .string(type)),
            ("times", .object([JSONMember("modified", modified.text)])),
            ("role", .string(role.rawValue)),
        ] + details.facts
    }

    /// Puts an item together from all of its facts by their aspects.
    ///
    /// `nil` where one is missing, is not in its form or does not fit the others.
    init?(_ facts: [String: JSONValue]) {
        guard let file = facts["file"]?.members("object", "sha256", "size"),
            let object = file[0].string.flatMap({ ObjectID(hex: $0) }),
            let sha256 = file[1].string.flatMap({ Hash(hex: $0) }),
            let size = file[2].number, size <= Self.maximumFileSize,
            let name = facts["name"].flatMap({ ItemName($0) }),
            let type = facts["type"]?.string,
            let modified = facts["times"]?.members("modified")?[0].string
                .flatMap({ UTCTime($0) }),
            let role = facts["role"]?.string.flatMap({ Role(rawValue: $0) }),
            let details = ItemDetails(facts)
        else { return nil }
        self.init(
            object: object,
            sha256: sha256,
            size: size,
            name: name,
            type: type,
            modified: modified,
            role: role,
            details: details
        )
        guard self.facts.count == facts.count, isTextItself else { return nil }
    }

    /// Whether the parts of a text are there only for a testimony, and joined are the file.
    private var isTextItself: Bool {
        guard role == .testimony || (details.paragraphs.isEmpty && details.fields.isEmpty) else {
            return false
        }
        guard !details.paragraphs.isEmpty else { return true }
        return Hash(hashing: Array(details.paragraphs.joined().utf8)) == sha256
    }

    /// The beginning of the names of an item's leaves; items count from 1.
    static func prefix(_ number: Int) -> String { "item/" + padded(number) + "/" }

    /// The facts of items by their aspects, by the beginning of their leaves' names.
    static func facts(of leaves: some Sequence<Leaf>) -> [String: [String: JSONValue]] {
        var facts: [String: [String: JSONValue]] = [:]
        for leaf in leaves {
            let parts = leaf.name.split(
                separator: "/",
                maxSplits: 2,
                omittingEmptySubsequences: false
            )
            guard parts.count == 3 else { continue }
            facts["\(parts[0])/\(parts[1])/", default: [:]][String(parts[2])] = leaf.value
        }
        return facts
    }

    /// A number with at least four digits.
    static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
