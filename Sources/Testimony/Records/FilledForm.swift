// SPDX-License-Identifier: Apache-2.0

/// A form that is filled in, each field by its rule.
struct FilledForm: Sendable {
    /// The most bytes of a record's text, 1 MiB.
    static let maximumSize = 1 << 20
    /// The most facts of a record.
    static let leafLimit = 10_000

    let form: Form
    let members: [RecordMember]

    /// Reads YAML.
    init(_ form: Form, parsing bytes: [UInt8]) throws(FormError) {
        self.form = form
        members = try FormReader.read(RecordNode(parsing: bytes), as: form)
        guard leaves.count <= Self.leafLimit else {
            throw FormError(line: nil, .tooMany(Self.leafLimit))
        }
        guard bytes.count <= Self.maximumSize / 2 || text.utf8.count <= Self.maximumSize else {
            throw FormError(line: nil, .tooLarge)
        }
    }

    /// Reads the facts that ``leaves`` gives, in any order.
    init(_ form: Form, leaves: [RecordLeaf]) throws(FormError) {
        var facts: [String: String] = [:]
        var strays: [String] = []
        for leaf in leaves where facts.updateValue(leaf.text, forKey: leaf.path) != nil {
            strays.append(leaf.path)
        }
        let members = Self.members(form.fields, "", &facts)
        strays += facts.keys.sorted()
        guard strays.isEmpty else {
            throw FormError(strays.map { FormProblem(line: nil, field: $0, rule: .strayLeaf) })
        }
        try self.init(form, parsing: Array(FormText.text(form, members, asks: false).utf8))
    }

    /// The one spelling: only what is filled in, in the order of the form, without comments.
    var text: String { FormText.text(form, members, asks: false) }

    /// The record with every question of the form, for an editor.
    var draft: String { FormText.text(form, members, asks: true) }

    subscript(name: String) -> RecordValue? { RecordValue.group(members)[name] }

    /// The facts, in the order of the form.
    var leaves: [RecordLeaf] {
        var leaves: [RecordLeaf] = []
        Self.collect(members, form.fields, "", &leaves)
        return leaves
    }

    private static func collect(
        _ members: [RecordMember],
        _ fields: [Field],
        _ path: String,
        _ leaves: inout [RecordLeaf]
    ) {
        for member in members {
            guard let field = fields.first(where: { $0.name == member.name }) else { continue }
            collect(member.value, field.kind, path + member.name, &leaves)
        }
    }

    private static func collect(
        _ value: RecordValue,
        _ kind: Field.Kind,
        _ path: String,
        _ leaves: inout [RecordLeaf]
    ) {
        switch (value, kind) {
        case (.group(let members), .group(let fields)):
            collect(members, fields, path + "/", &leaves)
        case (.list(let values), .list(let kind)):
            for (place, value) in values.enumerated() {
                collect(value, kind, path + "/" + number(place + 1), &leaves)
            }
        case (.text(let text), .paragraphs):
            for (place, paragraph) in TidyText.paragraphs(text).enumerated() {
                leaves.append(RecordLeaf(path: path + "/" + number(place + 1), text: paragraph))
            }
        case (.text(let text), _): leaves.append(RecordLeaf(path: path, text: text))
        case (.group, _), (.list, _): break
        }
    }

    /// Takes from the facts, by their paths, what belongs to some fields.
    private static func members(
        _ fields: [Field],
        _ path: String,
        _ facts: inout [String: String]
    ) -> [RecordMember] {
        fields.compactMap { field in
            value(field.kind, path + field.name, &facts)
                .map { RecordMember(name: field.name, value: $0) }
        }
    }

    private static func value(
        _ kind: Field.Kind,
        _ path: String,
        _ facts: inout [String: String]
    ) -> RecordValue? {
        switch kind {
        case .group(let fields):
            let members = members(fields, path + "/", &facts)
            return members.isEmpty ? nil : .group(members)
        case .list(let kind):
            var values: [RecordValue] = []
            while let value = value(kind, path + "/" + number(values.count + 1), &facts) {
                values.append(value)
            }
            return values.isEmpty ? nil : .list(values)
        case .paragraphs:
            var paragraphs: [String] = []
            while let text = facts.removeValue(
                forKey: path + "/" + number(paragraphs.count + 1)
            ) {
                paragraphs.append(text)
            }
            return paragraphs.isEmpty ? nil : .text(TidyText.text(ofParagraphs: paragraphs))
        default: return facts.removeValue(forKey: path).map { .text($0) }
        }
    }

    private static func number(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
