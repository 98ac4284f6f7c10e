// SPDX-License-Identifier: Apache-2.0

/// The place of an object among those of its case: first by the submission's entry, then by its id.
public struct ObjectPlace: Hashable, Sendable {
    /// The leaf index of the entry that submitted the object.
    public let leaf: UInt64
    /// The object.
    public let object: ObjectID

    /// A place.
    public init(leaf: UInt64, object: ObjectID) {
        self.leaf = leaf
        self.object = object
    }

    /// Reads `<leaf>-<object id>`.
    public init?(parsing text: some StringProtocol) {
        let fields = text.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count == 2, let leaf = Decimal.value(fields[0]),
            let object = ObjectID(hex: fields[1])
        else { return nil }
        self.init(leaf: leaf, object: object)
    }

    /// `<leaf>-<object id>`.
    public var text: String { "\(leaf)-\(object.hex)" }
}

extension ObjectPlace: Comparable {
    /// The order in which the vault gives a case's envelopes.
    public static func < (left: ObjectPlace, right: ObjectPlace) -> Bool {
        (left.leaf, left.object) < (right.leaf, right.object)
    }
}

extension ObjectPlace: CustomStringConvertible {
    /// The text.
    public var description: String { text }
}
