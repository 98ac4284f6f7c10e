// SPDX-License-Identifier: Apache-2.0

/// What stands in a field that is filled in.
indirect enum RecordValue: Sendable {
    case text(String)
    /// At least one.
    case list([RecordValue])
    /// At least one, in the order of the form.
    case group([RecordMember])

    /// The text, where it is text.
    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The entries; none where it is no list.
    var entries: [RecordValue] {
        if case .list(let values) = self { values } else { [] }
    }

    /// The value of a field, where it is a group that has it.
    subscript(name: String) -> RecordValue? {
        if case .group(let members) = self { members.first { $0.name == name }?.value } else { nil }
    }
}

/// A field that is filled in.
struct RecordMember: Sendable {
    let name: String
    let value: RecordValue
}

/// One fact of a record: where it stands and what it says.
///
/// All values are text. The path names fields of the form, and entries of lists and paragraphs by four
/// digits, counted from 1: `acts/0002/victim`, `account/text/0001`.
public struct RecordLeaf: Sendable {
    /// The most bytes that a fact has.
    public static let maximumSize = 16 << 10

    /// Where it stands.
    public let path: String
    /// What it says.
    public let text: String

    /// Puts a fact together.
    public init(path: String, text: String) {
        self.path = path
        self.text = text
    }
}

extension RecordLeaf: Equatable {
    /// Whether both are the same to the byte.
    public static func == (left: RecordLeaf, right: RecordLeaf) -> Bool {
        left.path.utf8.elementsEqual(right.path.utf8)
            && left.text.utf8.elementsEqual(right.text.utf8)
    }
}
