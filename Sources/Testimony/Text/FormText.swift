// SPDX-License-Identifier: Apache-2.0

/// Writes a record as YAML: in its one spelling, or with the questions of its form.
struct FormText {
    private var lines: [String] = []
    private let asks: Bool

    private init(asks: Bool) { self.asks = asks }

    /// The text of a form that is filled in, or partly; where it asks, every field is written with its
    /// question, also where it is empty.
    static func text(_ form: Form, _ members: [RecordMember], asks: Bool) -> String {
        var text = FormText(asks: asks)
        if asks { text.lines += introduction }
        text.write(form.fields, members, "", explains: asks)
        return text.lines.joined(separator: "\n") + "\n"
    }

    private static let introduction = [
        "# Answer behind the colons, in any language. Leave empty what does not apply or is not known.",
        "# Lines that begin with # are questions; they are not kept. Keep the spaces before a line.",
        "# Fields marked (needed) must be filled in. Repeat the lines from a dash on for a further entry.",
        "# A long answer: put | behind the colon and the answer below it, further in.",
    ]

    /// Fields, the first of them behind a dash where there is one.
    private mutating func write(
        _ fields: [Field],
        _ members: [RecordMember],
        _ indent: String,
        dash: Bool = false,
        explains: Bool
    ) {
        var mark = dash
        for field in fields {
            let value = members.first { $0.name == field.name }?.value
            guard asks || value != nil else { continue }
            if explains { ask(field, mark ? String(indent.dropLast(2)) : indent) }
            let start = mark ? String(indent.dropLast(2)) + "- " : indent
            mark = false
            write(field.kind, value, start + field.name + ":", indent + "  ", explains)
        }
    }

    /// A value behind a field's name, or below it.
    private mutating func write(
        _ kind: Field.Kind,
        _ value: RecordValue?,
        _ start: String,
        _ indent: String,
        _ explains: Bool
    ) {
        switch kind {
        case .group(let fields):
            lines.append(start)
            var members: [RecordMember] = []
            if case .group(let found) = value { members = found }
            write(fields, members, indent, explains: explains)
        case .list(let kind):
            lines.append(start)
            let entries: [RecordValue?] = value?.entries ?? []
            for (place, entry) in (entries.isEmpty ? [nil] : entries).enumerated() {
                if case .group(let fields) = kind {
                    var members: [RecordMember] = []
                    if case .group(let found) = entry { members = found }
                    write(
                        fields,
                        members,
                        indent + "  ",
                        dash: true,
                        explains: explains && place == 0
                    )
                } else {
                    write(kind, entry, indent + "-", indent + "  ", explains)
                }
            }
        case .fixed(let text): write(text, start, indent)
        default: write(value?.text ?? "", start, indent)
        }
    }

    private mutating func write(_ text: String, _ start: String, _ indent: String) {
        if text.isEmpty {
            lines.append(start)
        } else if text.utf8.contains(0x0a), Anchors.mayBegin(in: text.utf8).isEmpty {
            lines.append(start + (text.utf8.first == 0x20 ? " |2-" : " |-"))
            for line in text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false) {
                lines.append(line.isEmpty ? "" : indent + String(decoding: line, as: UTF8.self))
            }
        } else {
            lines.append(start + " " + Self.scalar(text))
        }
    }

    /// Text as it is where nobody could read it otherwise, else in quotes.
    private static func scalar(_ text: String) -> String {
        func isPlain(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
                true
            default: false
            }
        }
        let isSafe =
            text.utf8.first.map(isPlain) == true && text.utf8.last != 0x20
            && text.utf8.allSatisfy { isPlain($0) || " ./()_+-".utf8.contains($0) }
        if isSafe { return text }
        let anchors = Set(Anchors.mayBegin(in: text.utf8))
        var quoted: [UInt8] = []
        for (place, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
            case 0x0a: quoted += "\\n".utf8
            case UInt8(ascii: "&") where anchors.contains(place): quoted += "\\x26".utf8
            default: quoted.append(byte)
            }
        }
        return "\"" + String(decoding: quoted, as: UTF8.self) + "\""
    }

    // MARK: Questions

    private mutating func ask(_ field: Field, _ indent: String) {
        let need = field.isRequired ? " (needed)" : ""
        lines.append("\(indent)# \(field.question)\(need)")
        guard let words = Self.words(of: field.kind) else { return }
        var line = "\(indent)#   one of:"
        for word in words {
            if line.utf8.count + word.utf8.count > 96 {
                lines.append(line)
                line = "\(indent)#  "
            }
            line += " " + word
        }
        lines.append(line)
    }

    private static func words(of kind: Field.Kind) -> [String]? {
        switch kind {
        case .word(let vocabulary): vocabulary.words
        case .list(let kind): words(of: kind)
        default: nil
        }
    }
}
