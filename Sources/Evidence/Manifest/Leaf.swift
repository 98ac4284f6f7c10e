// SPDX-License-Identifier: Apache-2.0

public import Bulk
import Encodings

/// One fact about a submission, salted, so that it can be shown or withheld by itself.
///
/// A line `{"salt":"<64 hex>","leaf":"<name>","value":<json>}` with its line feed. The SHA-256 of those
/// bytes is the leaf's commitment: a leaf in a file is checked with sha256sum. See <doc:Manifest>.
public struct Leaf: Hashable, Sendable {
    /// The length of a salt in bytes.
    public static let saltSize = 32
    /// The longest line in bytes, its line feed included.
    public static let maximumSize = 64 << 10

    /// What the fact is about: `consent`, `item/0001/name`.
    public let name: String
    /// The line, with its line feed.
    public let bytes: [UInt8]

    let salt: [UInt8]
    let value: JSONValue

    /// The SHA-256 of ``bytes``.
    public var commitment: Hash { Hash(hashing: bytes) }

    init(salt: [UInt8], name: String, value: JSONValue) {
        self.salt = salt
        self.name = name
        self.value = value
        let line = JSONValue.object([
            JSONMember("salt", Hex.encode(salt)), JSONMember("leaf", name),
            JSONMember("value", value),
        ])
        bytes = line.bytes + [UInt8(ascii: "\n")]
    }

    /// Reads a line that ends in its line feed.
    ///
    /// - Throws: ``LeafError`` for every spelling but the one that ``bytes`` gives.
    public init(parsing bytes: some Collection<UInt8>) throws(LeafError) {
        guard bytes.count <= Self.maximumSize else { throw .tooLarge }
        let bytes = Array(bytes)
        guard bytes.last == UInt8(ascii: "\n") else { throw .unterminated }
        let line: JSONValue
        do { line = try JSONValue(parsing: bytes.dropLast()) } catch { throw .json(error) }
        guard let values = line.members("salt", "leaf", "value"),
            let salt = values[0].string.flatMap({ Hex.decode($0) }), salt.count == Self.saltSize,
            let name = values[1].string
        else { throw .members }
        self.salt = salt
        self.name = name
        self.value = values[2]
        self.bytes = bytes
    }

    /// Whether two leaves are the same to the byte.
    public static func == (left: Leaf, right: Leaf) -> Bool { left.bytes == right.bytes }

    /// Feeds the line to a hasher of the standard library.
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// Why bytes are not a leaf.
public enum LeafError: Error, Equatable, Sendable {
    /// The line is longer than ``Leaf/maximumSize``.
    case tooLarge
    /// The line does not end in a line feed.
    case unterminated
    /// The line is not JSON in its one spelling.
    case json(JSONError)
    /// The line does not have the members `salt`, `leaf` and `value` in this order, or the salt is
    /// not 64 lower-case hexadecimal digits.
    case members
}
