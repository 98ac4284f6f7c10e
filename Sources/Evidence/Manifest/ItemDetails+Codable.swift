// SPDX-License-Identifier: Apache-2.0

/// In a journal, the details are one text: a JSON object of their facts by aspects.
extension ItemDetails: Codable {
    /// Reads the text.
    ///
    /// - Throws: `DecodingError` for every spelling but the one that ``encode(to:)`` gives.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = try? JSONValue(parsing: Array(text.utf8)),
            case .object(let members) = value,
            let details = ItemDetails(
                Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
            ), details.text == text
        else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "not the details of an item"
            )
        }
        self = details
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    private var text: String {
        let members = facts.map { JSONMember($0.aspect, $0.value) }
        return String(decoding: JSONValue.object(members).bytes, as: UTF8.self)
    }
}
