// SPDX-License-Identifier: Apache-2.0

/// The path of a file in a bag, relative to the bag's folder, `/` between its parts.
///
/// Two paths are the same where their bytes are, as file systems on Linux have it. Swift's strings
/// are the same already where they are canonically equivalent, and would take two files for one.
public struct BagPath: Sendable {
    /// The path as text.
    public let text: String

    /// Takes a text as a path, whatever it leads to.
    public init(_ text: String) { self.text = text }

    /// Whether it lies under `data/`.
    public var isPayload: Bool { text.utf8.starts(with: "data/".utf8) }

    /// Whether it has one part: the file lies in the bag's folder itself.
    var isTop: Bool { !text.utf8.contains(UInt8(ascii: "/")) }

    /// Whether it names a place inside the folder, in the only spelling that place has: no part is
    /// empty, `.` or `..`, so that it does not begin or end with a slash.
    var isInside: Bool {
        !text.utf8.contains(0)
            && text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .allSatisfy { part in
                    !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
                }
    }

    /// What is equal for paths that some file system takes for one, as they differ only in case or
    /// in their Unicode normal form; strings compare by canonical equivalence.
    var folded: String { text.lowercased() }
}

extension BagPath: Hashable {
    /// Whether two paths have the same bytes.
    public static func == (left: BagPath, right: BagPath) -> Bool { left.compare(right) == 0 }

    /// Feeds the text to a hasher of the standard library, which takes equivalent ones for one.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension BagPath: Comparable {
    /// Byte order.
    public static func < (left: BagPath, right: BagPath) -> Bool { left.compare(right) < 0 }

    /// Over spans: comparing UTF-8 views took a third of the time for a bag of many files.
    private func compare(_ other: BagPath) -> Int {
        let own = text.utf8.span
        let others = other.text.utf8.span
        for place in 0..<min(own.count, others.count) where own[place] != others[place] {
            return Int(own[place]) - Int(others[place])
        }
        return own.count - others.count
    }
}

extension BagPath: CustomStringConvertible {
    /// The text.
    public var description: String { text }
}
