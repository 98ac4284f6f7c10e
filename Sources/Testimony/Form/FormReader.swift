// SPDX-License-Identifier: Apache-2.0

/// Reads YAML as a form says, and notes all that is wrong.
struct FormReader {
    /// The most entries of a list.
    static let entryLimit = 999

    private(set) var problems: [FormProblem] = []
    private var people: Set<String> = []
    private var acts: Set<String> = []
    private var mentions: [Mention] = []

    /// A name that must be given somewhere in the record.
    private struct Mention {
        let name: String
        let isAct: Bool
        let line: Int
        let field: String
    }

    /// Reads a whole record.
    ///
    /// - Throws: ``FormError`` with every problem, in the order of the lines.
    static func read(_ node: RecordNode, as form: Form) throws(FormError) -> [RecordMember] {
        var reader = FormReader()
        let members = reader.members(node, form.fields, [])
        reader.requireKnownNames()
        guard reader.problems.isEmpty else {
            throw FormError(reader.problems.sorted { ($0.line ?? 0) < ($1.line ?? 0) })
        }
        return members
    }

    private mutating func note(_ line: Int, _ path: [String], _ rule: FormRule) {
        let field = path.isEmpty ? nil : path.joined(separator: "/")
        problems.append(FormProblem(line: line, field: field, rule: rule))
    }

    // MARK: Fields

    private mutating func members(
        _ node: RecordNode,
        _ fields: [Field],
        _ path: [String]
    ) -> [RecordMember] {
        guard case .group(let found) = node.content else {
            note(node.line, path, .notGroup)
            return []
        }
        var given: [String: (line: Int, node: RecordNode)] = [:]
        for (key, value) in found {
            guard case .text(let name) = key.content else {
                note(key.line, path, .notText)
                continue
            }
            guard fields.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                note(key.line, path, .unknownField(name))
                continue
            }
            given[name] = (key.line, value)
        }
        var members: [RecordMember] = []
        for field in fields {
            let path = path + [field.name]
            let (line, node) = given[field.name] ?? (node.line, nil)
            if let node, !node.isEmpty, let value = value(node, line, field.kind, path) {
                members.append(RecordMember(name: field.name, value: value))
            } else if field.isRequired, node?.isEmpty ?? true {
                missing(field, line, node, path)
            }
        }
        requireDates(members, path, given)
        return members
    }

    /// A required field is empty: says so of it, or of what is required below it.
    private mutating func missing(
        _ field: Field,
        _ line: Int,
        _ node: RecordNode?,
        _ path: [String]
    ) {
        if case .group(let fields) = field.kind, let node, case .group = node.content {
            _ = members(node, fields, path)
        } else {
            note(line, path, .missing)
        }
    }

    private mutating func value(
        _ node: RecordNode,
        _ line: Int,
        _ kind: Field.Kind,
        _ path: [String]
    ) -> RecordValue? {
        switch kind {
        case .group(let fields): return .group(members(node, fields, path))
        case .list(let kind):
            guard case .list(let nodes) = node.content else {
                note(line, path, .notList)
                return nil
            }
            let entries = nodes.filter { !$0.isEmpty }
            guard entries.count <= Self.entryLimit else {
                note(line, path, .tooMany(Self.entryLimit))
                return nil
            }
            return .list(
                entries.enumerated().compactMap { place, node in
                    value(node, node.line, kind, path + [String(place + 1)])
                }
            )
        default:
            guard case .text(let text) = node.content else {
                note(line, path, .notText)
                return nil
            }
            let tidy = TidyText.text(text, kind)
            if let rule = TextRule.broken(by: tidy, kind) {
                note(line, path, rule)
                return nil
            }
            takeNote(of: tidy, kind, line, path)
            return .text(tidy)
        }
    }

    // MARK: Between fields

    private mutating func takeNote(
        of text: String,
        _ kind: Field.Kind,
        _ line: Int,
        _ path: [String]
    ) {
        let field = path.joined(separator: "/")
        switch kind {
        case .naming:
            if !people.insert(text).inserted { note(line, path, .nameTaken(text)) }
        case .namingAct:
            if !acts.insert(text).inserted { note(line, path, .nameTaken(text)) }
        case .person: mentions.append(Mention(name: text, isAct: false, line: line, field: field))
        case .act: mentions.append(Mention(name: text, isAct: true, line: line, field: field))
        default: break
        }
    }

    private mutating func requireKnownNames() {
        for mention in mentions where !(mention.isAct ? acts : people).contains(mention.name) {
            let rule: FormRule =
                mention.isAct ? .unknownAct(mention.name) : .unknownPerson(mention.name)
            problems.append(FormProblem(line: mention.line, field: mention.field, rule: rule))
        }
    }

    /// A date is as exact as its type says, and an end is not before the beginning.
    private mutating func requireDates(
        _ members: [RecordMember],
        _ path: [String],
        _ given: [String: (line: Int, node: RecordNode)]
    ) {
        func line(_ name: String) -> Int { given[name]?.line ?? 1 }
        func text(_ name: String) -> String? { members.first { $0.name == name }?.value.text }
        for member in members
        where member.name.hasSuffix("-date-type") || member.name == "date-of-birth-type" {
            let name = String(member.name.dropLast("-type".count))
            guard let type = member.value.text else { continue }
            guard let date = text(name) else {
                // One that is there was no date: that is said already.
                if given[name]?.node.isEmpty ?? true {
                    note(line(member.name), path + [member.name], .noDate)
                }
                continue
            }
            let length = ["exact": 10, "unknown-day": 7, "unknown-month-and-day": 4][type]
            if let length, date.utf8.count != length {
                note(line(member.name), path + [member.name], .dateType(type))
            }
        }
        if let first = text("initial-date"), let last = text("final-date") {
            let length = min(first.utf8.count, last.utf8.count)
            if last.prefix(length) < first.prefix(length) {
                note(line("final-date"), path + ["final-date"], .endBeforeBeginning)
            }
        }
    }
}

extension RecordNode {
    /// Whether nothing is filled in, in it or below it.
    var isEmpty: Bool {
        switch content {
        case .text(let text): text.utf8.allSatisfy { $0 == 0x20 || $0 == 0x0a }
        case .list(let nodes): nodes.allSatisfy(\.isEmpty)
        case .group(let fields): fields.allSatisfy(\.value.isEmpty)
        }
    }
}
