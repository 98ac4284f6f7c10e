// SPDX-License-Identifier: Apache-2.0

/// Tables for spreadsheets, as RFC 4180 has them.
public enum CSVText {
    /// What tells a spreadsheet that the table is UTF-8.
    public static let byteOrderMark = "\u{feff}"

    /// A line of a table, ended by CR LF.
    ///
    /// Control characters but line feeds are spelled out, and a cell that a spreadsheet would run as a
    /// formula begins with an apostrophe: names in evidence may hold anything.
    public static func line(_ cells: [String]) -> String {
        cells.map { cell in
            let isFormula =
                cell.unicodeScalars.first.map { "=+-@\t\r\n".unicodeScalars.contains($0) } ?? false
            let safe = isFormula ? "'" + cell : cell
            let plain = safe.split(separator: "\n", omittingEmptySubsequences: false)
                .map { VisibleText.spelled(String($0)) }.joined(separator: "\n")
            guard plain.utf8.contains(where: { "\",\n".utf8.contains($0) }) else { return plain }
            return "\"" + VisibleText.replacing("\"", by: "\"\"", in: plain) + "\""
        }.joined(separator: ",") + "\r\n"
    }
}
