// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The table of the article Verification, "What is found where": which step refuses which change.
///
/// The tests read it there, so the program is held to what is documented.
struct MutationTable {
    /// A column of the table.
    enum Column: Int, CaseIterable {
        case changed = 1
        case gone
        case tools
        case resealedChanged
        case resealedGone
        case resealedRenamed
        case resealedTools
    }

    /// What a cell says.
    enum Cell: Equatable {
        /// The first step that fails is one of these; none does where nothing vouches for the part.
        case steps(Set<String>, orNone: Bool)
        /// The step of VERIFY.txt that fails is one of these.
        case numbers(Set<String>)
        /// Only `saksi verify` refuses it.
        case own
        /// There is no such change.
        case impossible

        init?(_ text: Substring) {
            switch text {
            case "own": self = .own
            case "-": self = .impossible
            case _ where text.hasPrefix("`") || text.hasSuffix(Self.notFound):
                let steps = Set(MutationTable.quoted(text))
                self = .steps(steps, orNone: text.hasSuffix(Self.notFound))
            default:
                let parts = text.split(separator: ", ").map(String.init)
                guard !parts.isEmpty, parts.allSatisfy({ Int($0) != nil }) else { return nil }
                self = .numbers(Set(parts))
            }
        }

        private static let notFound = "not found"
    }

    struct Row {
        let patterns: [String]
        let cells: [Cell]
    }

    let rows: [Row]

    /// Reads the article.
    init() throws {
        let article = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Evidence/Evidence.docc/Verification.md").standardized
        let lines = try String(contentsOf: article, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
            .drop { $0 != "## What is found where" }.drop { !$0.hasPrefix("|---") }.dropFirst()
            .prefix { $0.hasPrefix("|") }
        rows = try lines.map { line in
            let cells = line.dropFirst().dropLast().split(separator: "|").map {
                $0.dropFirst().dropLast()
            }
            try #require(cells.count == 1 + Column.allCases.count, "\(line)")
            return Row(
                patterns: Self.quoted(cells[0]),
                cells: try cells.dropFirst().map { try #require(Cell($0), "\($0)") }
            )
        }
        try #require(!rows.isEmpty)
    }

    /// The first row that a path fits.
    func row(of path: String) throws -> Int {
        try #require(
            rows.firstIndex { row in
                row.patterns.contains { unsafe fnmatch($0.replacing("…", with: "*"), path, 0) == 0 }
            },
            "\(path) is in no row"
        )
    }

    /// What is said of a file.
    func cell(_ path: String, _ column: Column) throws -> Cell {
        try rows[row(of: path)].cells[column.rawValue - 1]
    }

    /// What is between backticks.
    private static func quoted(_ text: Substring) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .compactMap { place, part in place % 2 == 1 ? String(part) : nil }
    }
}
