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

    /// Describes a file.
    public init(
        object: ObjectID,
        sha256: Hash,
        size: UInt64,
        name: ItemName,
        type: String,
        modified: UTCTime,
        role: Role
    ) {
        self.object = object
        self.sha256 = sha256
        self.size = size
        self.name = name
        self.type = type
        self.modified = modified
        self.role = role
    }

    /// The aspects that have a leaf each, in their order.
    static let aspects = ["file", "name", "type", "times", "role"]

    /// The values of the aspects, in their order.
    var values: [JSONValue] {
        [
            .object([
                JSONMember("object", object.hex), JSONMember("sha256", sha256.hex),
                JSONMember("size", .number(size)),
            ]),
            name.value,
            .string(type),
            .object([JSONMember("modified", modified.text)]),
            .string(role.rawValue),
        ]
    }

    init?(_ values: [JSONValue]) {
        guard values.count == Self.aspects.count,
            let file = values[0].members("object", "sha256", "size"),
            let object = file[0].string.flatMap({ ObjectID(hex: $0) }),
            let sha256 = file[1].string.flatMap({ Hash(hex: $0) }),
            let size = file[2].number, size <= SourceFile.maximumSize,
            let name = ItemName(values[1]),
            let type = values[2].string,
            let modified = values[3].members("modified")?[0].string.flatMap({ UTCTime($0) }),
            let role = values[4].string.flatMap({ Role(rawValue: $0) })
        else { return nil }
        self.init(
            object: object,
            sha256: sha256,
            size: size,
            name: name,
            type: type,
            modified: modified,
            role: role
        )
    }

    /// The beginning of the names of an item's leaves; items count from 1.
    static func prefix(_ number: Int) -> String {
        let digits = String(number)
        return "item/" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "/"
    }
}
