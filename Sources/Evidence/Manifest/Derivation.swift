// SPDX-License-Identifier: Apache-2.0

public import Bulk

/// Where a file comes from that was made out of another one of the case.
public struct Derivation: Hashable, Sendable {
    /// What was done to the original.
    public enum Kind: String, CaseIterable, Sendable {
        /// Something was taken out or made unrecognisable.
        case redacted
        /// It was translated.
        case translated
        /// What is spoken or handwritten was written down.
        case transcribed
    }

    /// The commitment to the original's leaf `file`.
    public let original: Hash
    /// What was done.
    public let kind: Kind
    /// How it was done: the program and its version, or the translator's qualification.
    public let method: String
    /// The derivative's language as a tag such as `en` or `km`; every translation and transcript has one.
    public let language: String?

    /// Takes what is known; `nil` for a translation or transcript without language.
    public init?(of original: Hash, kind: Kind, method: String, language: String? = nil) {
        guard kind == .redacted || language != nil else { return nil }
        self.original = original
        self.kind = kind
        self.method = method
        self.language = language
    }

    var value: JSONValue {
        var members = [
            JSONMember("from", original.hex), JSONMember("kind", kind.rawValue),
            JSONMember("method", method),
        ]
        if let language { members.append(JSONMember("language", language)) }
        return .object(members)
    }

    init?(_ value: JSONValue) {
        guard
            let members = value.members("from", "kind", "method")
                ?? value.members("from", "kind", "method", "language"),
            let original = members[0].string.flatMap({ Hash(hex: $0) }),
            let kind = members[1].string.flatMap({ Kind(rawValue: $0) }),
            let method = members[2].string, FactText.isLine(method)
        else { return nil }
        let language = members.dropFirst(3).first.map(\.string)
        guard language.map({ $0.map(FactText.isLanguage) ?? false }) ?? true else { return nil }
        self.init(of: original, kind: kind, method: method, language: language ?? nil)
    }
}
