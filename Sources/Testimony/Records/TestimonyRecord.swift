// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// What somebody witnessed, field by field.
///
/// The fields are those of the HURIDOCS Events Standard Formats. People stand in it under pseudonyms.
/// See <doc:Testimony>.
public struct TestimonyRecord: Sendable {
    /// The media type of its text.
    public static let mediaType = "application/yaml"

    private let filled: FilledForm

    /// Reads a record from YAML in any spelling.
    ///
    /// - Parameter bytes: At most 1 MiB.
    /// - Throws: ``FormError`` with all that is wrong.
    public init(parsing bytes: [UInt8]) throws(FormError) {
        filled = try FilledForm(.testimony, parsing: bytes)
    }

    /// Puts a record together again from its facts.
    ///
    /// - Parameter leaves: Those that ``leaves`` gives, in any order.
    /// - Throws: ``FormError``.
    public init(leaves: [RecordLeaf]) throws(FormError) {
        filled = try FilledForm(.testimony, leaves: leaves)
    }

    /// The empty form with its questions, for an editor.
    public static var template: String { FormText.text(.testimony, [], asks: true) }

    /// The record with the questions of the form, for an editor.
    public var draft: String { filled.draft }

    /// The record in its one spelling.
    public var text: String { filled.text }

    /// The facts, each of which can be shown or withheld by itself.
    public var leaves: [RecordLeaf] { filled.leaves }

    /// The commitment to the `file` leaf of the version before this one, if this one replaces another.
    public var replaces: Hash? { filled["replaces"]?.text.flatMap { Hash(hex: $0) } }

    /// The title of what happened.
    public var title: String { filled["event"]?["title"]?.text ?? "" }

    /// The same record, as the next version of another.
    public func replacing(_ commitment: Hash) throws(FormError) -> TestimonyRecord {
        let link = RecordLeaf(path: "replaces", text: commitment.hex)
        return try TestimonyRecord(leaves: leaves.filter { $0.path != link.path } + [link])
    }

    /// What another version says differently, in the order of the form.
    ///
    /// Entries of lists are compared place by place; `replaces` is left out.
    public func changes(since earlier: TestimonyRecord) -> [RecordChange] {
        RecordChange.between(earlier.leaves, leaves).filter { $0.path != "replaces" }
    }
}

/// A fact that two versions of a record tell differently.
public struct RecordChange: Equatable, Sendable {
    /// Where it stands.
    public let path: String
    /// What the earlier version says; `nil` where it says nothing.
    public let before: String?
    /// What the later version says; `nil` where it says nothing.
    public let after: String?

    static func between(_ before: [RecordLeaf], _ after: [RecordLeaf]) -> [RecordChange] {
        let old = Dictionary(before.map { ($0.path, $0) }) { first, _ in first }
        let new = Dictionary(after.map { ($0.path, $0) }) { first, _ in first }
        let gone = before.filter { new[$0.path] == nil }
            .map { RecordChange(path: $0.path, before: $0.text, after: nil) }
        return after.filter { old[$0.path] != $0 }
            .map { RecordChange(path: $0.path, before: old[$0.path]?.text, after: $0.text) } + gone
    }
}
