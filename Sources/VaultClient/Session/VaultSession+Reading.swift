// SPDX-License-Identifier: Apache-2.0

import Bulk
import Evidence
import Sealing
public import Vault

extension VaultSession {
    /// What was submitted to a case, the manifests opened under a logged access statement.
    ///
    /// A submission that cannot be opened is listed without items, and with the reason.
    public func list(_ caseName: String) async throws -> [SubmissionListing] {
        let reading = try await CaseReading.begin(self, resolve(caseName))
        let access = try await reading.access(
            .manifest,
            for: "list",
            records: reading.view.submissions.filter { !$0.isErased() }.map(\.record)
        )
        var found: [(CaseView.Submitted, Result<OpenedSubmission, UnopenableSubmission>)] = []
        var originals: [Hash: String] = [:]
        for submission in reading.view.submissions {
            let opened = try await reading.attempt(submission, access)
            found.append((submission, opened))
            guard let manifest = try? opened.get().manifest else { continue }
            for item in 0..<manifest.items.count {
                originals[manifest.commitment(toItem: item + 1)] = "\(found.count)/\(item + 1)"
            }
        }
        return found.enumerated().map { place, found in
            SubmissionListing(
                place + 1,
                found.0,
                found.1,
                originals: originals,
                isHeld: reading.view.isHeld || found.0.isHeld
            )
        }
    }

    /// Opens one item to a new file, which appears only when every byte was checked.
    ///
    /// A pipe or a device is refused: what it was given could not be taken back.
    ///
    /// The item is called `submission/item`, as ``list(_:)`` numbers them. The purpose, 1 to 32 of
    /// `a-z`, `0-9` and `-`, stands in the log. Bytes that are not the ones submitted are
    /// ``ClientError`` `.untrusted`.
    public func open(
        _ item: String,
        of caseName: String,
        for purpose: String,
        to path: String,
        replacing: Bool = false,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws {
        let output = try Self.wholeFile(path, replacing: replacing)
        let reading = try await CaseReading.begin(self, resolve(caseName))
        let (submission, place) = try ItemReference.find(item, in: reading.view)
        let record = submission.record
        let manifest = try await reading.access(.manifest, for: purpose, records: [record])
        let opened = try await reading.opened(submission, manifest)
        guard opened.manifest.items.indices.contains(place - 1) else {
            throw ItemReference.missing(item)
        }
        let object = opened.object(place - 1).id
        guard !submission.isErased(object) else {
            throw ClientError(.failed, "item \(item) was erased: nothing of it is left to open")
        }
        let access = try await reading.access(
            .objects,
            for: purpose,
            records: [record],
            objects: [object]
        )
        guard let released = access[record] else { preconditionFailure("the access names it") }
        var writer = output.writer
        let total = ObjectSealer.payloadSize(ofContent: opened.manifest.items[place - 1].size)
        try await unsafe reading.open(
            place - 1,
            of: opened,
            released,
            progress: { progress($0, total) },
            { try unsafe writer.write($0) }
        )
        try output.commit()
    }

    private static func wholeFile(_ path: String, replacing: Bool) throws -> OutputFile {
        do {
            return try OutputFile(
                path: path,
                replaces: replacing,
                mode: 0o600,
                takesStreams: false
            )
        } catch {
            guard error.isStream else { throw error }
            throw ClientError(
                .failed,
                "\"\(path)\" is no file: a pipe or a device would get bytes before all were checked",
                hint: "name a new file, and pass that on"
            )
        }
    }
}

/// How a person names an item: `submission/item`, as ``VaultSession/list(_:)`` numbers them.
enum ItemReference {
    /// Finds the submission and the item's number in it, counted from 1.
    static func find(
        _ text: String,
        in view: CaseView
    ) throws -> (submission: CaseView.Submitted, item: Int) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let number = parts[0], let item = parts[1] else {
            throw ClientError(
                .failed,
                "\"\(text)\" names no item",
                hint: "items are called as `saksi list` shows them, such as 3/1"
            )
        }
        guard let submission = view.submission(number) else { throw missing(text) }
        return (submission, item)
    }

    static func missing(_ text: String) -> ClientError {
        ClientError(.failed, "there is no item \(text) in this case")
    }
}

/// A submission as it is listed.
public struct SubmissionListing: Encodable, Sendable {
    /// Counted from 1 in log order.
    public let number: Int
    /// SHA-256 of the record.
    public let record: String
    /// The records in whose place it is, where it was sealed anew: first the one that was submitted.
    public let earlier: [String]
    /// When the vault accepted it, RFC 3339.
    public let accepted: String
    /// Who submitted it.
    public let submitter: Fingerprint
    /// As it stands now.
    public let consent: [String]
    /// What people asked for beyond that, where the consent was recorded in full.
    public let wishes: [ConsentWish]?
    /// In the manifest's order.
    public let items: [ItemListing]
    /// Why nothing of it can be opened, where that is so.
    public let problem: String?
    /// Whether it may not be erased.
    public let isHeld: Bool
    /// On whose authority all of it was erased, where it was.
    public let erased: String?

    init(
        _ number: Int,
        _ submission: CaseView.Submitted,
        _ opened: Result<OpenedSubmission, UnopenableSubmission>,
        originals: [Hash: String],
        isHeld: Bool
    ) {
        self.isHeld = isHeld
        erased = submission.erasure()?.authority
        self.number = number
        record = submission.record.hex
        earlier = submission.earlier.map(\.hex)
        accepted = submission.logged.entry.accepted.text
        submitter = submission.logged.statement.actor
        consent = submission.consent.map(\.rawValue)
        switch opened {
        case .success(let opened):
            wishes = ConsentWish.all(in: opened.manifest)
            items = opened.manifest.items.enumerated().map {
                let object = opened.object($0).id
                return ItemListing(
                    $0 + 1,
                    $1,
                    object,
                    commitment: opened.manifest.commitment(toItem: $0 + 1),
                    originals: originals,
                    erased: submission.erasure(of: object)?.authority
                )
            }
            problem = nil
        case .failure(let failure):
            wishes = nil
            items = []
            problem = failure.reason
        }
    }

    private enum CodingKeys: String, CodingKey {
        case number, record, earlier, accepted, submitter, consent, wishes, items, problem
        case isHeld = "held"
        case erased
    }
}
