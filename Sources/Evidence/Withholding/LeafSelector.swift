// SPDX-License-Identifier: Apache-2.0

/// Facts of a case, as people name them: `1/3/name`, `1/3/paragraph/2-4`, `*/*/claimed/place`.
///
/// A submission and an item as they are listed, then the aspect; or a submission and the name of a leaf
/// that is of no item, `1/submission`. Each part is a name, a number, a range of numbers or `*`. What a
/// selector names goes with all below it: `1/3` is the whole item, `1/3/paragraph` every paragraph.
public struct LeafSelector: Hashable, Sendable {
    /// As it was written.
    public let text: String

    private let submission: SelectorPart
    /// The beginning of the names of the leaves.
    private let path: [SelectorPart]

    /// Reads a selector.
    ///
    /// - Throws: ``SelectorError/form(_:)``, also for a submission alone, of which the consent is always
    ///   shown.
    public init(parsing text: some StringProtocol) throws(SelectorError) {
        let parts = SelectorPart.parts(of: text)
        guard parts.count >= 2, let submission = parts[0], submission.isNumeric,
            let first = parts[1]
        else { throw .form(String(text)) }
        var path: [SelectorPart] = first.isNumeric ? [.name("item"), first] : [first]
        for part in parts.dropFirst(2) {
            guard let part else { throw .form(String(text)) }
            path.append(part)
        }
        self.text = String(text)
        self.submission = submission
        self.path = path
    }

    /// Whether it is for a submission, by its number in the list.
    public func concerns(submission number: Int) -> Bool {
        submission.matches(String(number))
    }

    /// Whether it names a leaf, or something above it.
    func matches(leaf name: String) -> Bool {
        let parts = name.split(separator: "/")
        return parts.count >= path.count && zip(path, parts).allSatisfy { $0.matches($1) }
    }
}

/// Items of a case, as people name them: `2`, all of a submission, `1/3` or `1/3-5`.
public struct ItemSelector: Hashable, Sendable {
    /// As it was written.
    public let text: String

    private let submission: SelectorPart
    private let item: SelectorPart

    /// Reads a selector.
    ///
    /// - Throws: ``SelectorError/form(_:)``.
    public init(parsing text: some StringProtocol) throws(SelectorError) {
        let parts = SelectorPart.parts(of: text)
        guard (1...2).contains(parts.count), let submission = parts[0], submission.isNumeric,
            let item = parts.count > 1 ? parts[1] : .any, item.isNumeric
        else { throw .form(String(text)) }
        self.text = String(text)
        self.submission = submission
        self.item = item
    }

    /// Whether it is for a submission, by its number in the list.
    public func concerns(submission number: Int) -> Bool { submission.matches(String(number)) }

    /// Those of some items of a submission that it names, by their numbers.
    public func chosen(of items: Set<Int>) -> Set<Int> {
        items.filter { item.matches(String($0)) }
    }
}

/// A part of a selector.
private enum SelectorPart: Hashable {
    case any
    case numbers(ClosedRange<Int>)
    case name(String)

    /// `nil` for each part that is none.
    static func parts(of text: some StringProtocol) -> [SelectorPart?] {
        text.split(separator: "/", omittingEmptySubsequences: false).map { SelectorPart($0) }
    }

    private init?(_ text: some StringProtocol) {
        if text == "*" {
            self = .any
            return
        }
        let bounds = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = bounds.compactMap { Self.number($0) }
        if numbers.count == bounds.count, let first = numbers.first, let last = numbers.last,
            numbers.count <= 2, first <= last
        {
            self = .numbers(first...last)
        } else if bounds.count != numbers.count, FactText.isPath(String(text)) {
            self = .name(String(text))
        } else {
            return nil
        }
    }

    /// Whether it can stand for a number.
    var isNumeric: Bool {
        if case .name = self { false } else { true }
    }

    /// Numbers match however many zeros a name has before them.
    func matches(_ part: some StringProtocol) -> Bool {
        switch self {
        case .any: true
        case .numbers(let range): Self.number(part).map(range.contains) ?? false
        case .name(let name): name.utf8.elementsEqual(part.utf8)
        }
    }

    private static func number(_ text: some StringProtocol) -> Int? {
        guard (1...9).contains(text.utf8.count),
            text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        else { return nil }
        return Int(text)
    }
}

/// Why a text is no selector.
public enum SelectorError: Error, Equatable, Sendable {
    /// It does not have the form of one.
    case form(String)
}

extension SelectorError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .form(let text):
            "\"\(text)\" names no fact or item: write submission/item/aspect, such as 1/3/name, "
                + "1/3/paragraph/2-4 or 1/3"
        }
    }
}
