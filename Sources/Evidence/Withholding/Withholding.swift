// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Facts that an export leaves out, and why, as the bundle will say it.
public struct Withholding: Hashable, Sendable {
    /// The longest code in bytes.
    public static let maximumCodeSize = 64

    /// Which facts.
    public let selector: LeafSelector
    /// Why: a code of the forum, such as `B.1`.
    public let code: String
    /// Who decided it, such as an order of a court; may be empty.
    public let authority: String

    /// Orders facts to be left out.
    ///
    /// - Throws: ``WithholdingError``, where the reason is not one line of plain text.
    public init(
        _ selector: LeafSelector,
        code: String,
        authority: String = ""
    ) throws(WithholdingError) {
        guard code.utf8.count <= Self.maximumCodeSize, Self.isPlain(code) else { throw .code(code) }
        guard authority.isEmpty || Self.isPlain(authority) else { throw .authority(authority) }
        self.selector = selector
        self.code = code
        self.authority = authority
    }

    /// Whether a table can hold a text as it is.
    private static func isPlain(_ text: String) -> Bool {
        FactText.isLine(text) && VisibleText.spelled(text).utf8.elementsEqual(text.utf8)
    }
}

/// Why facts cannot be withheld.
public enum WithholdingError: Error, Equatable, Sendable {
    /// A code is not one line of at most ``Withholding/maximumCodeSize`` bytes of plain text.
    case code(String)
    /// An authority is not one line of plain text.
    case authority(String)
    /// A selector names no fact of what is exported.
    case nothing(LeafSelector)
    /// A selector names the consent, without which nobody may be given the bundle.
    case consent(LeafSelector)
    /// The bytes of an item that is withheld are shown as another one.
    case shownElsewhere(withheld: String, shown: String)
}

extension WithholdingError: CustomStringConvertible {
    /// One line, for people.
    public var description: String {
        switch self {
        case .code: "a code is one line of at most \(Withholding.maximumCodeSize) bytes"
        case .authority: "an authority is one line of at most \(FactText.maximumSize) bytes"
        case .nothing(let selector): "\"\(selector.text)\" names nothing of what is exported"
        case .consent(let selector):
            "\"\(selector.text)\" names the consent, which every bundle shows"
        case .shownElsewhere(let withheld, let shown):
            "item \(withheld) is withheld, but item \(shown) holds the same bytes: withhold both"
        }
    }
}
