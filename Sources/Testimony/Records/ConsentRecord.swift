// SPDX-License-Identifier: Apache-2.0

public import Vault

/// Who allows what to be done with a testimony, for whom, and what was explained to them.
///
/// See <doc:Testimony>, "Consent".
public struct ConsentRecord: Sendable {
    private let filled: FilledForm

    /// Reads a record from YAML in any spelling.
    ///
    /// - Parameter bytes: At most 1 MiB.
    /// - Throws: ``FormError`` with all that is wrong.
    public init(parsing bytes: [UInt8]) throws(FormError) {
        filled = try FilledForm(.consent, parsing: bytes)
    }

    /// Puts a record together again from its facts.
    ///
    /// - Parameter leaves: Those that ``leaves`` gives, in any order.
    /// - Throws: ``FormError``.
    public init(leaves: [RecordLeaf]) throws(FormError) {
        filled = try FilledForm(.consent, leaves: leaves)
    }

    /// The empty form with its questions, for an editor.
    public static var template: String { FormText.text(.consent, [], asks: true) }

    /// The record with the questions of the form, for an editor.
    public var draft: String { filled.draft }

    /// The record in its one spelling.
    public var text: String { filled.text }

    /// The facts, each of which can be shown or withheld by itself.
    public var leaves: [RecordLeaf] { filled.leaves }

    /// The day, month or year on which it was given.
    public var date: String { filled["date"]?.text ?? "" }

    /// The people whose consent it holds.
    public var people: [ConsentingPerson] {
        (filled["persons"]?.entries ?? []).map { ConsentingPerson($0) }
    }

    /// For whom everybody in it gave consent, ascending.
    public var classes: [ConsentClass] {
        ConsentClass.allCases
            .filter { allowed in
                people.allSatisfy { $0.permissions.contains { $0.consentClass == allowed } }
            }
            .sorted()
    }

    /// The people who did not allow a class, by their pseudonyms.
    public func refusing(_ consentClass: ConsentClass) -> [String] {
        people.filter { !$0.permissions.contains { $0.consentClass == consentClass } }
            .map(\.pseudonym)
    }
}

/// One person's consent.
public struct ConsentingPerson: Sendable {
    /// What the person is called in the records.
    public let pseudonym: String
    /// To whom they allow it to be given; none: to nobody.
    public let permissions: [Permission]

    /// What a person allows for one class of recipients.
    public struct Permission: Sendable {
        /// To whom.
        public let consentClass: ConsentClass
        /// What must be hidden from them: of `name`, `photo`, `voice`, `place` and `family`.
        public let anonymised: [String]
        /// Further conditions, in words.
        public let conditions: String?
    }

    fileprivate init(_ value: RecordValue) {
        pseudonym = value["pseudonym"]?.text ?? ""
        permissions = (value["allows"]?.entries ?? []).compactMap { entry in
            guard let word = entry["class"]?.text, let found = ConsentClass(rawValue: word) else {
                return nil
            }
            return Permission(
                consentClass: found,
                anonymised: entry["anonymise"]?.entries.compactMap(\.text) ?? [],
                conditions: entry["conditions"]?.text
            )
        }
    }
}
