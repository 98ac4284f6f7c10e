// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
public import Vault

extension VaultSession {
    /// Keeps evidence from being erased, or lets it be erased again.
    ///
    /// - Parameters:
    ///   - items: The submissions, as ``list(_:)`` numbers them or by the SHA-256 of their records; none
    ///     for the whole case. Who does not read the case names it by its id, and records.
    ///   - caseName: The case.
    ///   - state: ``HoldState/on`` is the owner's to decide alone; ``HoldState/off`` is not.
    ///   - seconds: How long others may sign it.
    ///   - confirm: Is told what it does; nothing is signed before it returns.
    /// - Returns: What came of it.
    /// - Throws: ``ClientError``, or what `confirm` throws.
    public func hold(
        _ items: [String],
        of caseName: String,
        _ state: HoldState,
        for seconds: Int64,
        confirm: ([String]) throws -> Void
    ) async throws -> Decision {
        let id = try await resolve(caseName)
        let view = try await view(of: id, for: items)
        let records = try items.map { try NamedEvidence.submission($0, in: view) }
        let act = Hold(
            expires: try deadline(in: seconds),
            caseID: id,
            state: state,
            records: records
        )
        return try await decide(.hold(act), confirm: confirm)
    }

    /// Has evidence destroyed: its envelopes and payloads go from the vault's store, the log and every
    /// proof stay.
    ///
    /// - Parameters:
    ///   - item: A submission, or one item of it such as `3/1`, which is opened for that under a logged
    ///     access; or the SHA-256 of a submission's record.
    ///   - objects: Of the submission only these.
    ///   - caseName: The case; by its id where this person does not read it.
    ///   - authority: On whose: 1 to 32 of `a-z`, `0-9` and `-`.
    ///   - seconds: How long others may sign it.
    ///   - confirm: Is told what it does; nothing is signed before it returns.
    /// - Returns: What came of it.
    /// - Throws: ``ClientError``, `.refused` while it is held; or what `confirm` throws.
    public func erase(
        _ item: String,
        objects: [ObjectID] = [],
        of caseName: String,
        authority: String,
        for seconds: Int64,
        confirm: ([String]) throws -> Void
    ) async throws -> Decision {
        let id = try await resolve(caseName)
        let named = try NamedEvidence(item, in: try await view(of: id, for: [item]))
        var objects = objects
        if let place = named.item {
            objects.append(try await object(place, of: named.record, in: id, calledAs: item))
        }
        let act = Erase(
            expires: try deadline(in: seconds),
            caseID: id,
            record: named.record,
            objects: objects,
            authority: authority
        )
        return try await decide(.erase(act), confirm: confirm)
    }

    /// The case, where an item is named by a number in it.
    func view(of id: CaseID, for items: [String]) async throws -> CaseView? {
        items.contains { Hash(hex: $0) == nil } ? try await view(of: id) : nil
    }

    /// The object of an item, which only the manifest tells.
    private func object(
        _ place: Int,
        of record: Hash,
        in id: CaseID,
        calledAs item: String
    ) async throws -> ObjectID {
        let reading = try await CaseReading.begin(self, id)
        guard let submission = reading.view.submissions.first(where: { $0.record == record })
        else { throw ItemReference.missing(item) }
        let access = try await reading.access(.manifest, for: "erase", records: [record])
        let opened = try await reading.opened(submission, access)
        guard opened.manifest.items.indices.contains(place - 1) else {
            throw ItemReference.missing(item)
        }
        return opened.object(place - 1).id
    }
}

/// A submission, or an item of it, as a person names it.
struct NamedEvidence {
    let record: Hash
    /// The item's number, where one is named.
    var item: Int?

    /// The record of a whole submission.
    ///
    /// - Throws: ``ClientError`` also where an item of one is named: what was meant for that would be done to all.
    static func submission(_ text: String, in view: CaseView?) throws -> Hash {
        let named = try NamedEvidence(text, in: view)
        guard named.item == nil else {
            throw ClientError(
                .failed,
                "got \(text): this is done to whole submissions only",
                hint: "name the submission: \(text.prefix { $0 != "/" })"
            )
        }
        return named.record
    }

    /// Reads `3`, `3/1` or the SHA-256 of a record; the view is there unless all are the last.
    init(_ text: String, in view: CaseView?) throws {
        if let record = Hash(hex: text) {
            self.record = record
        } else if let view, text.contains("/") {
            let found = try ItemReference.find(text, in: view)
            record = found.submission.record
            item = found.item
        } else if let submission = Int(text).flatMap({ view?.submission($0) }) {
            record = submission.record
        } else {
            throw ClientError(
                .failed,
                "there is no submission \"\(text)\" in this case",
                hint: "submissions are called as `saksi list` numbers them"
            )
        }
    }
}
