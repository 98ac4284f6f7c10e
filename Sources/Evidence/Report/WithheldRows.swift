// SPDX-License-Identifier: Apache-2.0

/// What an export leaves out, as rows of the report: by kind and reason, without content.
struct WithheldRows {
    private let register: WithheldRegister

    init(_ register: WithheldRegister) { self.register = register }

    var section: HTML {
        guard !register.lines.isEmpty else { return "" }
        let rows = register.lines.enumerated().map { place, line -> [HTML] in
            let item: HTML =
                line.item.map { "\(line.submission), item \($0)" } ?? "\(line.submission)"
            let meaning: HTML = Self.meaning(of: line.code).map { "<br>\($0)" } ?? ""
            return [
                "\(WithheldRegister.name(place + 1))", item, "\(line.kind)",
                "\(line.code)\(meaning)", "\(line.authority)",
            ]
        }
        return """
            <h2>Withheld</h2>
            <p>What is left out of the items above, as <code>register/withheld.csv</code> has it. Each fact was committed to at
            intake; shown later, it is checked against the same commitment and the same seal.</p>
            \(HTML.table(["No.", "Of", "What", "Code", "Authority"], rows))
            """
    }

    /// What a code of the redaction protocols of the International Criminal Court stands for.
    static func meaning(of code: String) -> String? {
        switch code {
        case "A.1": "place of an interview"
        case "A.5": "investigators"
        case "A.6": "intermediaries"
        case "A.7": "leads and sources"
        case "A.8": "means of communication"
        case "B.1": "contact of a witness"
        case "B.2": "family of a witness"
        case "B.3": "other people at risk"
        case "B.4": "place of a protected witness"
        case "B.5": "other information for protection"
        default: nil
        }
    }
}
