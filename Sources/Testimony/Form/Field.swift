// SPDX-License-Identifier: Apache-2.0

/// One field of a form: its name, what may stand in it, and what it asks in plain words.
struct Field: Sendable {
    let name: String
    let kind: Kind
    let isRequired: Bool
    /// The question, as the template asks it.
    let question: String

    /// A field that may be left empty.
    init(_ name: String, _ kind: Kind, _ question: String) {
        self.init(name: name, kind: kind, isRequired: false, question: question)
    }

    private init(name: String, kind: Kind, isRequired: Bool, question: String) {
        self.name = name
        self.kind = kind
        self.isRequired = isRequired
        self.question = question
    }

    /// A field that must be filled in.
    static func required(_ name: String, _ kind: Kind, _ question: String) -> Field {
        Field(name: name, kind: kind, isRequired: true, question: question)
    }

    /// What may stand in a field.
    indirect enum Kind: Sendable {
        /// Just this text.
        case fixed(String)
        /// Text on one line.
        case line
        /// Text on any number of lines.
        case text
        /// Text of which each paragraph is a fact by itself.
        case paragraphs
        /// A day, a month or a year: `2024-05-17`, `2024-05`, `2024`.
        case date
        /// A language tag of BCP 47: `km`, `vi`, `en`.
        case language
        /// Degrees, between minus and plus so many.
        case degrees(Int)
        /// 64 lower-case hexadecimal digits.
        case hash
        /// A word of a list.
        case word(Vocabulary)
        /// A pseudonym that this field gives to a person: `W01`.
        case naming
        /// A pseudonym that the record gives somewhere.
        case person
        /// A pseudonym that need not be in the record: of who writes it, or of another record's.
        case pseudonym
        /// The name that this field gives to an act: `A1`.
        case namingAct
        /// The name of an act of the record.
        case act
        /// Fields of their own.
        case group([Field])
        /// Several of these, each with a dash before it.
        case list(Kind)
    }
}

/// A form: the fields of a record, in their order.
struct Form: Sendable {
    /// What the record's first field says.
    let title: String
    let fields: [Field]

    /// The name of the first field.
    static let titleField = "form"

    init(_ title: String, _ fields: [Field]) {
        self.title = title
        let first = Field.required(Self.titleField, .fixed(title), "The kind of record; leave it.")
        self.fields = [first] + fields
    }
}
