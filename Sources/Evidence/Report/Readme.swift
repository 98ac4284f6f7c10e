// SPDX-License-Identifier: Apache-2.0

import Encodings
import Vault

/// `data/README.txt`: what lies in the payload, for who opens the folder.
struct Readme {
    private let contents: BundleContents

    init(_ contents: BundleContents) { self.contents = contents }

    var text: String {
        """
        THE FILES OF THIS EXPORT

        Case \(contents.caseID), for the class "\(contents.consentClass.rawValue)", \(contents.date.text.prefix(10)).

        items/E0001/original/    a file, to the byte as it was submitted; its name is made plain
        items/E0001/shown.txt    what is shown of a text of which a part is withheld
        items/E0001/item.json    what was recorded of it: its name as it was found, size, SHA-256
        items/E0001/metadata.txt what the file says of itself (EXIF and the like), where it was read;
                                 written by the device that made the file, checked by nobody
        custody/log.jsonl        each act on these files that the vault logged, in its order
        custody/log.csv          the same for a spreadsheet, in the words of ISO/IEC 27037 and PREMIS
        report/                  the custody report, where it was made
        loadfile/                a table of the exhibits for document systems, where it was made

        ../VERIFY.txt says how to check that nothing here was changed.

        THE EXHIBITS

        \(contents.exhibits.map(Self.line).joined(separator: "\n"))

        """
    }

    private static func line(_ exhibit: Exhibit) -> String {
        let item = exhibit.item
        let name =
            item.name.map { $0.text.map(VisibleText.spelled) ?? "(a name that is not UTF-8)" }
            ?? "(a name that is withheld)"
        let size = item.file.map { "\($0.size) bytes" } ?? "(withheld)"
        return "\(exhibit.name)  \(size)  \(name)"
    }
}
