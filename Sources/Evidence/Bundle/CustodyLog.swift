// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Vault

/// The events of the exported items, read from the entries of the log.
struct CustodyLog {
    /// An entry, and what of the bundle it concerns.
    struct Line {
        /// Counts from 1, without a gap.
        let number: Int
        let receipt: Receipt
        let submissions: [String]
        let exhibits: [String]

        var statement: Statement { receipt.entry.signed.statement }
    }

    let lines: [Line]

    /// - Parameters:
    ///   - receipts: by index, ascending; without the export that makes this bundle.
    ///   - submissions: the names of the submissions by their records, also those that were replaced.
    ///   - records: the records that are in the bundle.
    ///   - exhibits: the items of the bundle.
    init(
        of receipts: [Receipt],
        submissions: [Hash: String],
        records: [SubmissionRecord],
        exhibits: [Exhibit]
    ) {
        // The leaves name the objects of the record that was submitted; of a later one, only the record
        // itself tells which object is which item.
        let replaced = Set(receipts.compactMap(\.replacingRecord))
        let known = Dictionary(
            records.map { ($0.hash, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let places = Dictionary(grouping: exhibits.indices) { exhibits[$0].submission }
        lines = receipts.enumerated().map { number, receipt in
            let statement = receipt.entry.signed.statement
            let names = statement.act.records.compactMap { submissions[$0] }
            let named = Set(names).flatMap { places[$0] ?? [] }.sorted().map { exhibits[$0] }
            let touched = named.filter { exhibit in
                guard case .access(let access) = statement.act, access.scope == .objects else {
                    return true
                }
                let record = access.records[0]
                guard replaced.contains(record) else {
                    // Which object a withheld file was, the bundle does not tell.
                    return exhibit.item.file.map { access.objects.contains($0.object) } ?? true
                }
                guard let objects = known[record]?.objects, exhibit.number < objects.count else {
                    return true
                }
                return access.objects.contains(objects[exhibit.number].id)
            }
            return Line(
                number: number + 1,
                receipt: receipt,
                submissions: names,
                exhibits: touched.map(\.name)
            )
        }
    }

    /// `log.jsonl`: one JSON line each.
    var jsonLines: [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            let statement = line.statement
            let members = [
                JSONMember("index", .number(line.receipt.index)),
                JSONMember("accepted", line.receipt.entry.accepted.text),
                JSONMember("act", statement.act.name.rawValue),
                JSONMember("actor", statement.actor.hex),
                JSONMember("time", statement.time.text),
                JSONMember("statement", line.receipt.entry.signed.id.hex),
                JSONMember("submissions", .array(line.submissions.map { .string($0) })),
                JSONMember("exhibits", .array(line.exhibits.map { .string($0) })),
            ]
            JSONValue.object(members + Self.details(of: statement.act)).write(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// `log.csv`: the same in the words of ISO/IEC 27037 and PREMIS, for a spreadsheet.
    var table: [UInt8] {
        var text = CSVText.byteOrderMark + CSVText.line(Self.columns)
        var previous = ""
        for line in lines {
            let words = CustodyWords(line.statement.act)
            let id = line.receipt.entry.signed.id.hex
            text += CSVText.line([
                "\(line.number)", "\(line.receipt.index)", line.receipt.entry.accepted.text,
                line.statement.time.text, line.statement.act.name.rawValue, words.handling,
                words.premis, line.statement.actor.hex, words.role, words.reason, words.from,
                words.to, words.outcome, line.submissions.joined(separator: " "),
                line.exhibits.joined(separator: " "), id, previous,
            ])
            previous = id
        }
        return Array(text.utf8)
    }

    private static let columns = [
        "number", "log index", "accepted (UTC)", "claimed (UTC)", "act", "ISO/IEC 27037", "PREMIS",
        "actor", "role", "reason", "from", "to", "outcome", "submissions", "exhibits", "statement",
        "previous statement",
    ]

    private static func details(of act: Act) -> [JSONMember] {
        switch act {
        case .access(let access):
            [
                JSONMember("purpose", access.purpose), JSONMember("scope", access.scope.rawValue),
            ]
        case .export(let export):
            [
                JSONMember("class", export.consentClass.rawValue),
                JSONMember("manifest", export.manifest.hex),
            ]
        case .exportOverride(let override):
            [
                JSONMember("class", override.consentClass.rawValue),
                JSONMember("authority", override.authority),
            ]
        case .submit(let submit): [classes(submit.classes)]
        case .consent(let consent): [classes(consent.classes)]
        case .custody(let custody):
            [
                JSONMember("event", custody.event.rawValue),
                JSONMember("occurred", custody.occurred.text),
            ]
        case .caseRotate(let rotate): [JSONMember("reason", rotate.reason.rawValue)]
        case .erase(let erase): [JSONMember("authority", erase.authority)]
        case .hold(let hold): [JSONMember("state", hold.state.rawValue)]
        case .reencrypt(let act): [JSONMember("reason", act.reason.rawValue)]
        case .genesis, .invite, .enrol, .policy, .rekey, .revoke, .logKey, .freeze, .caseOpen,
            .caseGrant, .caseRemove, .caseEscrow, .caseRecover:
            []
        }
    }

    private static func classes(_ classes: [ConsentClass]) -> JSONMember {
        JSONMember("classes", .array(classes.map { .string($0.rawValue) }))
    }
}

extension Receipt {
    /// The record that the entry puts in the place of another.
    fileprivate var replacingRecord: Hash? {
        guard case .reencrypt(let act) = entry.signed.statement.act else { return nil }
        return act.record
    }
}
