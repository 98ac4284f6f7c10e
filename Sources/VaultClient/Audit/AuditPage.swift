// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Vault

/// An audit as one page of HTML: a picture of each case and each person over time, and what was not
/// allowed.
///
/// It needs no script, no other file and no network, and its policy allows none. The same log gives the
/// same page.
struct AuditPage {
    let report: AuditReport
    let timeline: AuditTimeline
    /// What is said beside a fingerprint or a case id.
    let labels: [String: String]

    var html: String {
        let style = Hash(hashing: Self.style.utf8)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" \
            content="default-src 'none'; style-src 'sha256-\(Base64.padded.encode(style.bytes))'">
            <meta name="referrer" content="no-referrer">
            <title>Audit of \(Self.escaped(report.vault))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <h1>Audit of \(Self.escaped(report.vault))</h1>
            \(summary)
            <h2>Not allowed</h2>
            \(violations)
            <h2>Cases</h2>
            \(sections(timeline.cases, "Case", others: "person"))
            <h2>People</h2>
            \(sections(timeline.people, "Person", others: "case"))
            </body>
            </html>

            """
    }

    private var summary: String {
        var rows = [
            ("Entries", "\(report.entries), each replayed and judged at its place"),
            ("Root", report.root),
            ("Published checkpoints", "\(report.checkpoints), all of them consistent"),
            ("Cosignatures of witnesses", "\(report.cosignatures)"),
            ("Entries that were not allowed", "\(report.violationCount)"),
        ]
        if let days = timeline.days {
            rows.insert(
                ("Days", "\(Self.date(days.lowerBound)) to \(Self.date(days.upperBound))"),
                at: 1
            )
        }
        let cells = rows.map { "<tr><th>\($0)</th><td>\(Self.escaped($1))</td></tr>" }
        return "<table>\n\(cells.joined(separator: "\n"))\n</table>"
    }

    private var violations: String {
        guard !report.violations.isEmpty else { return "<p>Every entry was allowed.</p>" }
        let rows = report.violations.map { entry in
            let cells = [
                "\(entry.index)", entry.accepted, entry.act, entry.actor?.hex, entry.rule,
                entry.reason,
            ].map { "<td>\(Self.escaped($0 ?? ""))</td>" }
            return "<tr>\(cells.joined())</tr>"
        }
        let left = report.violationCount - report.violations.count
        return """
            <table>
            <tr><th>entry</th><th>accepted</th><th>act</th><th>key</th><th>rule</th><th></th></tr>
            \(rows.joined(separator: "\n"))
            </table>
            \(left > 0 ? "<p>And \(left) more.</p>" : "")
            """
    }

    private func sections(
        _ tracks: [String: AuditTimeline.Track],
        _ kind: String,
        others: String
    ) -> String {
        tracks.sorted { $0.key < $1.key }.map { name, track in
            let label = labels[name].map { " (\(Self.escaped($0)))" } ?? ""
            return """
                <section>
                <h3>\(kind) <code>\(Self.escaped(name))</code>\(label)</h3>
                \(picture(of: track, "\(kind) \(name)"))
                \(table(of: track, others))
                </section>
                """
        }.joined(separator: "\n")
    }

    private func table(of track: AuditTimeline.Track, _ other: String) -> String {
        let acts = track.days.keys.sorted()
        let rows = track.shares.sorted { ($0.key ?? "") < ($1.key ?? "") }.map { name, counts in
            let label = name.flatMap { labels[$0] }.map { " (\(Self.escaped($0)))" } ?? ""
            let first = name.map { "<code>\(Self.escaped($0))</code>\(label)" } ?? "none"
            let cells = acts.map { "<td>\(counts[$0].map(String.init) ?? "")</td>" }
            return "<tr><td>\(first)</td>\(cells.joined())</tr>"
        }
        let heads = acts.map { "<th>\(Self.escaped($0))</th>" }.joined()
        return """
            <table>
            <tr><th>\(other)</th>\(heads)</tr>
            \(rows.joined(separator: "\n"))
            </table>
            """
    }

    // MARK: Pictures

    private static let columns: Int64 = 240
    private static let left = 110
    private static let width = 960
    private static let rowHeight = 20

    /// A row for each act, a dot for the days that fall into one of 240 columns.
    private func picture(of track: AuditTimeline.Track, _ title: String) -> String {
        guard let days = timeline.days else { return "" }
        let span = days.upperBound - days.lowerBound + 1
        let acts = track.days.keys.sorted()
        let height = acts.count * Self.rowHeight + 24
        var shapes: [String] = []
        for (row, act) in acts.enumerated() {
            let y = row * Self.rowHeight + Self.rowHeight / 2
            shapes.append(
                "<text class=\"act\" x=\"\(Self.left - 8)\" y=\"\(y + 4)\">\(Self.escaped(act))</text>"
                    + "<line x1=\"\(Self.left)\" y1=\"\(y)\" x2=\"\(Self.width)\" y2=\"\(y)\"/>"
            )
            let columns = Dictionary(grouping: track.days[act] ?? [:]) {
                ($0.key - days.lowerBound) * min(Self.columns, span) / span
            }
            for (column, found) in columns.sorted(by: { $0.key < $1.key }) {
                shapes.append(dot(found, x: Self.x(column, of: min(Self.columns, span)), y: y, act))
            }
        }
        let base = height - 6
        shapes.append("<text x=\"\(Self.left)\" y=\"\(base)\">\(Self.date(days.lowerBound))</text>")
        shapes.append(
            "<text class=\"act\" x=\"\(Self.width)\" y=\"\(base)\">\(Self.date(days.upperBound))</text>"
        )
        return """
            <svg viewBox="0 0 \(Self.width + 10) \(height)" role="img" \
            aria-label="\(Self.escaped(title)) over time">
            \(shapes.joined(separator: "\n"))
            </svg>
            """
    }

    private func dot(_ found: [(key: Int64, value: Int)], x: Int, y: Int, _ act: String) -> String {
        let count = found.reduce(0) { $0 + $1.value }
        let keys = found.map(\.key)
        let first = Self.date(keys.min() ?? 0)
        let last = Self.date(keys.max() ?? 0)
        let when = first == last ? first : "\(first) to \(last)"
        // Twice the radius is some thirty times the count.
        let radius = min(9, 3 + (Int.bitWidth - 1 - count.leadingZeroBitCount) / 2)
        let kind =
            switch act {
            case AuditTimeline.notAllowed: " class=\"fault\""
            case ActName.access.rawValue, ActName.export.rawValue: " class=\"release\""
            default: ""
            }
        return "<circle\(kind) cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\">"
            + "<title>\(Self.escaped(act)), \(when): \(count)</title></circle>"
    }

    private static func x(_ column: Int64, of columns: Int64) -> Int {
        left + Int((2 * column + 1) * Int64(width - left) / (2 * columns))
    }

    private static func date(_ day: Int64) -> String {
        String(UTCTime(seconds: day * 86_400).text.prefix(10))
    }

    /// Text as HTML shows it, between tags and within quotes.
    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
    }

    private static let style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}
        table{border-collapse:collapse;margin:.5rem 0 1.5rem}
        th,td{border:1px solid #ccc;padding:.2rem .6rem;text-align:left;vertical-align:top}
        code,td{overflow-wrap:anywhere}
        svg{width:100%;height:auto}
        svg text{font-size:12px;fill:#444}
        svg text.act{text-anchor:end}
        svg line{stroke:#ddd}
        svg circle{fill:#2b6cb0}
        svg circle.release{fill:#b7791f}
        svg circle.fault{fill:#c53030}
        """
}
