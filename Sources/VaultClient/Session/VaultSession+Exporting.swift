// SPDX-License-Identifier: Apache-2.0

import Bulk
public import Evidence
import NIOCore
import Sealing
import Testimony
public import Vault

extension VaultSession {
    /// Exports what a case holds for a class of recipients: a folder that anyone can verify offline.
    ///
    /// Submissions whose consent does not hold the class stay out, and so do those that cannot be
    /// opened. `selection` says what of the case is exported; the facts that `withholding` names are left
    /// out of it, and the bundle says why. The accesses and the export itself are logged before the folder
    /// appears; a failed export leaves no folder. It is sealed with the device's export key, which must have
    /// been made before. `documents` says which report and tables lie beside the
    /// files. `authorities` time-stamp the seal; one that does not leaves the bundle whole, and is named in the
    /// result. Where the files have more bytes than `partSize`, the folder holds several bundles, each an export
    /// of its own. `progress` is told the bytes of payload that were opened, of all, for each bundle.
    ///
    /// Throws ``ClientError``: `.failed` where no submission may be given to the class, or something
    /// exists at the path; `.untrusted` where bytes are not the ones submitted. ``UnfinishedExport`` names the entries
    /// of what failed after it was logged.
    public func export(
        _ caseName: String,
        for consentClass: ConsentClass,
        to path: String,
        selection: ExportSelection = .all,
        withholding: [Withholding] = [],
        partSize: UInt64? = nil,
        documents: ExportDocuments = ExportDocuments(),
        stampedBy authorities: Authorities? = nil,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws -> ExportResult {
        try BundleWriter.requireVacant(path)
        let signer = try await exportSigner()
        let reading = try await CaseReading.begin(self, resolve(caseName))
        let chosen = try reading.view.chosen(selection)
        let covered = chosen.filter {
            $0.submission.allows(consentClass) && !$0.submission.isErased()
        }
        if selection.namesSubmissions,
            let left = chosen.first(where: { !$0.submission.allows(consentClass) })
        {
            throw left.submission.refusal(left.number, consentClass)
        }
        guard !covered.isEmpty else {
            if let gone = chosen.first(where: { $0.submission.allows(consentClass) }) {
                throw ClientError(.failed, "submission \(gone.number) was erased")
            }
            throw ClientError(
                .failed,
                "no submission of this case has consent for \(consentClass.rawValue)",
                hint: "`saksi list` shows the consent of each"
            )
        }
        guard covered.count <= CaseReading.statementLimit else {
            throw ClientError(
                .failed,
                "too many submissions for one export: got \(covered.count), at most "
                    + "\(CaseReading.statementLimit)",
                hint: "name some of them with --submission or --items"
            )
        }
        let records = covered.map(\.submission.record)
        let access = try await reading.access(.all, for: "export", records: records)
        var opened: [(number: Int, submission: OpenedSubmission)] = []
        var unopenable: [Int] = []
        for (number, submission) in covered {
            switch try await reading.attempt(submission, access) {
            case .success(let found):
                if !submission.overrides.contains(consentClass) {
                    try found.requireConsent(number, consentClass)
                }
                opened.append((number, found))
            case .failure: unopenable.append(number)
            }
        }

        // Seen again, so that the accesses above are among the entries the bundle shows.
        let view = try await view(of: reading.view.id)
        let submissions = try opened.map { number, submission in
            try submission.contents(
                number: number,
                items: selection.items(of: number, among: view.kept(of: submission))
            )
        }
        try selection.requireUse(submissions)
        let date = UTCTime(seconds: VaultClock.deviceTime)
        let contents = try await contents(
            of: submissions,
            in: view,
            for: consentClass,
            withholding: withholding,
            date: date
        )
        let making = BundleMaking(
            reading: reading,
            access: access,
            signer: signer,
            documents: documents,
            authorities: authorities,
            progress: progress
        )
        let parts = partSize.map { contents.parts(ofAtMost: $0) } ?? []
        let made =
            parts.count > 1
            ? try await makeBundles(of: parts, of: view.id, consentClass, date, at: path, making)
            : [try await makeBundle(contents, at: path, making)]
        return ExportResult(
            caseID: view.id.hex,
            bundle: path,
            submissions: opened.count,
            withheld: chosen.count { !$0.submission.allows(consentClass) },
            erased: chosen.flatMap { view.erased($0.number) },
            unopenable: unopenable,
            files: made.reduce(0) { $0 + $1.files },
            manifest: made[0].manifest,
            seal: made[0].seal,
            stamps: made[0].stamps,
            unstamped: made.flatMap(\.unstamped),
            statement: made[0].statement,
            index: made[0].index,
            parts: made.count > 1 ? made : nil
        )
    }

    func contents(
        of submissions: [BundleContents.Submission],
        in view: CaseView,
        for consentClass: ConsentClass,
        withholding: [Withholding] = [],
        date: UTCTime
    ) async throws -> BundleContents {
        var identities = [identity.record]
        for actor in Set(view.entries.map(\.statement.actor)) {
            identities.append(try await members.record(of: actor))
        }
        var contents = try BundleContents(
            caseID: view.id,
            consentClass: consentClass,
            submissions: submissions,
            withholding: withholding,
            receipts: view.entries.map { try Receipt(parsing: $0.receipt) },
            identities: identities,
            logKeys: try await governance().logKeys,
            date: date
        )
        contents.stamps = try await stamps(of: contents.submitted)
        return contents
    }
}

extension CaseReading {
    /// Opens every file of a bundle, or of a supplement, into it.
    func write(
        _ writer: some ObjectTaker,
        _ access: [Hash: Hash],
        _ progress: (UInt64, UInt64) -> Void
    ) async throws {
        let sources = writer.files.map { file in
            guard let access = access[file.record] else {
                preconditionFailure("the access names each record")
            }
            return ObjectDownload.Source(object: file.object, access: access)
        }
        let total = sources.reduce(0) { $0 + $1.object.payloadSize }
        var done: UInt64 = 0
        var output: FileWriter?
        var opening = 0
        do {
            try await download(sources, checksSegments: false).forEach { piece in
                opening = piece.source
                if let envelope = piece.envelope {
                    let file = writer.files[piece.source]
                    output = try file.object.judging(
                        envelope,
                        isRewrapped: file.epoch < view.epoch
                    ) {
                        try writer.begin(
                            file,
                            envelope: envelope,
                            identities: identities,
                            epoch: view.epoch
                        )
                    }
                }
                done += UInt64(piece.segment.readableBytes)
                try unsafe piece.segment.withUnsafeMutableReadableBytes {
                    try unsafe output?.add($0)
                }
                if piece.isLast, let whole = output.take() { try writer.finish(whole) }
                progress(done, total)
            }
        } catch let error as OpenError {
            // Bytes that are not the ones in the record are the vault's doing, all else the submitter's.
            try await download([sources[opening]]).forEach { _ in }
            throw error
        }
    }
}

extension CaseView.Submitted {
    /// Why it may not be given to a class.
    fileprivate func refusal(_ number: Int, _ consentClass: ConsentClass) -> ClientError {
        let held = consent.map(\.rawValue).joined(separator: ", ")
        return ClientError(
            .failed,
            "submission \(number) may not be given to \(consentClass.rawValue): its consent holds "
                + (held.isEmpty ? "nobody" : held),
            hint: "ask the people first; administrators alone can decide otherwise, with "
                + "`saksi consent override`"
        )
    }
}

extension OpenedSubmission {
    /// Holds what the submission says of the consent to the record of it that was sealed, if there is one.
    ///
    /// The program that submits sees to that; another one may not have.
    fileprivate func requireConsent(_ number: Int, _ consentClass: ConsentClass) throws(ClientError)
    {
        let refusing = manifest.consentRecord?.refusing(consentClass) ?? []
        guard !refusing.isEmpty else { return }
        throw ClientError(
            .failed,
            "submission \(number) may not be given to \(consentClass.rawValue): in the sealed record of "
                + "the consent, \(refusing.joined(separator: ", ")) did not allow that",
            hint:
                "whoever submitted it said otherwise: ask them; `saksi consent narrow` puts it right"
        )
    }

    /// What a bundle or a supplement is made from.
    func contents(
        number: Int,
        items: Set<Int>? = nil
    ) throws(BundleError) -> BundleContents.Submission {
        try BundleContents.Submission(
            number: number,
            record: record,
            commitments: commitments,
            manifest: manifest,
            items: items
        )
    }
}

extension CaseView {
    /// The numbers of the items of a submission that were not erased, from 1.
    fileprivate func kept(of opened: OpenedSubmission) -> Set<Int> {
        let record = opened.record.hash
        let submission = submissions.first { $0.record == record }
        let places = opened.manifest.items.indices
        return Set(
            places.filter { submission?.isErased(opened.object($0).id) != true }.map { $0 + 1 }
        )
    }

    /// What was erased of a submission: `3` where it was all of it, or the ids of objects.
    fileprivate func erased(_ number: Int) -> [String] {
        guard let submission = submission(number) else { return [] }
        guard !submission.isErased() else { return ["\(number)"] }
        return submission.erased.flatMap(\.objects).map { "\(number), object \($0.hex)" }
    }

    /// The submissions of which a selection takes items, each with its number.
    fileprivate func chosen(
        _ selection: ExportSelection
    ) throws -> [(number: Int, submission: Submitted)] {
        if case .submissions(let numbers) = selection {
            for number in numbers.sorted() where submission(number) == nil {
                throw ClientError(.failed, "there is no submission \(number) in this case")
            }
        }
        return (1..<submissions.count + 1).compactMap { number in
            guard selection.takes(submission: number), let submission = submission(number) else {
                return nil
            }
            return (number, submission)
        }
    }
}

/// An export that was logged, and the bundle that it made.
public struct ExportResult: Encodable, Sendable {
    /// 32 hexadecimal digits.
    public let caseID: String
    /// The folder: the bundle, or that of all parts.
    public let bundle: String
    /// Submissions in the bundle.
    public let submissions: Int
    /// Submissions that stayed out, because their consent does not hold the class.
    public let withheld: Int
    /// What was erased of the submissions: their numbers, some with the id of an object.
    public let erased: [String]
    /// The numbers of submissions that stayed out, because nobody can open them.
    public let unopenable: [Int]
    /// Original files in the bundle.
    public let files: Int
    /// SHA-256 of the payload's manifest, which the logged statement names.
    public let manifest: String
    /// SHA-256 of `SEAL.txt`, the number for the paper certificate.
    public let seal: String
    /// The times of the seal's time-stamps, RFC 3339.
    public let stamps: [String]
    /// Authorities that did not stamp the seal, each with the reason.
    public let unstamped: [String]
    /// SHA-256 of the statement's text.
    public let statement: String
    /// The leaf index of the entry.
    public let index: UInt64
    /// The parts, by number, where there are several; what stands above of one bundle is of the first.
    public let parts: [MadeBundle]?
    /// The files that were sealed to whom the export is for; `nil` where none was asked for.
    public var deliveries: [DeliveredBundle]?

    private enum CodingKeys: String, CodingKey {
        case caseID = "case", bundle, submissions, withheld, erased, unopenable, files, manifest,
            seal
        case stamps, unstamped, statement, index, parts, deliveries
    }
}
