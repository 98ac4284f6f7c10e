// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Tables for spreadsheets, as RFC 4180 has them.
enum CSV {
    /// Prints a table.
    static func show(_ header: [String], _ rows: [[String]]) {
        for row in [header] + rows { Terminal.write(CSVText.line(row), to: 1) }
    }
}
