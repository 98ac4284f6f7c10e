// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// The events of the exported items, read from the entries of the log: one JSON line each.
enum CustodyLog {
    /// - Parameters:
    ///   - receipts: by index, ascending; without the export that makes this bundle.
    ///   - submissions: the names of the submissions by their records, also those that were replaced.
    ///   - records: the records that are in the bundle.
    ///   - exhibits: the items of the bundle.
    /// - Returns: The lines.
    static func bytes(
        of receipts: [Receipt],
        submissions: [Hash: String],
        records: [SubmissionRecord],
        exhibits: [Exhibit]
    ) -> [UInt8] {
        // The leaves name the objects of the record that was submitted; of a later one, only the record
        // itself tells which object is which item.
        let replaced = Set(receipts.compactMap(\.replacingRecord))
        let known = Dictionary(
            records.map { ($0.hash, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var bytes: [UInt8] = []
        for receipt in receipts {
            let statement = receipt.entry.signed.statement
            let names = statement.act.records.compactMap { submissions[$0] }
            let touched = exhibits.filter { exhibit in
                guard names.contains(exhibit.submission) else { return false }
                guard case .access(let access) = statement.act, access.scope == .objects else {
                    return true
                }
                let record = access.records[0]
                guard replaced.contains(record) else {
                    return access.objects.contains(exhibit.item.object)
                }
                guard let objects = known[record]?.objects, exhibit.number < objects.count else {
                    return true
                }
                return access.objects.contains(objects[exhibit.number].id)
            }
            let members = [
                JSONMember("index", .number(receipt.index)),
                JSONMember("accepted", receipt.entry.accepted.text),
                JSONMember("act", statement.act.name.rawValue),
                JSONMember("actor", statement.actor.hex),
                JSONMember("time", statement.time.text),
                JSONMember("statement", receipt.entry.signed.id.hex),
                JSONMember("submissions", .array(names.map { .string($0) })),
                JSONMember("exhibits", .array(touched.map { .string($0.name) })),
            ]
            JSONValue.object(members + details(of: statement.act)).write(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

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
