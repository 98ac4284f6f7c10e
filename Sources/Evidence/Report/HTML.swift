// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Markup in which every text that was put in is text: what a file is called can never be an element.
///
/// ```
/// let cell: HTML = "<td>\(item.name)</td>"
/// ```
///
/// The literal is markup; a `String` that is interpolated is escaped, and what a screen would obey is
/// spelled out. Only another `HTML` goes in as it is.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    let markup: String

    init(stringLiteral markup: String) { self.markup = markup }

    init(stringInterpolation: Interpolation) { markup = stringInterpolation.markup }

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var markup = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            markup.reserveCapacity(literalCapacity)
        }

        mutating func appendLiteral(_ literal: String) { markup += literal }

        mutating func appendInterpolation(_ text: String) {
            for scalar in VisibleText.spelled(text).unicodeScalars {
                switch scalar {
                case "&": markup += "&amp;"
                case "<": markup += "&lt;"
                case ">": markup += "&gt;"
                case "\"": markup += "&quot;"
                case "'": markup += "&#39;"
                default: markup.unicodeScalars.append(scalar)
                }
            }
        }

        mutating func appendInterpolation(_ number: some BinaryInteger) { markup += "\(number)" }

        mutating func appendInterpolation(_ part: HTML) { markup += part.markup }

        mutating func appendInterpolation(_ parts: [HTML]) {
            for part in parts { markup += part.markup }
        }
    }
}

extension HTML {
    /// Where a person writes, and nothing is filled in.
    static let blank: HTML = "<span class=\"blank\"></span>"

    /// A table; the first row names the columns.
    static func table(_ header: [String], _ rows: [[HTML]]) -> HTML {
        let head = header.map { name -> HTML in "<th>\(name)</th>" }
        let body = rows.map { row -> HTML in
            let cells = row.map { cell -> HTML in "<td>\(cell)</td>" }
            return "<tr>\(cells)</tr>\n"
        }
        return "<table><thead><tr>\(head)</tr></thead><tbody>\n\(body)</tbody></table>\n"
    }

    /// A table of names and their values.
    static func list(_ rows: [(String, HTML)]) -> HTML {
        let body = rows.map { name, value -> HTML in
            "<tr><th>\(name)</th><td>\(value)</td></tr>\n"
        }
        return "<table class=\"list\"><tbody>\n\(body)</tbody></table>\n"
    }

    /// Digits that people compare, which may be broken anywhere.
    static func code(_ text: String) -> HTML { "<code>\(text)</code>" }

    /// A whole page, which loads nothing and runs nothing.
    ///
    /// - Parameters:
    ///   - title: of the page and of the PDF made from it.
    ///   - date: when it was made, `YYYY-MM-DDThh:mm:ssZ`.
    ///   - footer: stands at the foot of each printed page.
    ///   - body: what it holds.
    /// - Returns: The page in UTF-8.
    static func page(title: String, date: String, footer: String, body: HTML) -> [UInt8] {
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="dcterms.created" content="\(date)">
            <title>\(title)</title>
            <style>\(style)</style>
            </head>
            <body>
            <p class="footer">\(footer)</p>
            \(body)</body>
            </html>

            """
        return Array(page.markup.utf8)
    }

    /// Noto has the scripts of the people whom this is about; other systems have their own.
    private static let style: HTML = """

        @page { size: A4; margin: 20mm 16mm 22mm; @bottom-left { content: element(footer) }
          @bottom-right { content: counter(page) " / " counter(pages); font: 8pt "Noto Sans", sans-serif; width: 16mm } }
        body { font: 10pt/1.45 "Noto Sans", "Noto Sans Khmer", "Khmer UI", sans-serif; color: #111; max-width: 62em; margin: 0 auto; }
        h1 { font-size: 19pt; line-height: 1.25; margin: 0 0 3mm }
        h2 { font-size: 13pt; margin: 8mm 0 2mm; border-bottom: 0.6pt solid #111; break-after: avoid }
        h3 { font-size: 10.5pt; margin: 5mm 0 1.5mm; break-after: avoid }
        p, li { margin: 1.5mm 0; orphans: 3; widows: 3 }
        .footer { position: running(footer); font-size: 8pt; margin: 0; color: #444 }
        .lead { font-size: 11.5pt; color: #333; margin: 0 0 5mm }
        .note { border-left: 2pt solid #111; padding: 0 0 0 3mm; margin: 3mm 0 }
        table { border-collapse: collapse; width: 100%; margin: 2mm 0 4mm; font-size: 8.5pt }
        th, td { border: 0.4pt solid #888; padding: 1mm 1.6mm; text-align: left; vertical-align: top; overflow-wrap: break-word }
        thead th { background: #eee; overflow-wrap: normal }
        thead { display: table-header-group }
        tr { break-inside: avoid }
        .list { break-inside: avoid }
        .list th { width: 27%; background: #f5f5f5; font-weight: bold }
        code { font-family: "Noto Sans Mono", "DejaVu Sans Mono", monospace; font-size: 0.9em; overflow-wrap: anywhere }
        .blank { display: inline-block; min-width: 52mm; border-bottom: 0.6pt solid #111 }
        .blank::after { content: "\\00a0" }
        ol.terms > li { margin: 2.5mm 0 }
        .signature { margin-top: 10mm; break-inside: avoid }
        .part { break-before: page }
        bdi { font-size: 1.08em; overflow-wrap: anywhere }

        """
}
