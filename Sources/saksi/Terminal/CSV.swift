// SPDX-License-Identifier: Apache-2.0

/// Tables for spreadsheets, as RFC 4180 has them.
enum CSV {
    /// Prints a table.
    static func show(_ header: [String], _ rows: [[String]]) {
        for row in [header] + rows { Terminal.write(line(row), to: 1) }
    }

    private static func line(_ cells: [String]) -> String {
        cells.map { cell in
            // A spreadsheet would run what begins so.
            let isFormula = cell.first.map { "=+-@\t\r\n".contains($0) } ?? false
            let safe = isFormula ? "'" + cell : cell
            let plain = safe.split(separator: "\n", omittingEmptySubsequences: false)
                .map { Terminal.plain(String($0)) }.joined(separator: "\n")
            guard plain.contains(where: { "\",\r\n".contains($0) }) else { return plain }
            return "\"" + plain.replacing("\"", with: "\"\"") + "\""
        }.joined(separator: ",") + "\r\n"
    }
}
