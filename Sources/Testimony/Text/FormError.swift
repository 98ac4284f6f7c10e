// SPDX-License-Identifier: Apache-2.0

/// Why a text is not a record: all that is wrong with it, by line.
public struct FormError: Error, Equatable, Sendable {
    /// At least one.
    public let problems: [FormProblem]

    init(_ problems: [FormProblem]) { self.problems = problems }

    init(line: Int?, _ rule: FormRule) {
        self.init([FormProblem(line: line, field: nil, rule: rule)])
    }
}

extension FormError: CustomStringConvertible {
    /// A line for each problem, for people.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One thing that is wrong with a record.
public struct FormProblem: Equatable, Sendable {
    /// The line of the text, counted from 1, where it is known.
    public let line: Int?
    /// The field: `acts/2/victim`, entries counted from 1; `nil` where it is the text itself.
    public let field: String?
    /// The rule that is broken.
    public let rule: FormRule
}

extension FormProblem: CustomStringConvertible {
    /// `line 12, acts/2/victim: nobody in this record is called "W09"`.
    public var description: String {
        let place = [line.map { "line \($0)" }, field].compactMap(\.self)
        return (place.isEmpty ? "" : place.joined(separator: ", ") + ": ") + rule.description
    }
}

/// The rules of records.
public enum FormRule: Equatable, Sendable {
    /// The text is larger than a record may be.
    case tooLarge
    /// It is not UTF-8.
    case notUTF8
    /// It is not YAML; why.
    case yaml(String)
    /// An ampersand stands right before a word, where YAML could see an anchor.
    case anchor
    /// Nothing is in it.
    case empty
    /// A field is there twice.
    case repeated(String)
    /// The form has no such field.
    case unknownField(String)
    /// A field that must be filled in is empty.
    case missing
    /// Text is wanted, and fields or a list are there.
    case notText
    /// A list is wanted.
    case notList
    /// Fields are wanted.
    case notGroup
    /// It is longer than so many bytes.
    case tooLong(Int)
    /// There are more than so many entries.
    case tooMany(Int)
    /// A character that is not shown, or that changes the order of others: its code.
    case character(UInt32)
    /// It goes over several lines.
    case severalLines
    /// Another kind of record or version is wanted.
    case otherForm(String)
    /// The word is none of these.
    case notInVocabulary(String, [String])
    /// It is not a date.
    case notADate(String)
    /// The date is not as exact as its type says.
    case dateType(String)
    /// A type is given, and no date.
    case noDate
    /// The end is before the beginning.
    case endBeforeBeginning
    /// It is not a language tag.
    case notALanguage(String)
    /// It is not a number of degrees up to this one.
    case notDegrees(Int)
    /// It is not 64 lower-case hexadecimal digits.
    case notAHash
    /// It is not one to three capital letters and one to four digits.
    case notAPseudonym(String)
    /// Another person or act has the name.
    case nameTaken(String)
    /// No person of the record has the pseudonym.
    case unknownPerson(String)
    /// No act of the record has the name.
    case unknownAct(String)
    /// The path of a leaf leads to no field, or leaves are missing before it.
    case strayLeaf
}

extension FormRule: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .tooLarge: "the record is larger than \(FilledForm.maximumSize) bytes"
        case .notUTF8: "the record is not UTF-8 text"
        case .yaml(let problem): "not YAML: \(problem)"
        case .anchor: "write a space behind the ampersand: anchors are not used here"
        case .empty: "nothing is filled in"
        case .repeated(let name): "the field \"\(name)\" is there twice"
        case .unknownField(let name): "there is no field \"\(name)\" here"
        case .missing: "must be filled in"
        case .notText: "wants text, got fields or a list"
        case .notList: "wants a list: put \"- \" before each entry"
        case .notGroup: "wants fields of its own below it"
        case .tooLong(let limit): "is longer than \(limit) bytes"
        case .tooMany(let limit): "has more than \(limit) entries"
        case .character(let code):
            "has the character U+\(Self.hex(code)), which is not shown or reorders others"
        case .severalLines: "must stand on one line"
        case .otherForm(let form): "wants \"\(form)\""
        case .notInVocabulary(let word, let words):
            "got \"\(word)\", want one of: \(words.joined(separator: ", "))"
        case .notADate(let text): "got \"\(text)\", want a date: 2024-05-17, 2024-05 or 2024"
        case .dateType(let type): "the date is not written as \"\(type)\" says"
        case .noDate: "a type of date without the date"
        case .endBeforeBeginning: "the end is before the beginning"
        case .notALanguage(let text): "got \"\(text)\", want a language tag such as km, vi or en"
        case .notDegrees(let limit): "wants degrees from -\(limit) to \(limit), such as 9.6025"
        case .notAHash: "wants 64 hexadecimal digits"
        case .notAPseudonym(let text): "got \"\(text)\", want capital letters and a number: W01"
        case .nameTaken(let name): "\"\(name)\" is the name of another one"
        case .unknownPerson(let name): "nobody in this record is called \"\(name)\""
        case .unknownAct(let name): "no act in this record is called \"\(name)\""
        case .strayLeaf: "is no fact of this form"
        }
    }

    private static func hex(_ code: UInt32) -> String {
        let digits = String(code, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
