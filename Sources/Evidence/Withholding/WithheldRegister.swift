// SPDX-License-Identifier: Apache-2.0

import Encodings
import Vault

/// `register/withheld.csv`: what an export leaves out of its items, by kind and reason, without content.
struct WithheldRegister {
    /// A line of it; there is one for all facts of an item that are of one kind and have one reason, so
    /// that it does not tell how many they are.
    struct Line: Hashable {
        /// `S0001`.
        let submission: String
        /// The item's number in its submission; `nil` for a fact of the submission itself.
        let item: Int?
        /// ``wholeItem``, or an aspect, or the name of a leaf; `paragraph` and `field` without what follows.
        let kind: String
        let code: String
        let authority: String
    }

    /// The kind of an item of which nothing is shown.
    static let wholeItem = "item"

    let lines: [Line]
    /// When it was decided, `YYYY-MM-DD`.
    let date: String

    init(_ lines: [Line], date: UTCTime) {
        self.lines = lines
        self.date = String(date.text.prefix(10))
    }

    /// The name of a line, which counts from 1.
    static func name(_ number: Int) -> String { "W" + ManifestItem.padded(number) }

    private static let columns = [
        "number", "submission", "item", "kind", "code", "authority", "date",
    ]

    var bytes: [UInt8] {
        var text = CSVText.line(Self.columns)
        for (place, line) in lines.enumerated() {
            text += CSVText.line([
                Self.name(place + 1), line.submission, line.item.map(String.init) ?? "", line.kind,
                line.code, line.authority, date,
            ])
        }
        return Array(text.utf8)
    }

    /// Reads a register; `nil` for every spelling but the one that ``bytes`` gives.
    init?(parsing bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var lines: [Line] = []
        var date = ""
        for row in text.split(separator: "\r\n").dropFirst() {
            let cells = Self.cells(of: row)
            guard cells.count == Self.columns.count else { return nil }
            date = cells[6]
            lines.append(
                Line(
                    submission: cells[1],
                    item: Int(cells[2]),
                    kind: cells[3],
                    code: cells[4],
                    authority: cells[5]
                )
            )
        }
        guard lines.isEmpty || UTCTime("\(date)T00:00:00Z") != nil else { return nil }
        self.lines = lines
        self.date = date
        guard self.bytes == bytes else { return nil }
    }

    /// The cells of a row in which no cell has line feeds.
    private static func cells(of row: Substring) -> [String] {
        var cells = [""]
        var isQuoted = false
        // A quote within quotes is written twice: the first ends them, the second begins them anew.
        var followsQuote = false
        for character in row.unicodeScalars {
            switch character {
            case "\"":
                if followsQuote { cells[cells.count - 1] += "\"" }
                followsQuote = isQuoted
                isQuoted.toggle()
            case "," where !isQuoted:
                cells.append("")
                followsQuote = false
            default:
                cells[cells.count - 1].unicodeScalars.append(character)
                followsQuote = false
            }
        }
        return cells
    }
}
