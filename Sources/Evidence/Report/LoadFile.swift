// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Vault

/// A table of the exhibits for document systems: CSV, Concordance DAT and Opticon OPT.
///
/// A column for each thing that a forum's system asks for; what nobody recorded is empty, not guessed.
struct LoadFile {
    private let contents: BundleContents
    private let columns: [Column]

    private typealias Column = (name: String, value: (Exhibit) -> String)

    init(_ contents: BundleContents, profile: ReportProfile) {
        self.contents = contents
        columns = Self.columns(profile, contents)
    }

    /// `export.csv`: RFC 4180 in UTF-8 with a byte order mark.
    var table: [UInt8] {
        let lines = contents.exhibits.map { exhibit in
            CSVText.line(columns.map { $0.value(exhibit) })
        }
        return Array(
            (CSVText.byteOrderMark + CSVText.line(columns.map(\.name)) + lines.joined()).utf8
        )
    }

    /// `export.dat`: fields between þ, separated by U+0014, line feeds in them ®; UTF-8 with a mark.
    var concordance: [UInt8] {
        let lines =
            [columns.map(\.name)]
            + contents.exhibits.map { exhibit in
                columns.map { $0.value(exhibit) }
            }
        let text = lines.map { cells in
            cells.map { cell in
                let plain = cell.split(separator: "\n", omittingEmptySubsequences: false)
                    .map { VisibleText.spelled(String($0)) }.joined(separator: "\u{ae}")
                return "\u{fe}" + VisibleText.replacing("\u{fe}", by: "\\u{fe}", in: plain)
                    + "\u{fe}"
            }.joined(separator: "\u{14}") + "\r\n"
        }
        return Array((CSVText.byteOrderMark + text.joined()).utf8)
    }

    /// `export.opt`: a document each; there are no page images, so the path is that of the file itself.
    var opticon: [UInt8] {
        let volume = Self.prefix(contents)
        let lines = contents.exhibits.map { exhibit in
            "\(Self.id(exhibit, contents)),\(volume),\(Self.path(exhibit)),Y,,,1\r\n"
        }
        return Array(lines.joined().utf8)
    }

    /// The exhibit's number with something of the case before it: tables of many cases are loaded together.
    private static func id(_ exhibit: Exhibit, _ contents: BundleContents) -> String {
        "\(prefix(contents))-\(exhibit.name)"
    }

    private static func prefix(_ contents: BundleContents) -> String {
        String(contents.caseID.hex.prefix(8)).uppercased()
    }

    /// From the table's folder; empty where the file is withheld.
    private static func path(_ exhibit: Exhibit) -> String {
        exhibit.path.map { "../" + $0.dropFirst(BundleLayout.payload.count) } ?? ""
    }

    private static func columns(
        _ profile: ReportProfile,
        _ contents: BundleContents
    ) -> [Column] {
        func submitted(_ exhibit: Exhibit) -> Receipt? { contents.submitted(exhibit.submission) }
        let id: (Exhibit) -> String = { Self.id($0, contents) }
        let name: (Exhibit) -> String = { $0.item.name?.text ?? "" }
        let type: (Exhibit) -> String = { $0.item.type ?? "" }
        let claimed: (Exhibit) -> String = { $0.item.modified?.text ?? "" }
        let received: (Exhibit) -> String = { submitted($0)?.entry.accepted.text ?? "" }
        let source: (Exhibit) -> String = { submitted($0)?.entry.signed.statement.actor.hex ?? "" }
        let size: (Exhibit) -> String = { $0.item.file.map { "\($0.size)" } ?? "" }
        let hash: (Exhibit) -> String = { $0.item.file?.sha256.hex ?? "" }
        let nothing: (Exhibit) -> String = { _ in "" }
        let identity: [Column] =
            switch profile {
            case .court:
                [
                    ("BEGBATES", id), ("ENDBATES", id), ("BEGATTACH", nothing),
                    ("ENDATTACH", nothing), ("CUSTODIAN", source), ("FILENAME", name),
                    ("MIMETYPE", type), ("FILESIZE", size), ("DATELASTMOD_CLAIMED", claimed),
                    ("DATERECEIVED", received),
                ]
            case .icc:
                [
                    ("DOCUMENT_ID", id), ("PARENT_ID", nothing), ("ATTACHMENT_RANGE", nothing),
                    ("PAGES", nothing), ("TITLE", name), ("DOCUMENT_TYPE", type),
                    ("MAIN_DATE", claimed), ("ESTIMATED_DATE", { _ in "Y" }), ("AUTHOR", nothing),
                    ("AUTHOR_ORGANISATION", nothing), ("RECIPIENTS", nothing),
                    ("LANGUAGE", nothing), ("ORIGINAL_OR_COPY", { _ in "as received" }),
                    ("TRANSLATION_OF", nothing), ("SOURCE", source),
                    ("SOURCE_PROTECTED", { _ in "Y" }),
                    ("CHAIN_OF_CUSTODY", { _ in "../report/custody-report.html" }),
                    ("DATE_RECEIVED", received), ("CONFIDENTIALITY", nothing),
                    ("DISCLOSURE_TYPE", nothing),
                    ("DISCLOSURE_DATE", { _ in contents.date.text }),
                    ("REDACTED_VERSION_OF", nothing), ("FILESIZE", size),
                ]
            case .un:
                [
                    ("ANNEX", \.name), ("TITLE", name), ("TYPE", type),
                    ("DATE_CLAIMED", claimed), ("DATE_RECEIVED", received), ("LANGUAGE", nothing),
                    ("CONFIDENTIAL", nothing),
                ]
            case .asylum:
                [
                    ("DOCUMENT", \.name), ("DESCRIPTION", name), ("TYPE", type),
                    ("DATE_CLAIMED", claimed), ("DATE_RECEIVED", received), ("LANGUAGE", nothing),
                    ("TRANSLATION", nothing),
                ]
            }
        return identity + [("SHA256", hash), ("NATIVEPATH", { Self.path($0) })]
    }
}
