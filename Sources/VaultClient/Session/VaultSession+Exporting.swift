// SPDX-License-Identifier: Apache-2.0

import Bulk
public import Evidence
import NIOCore
import Sealing
public import Vault

extension VaultSession {
    /// Exports what a case holds for a class of recipients: a folder that anyone can verify offline.
    ///
    /// Submissions whose consent does not hold the class stay out, and so do those that cannot be
    /// opened. `selection` says what of the case is exported; the facts that `withholding` names are left
    /// out of it, and the bundle says why. The accesses and the export itself are logged before the folder
    /// appears; a failed export leaves no folder. It is sealed with the device's export key, which must have
    /// been made before. `documents` says which report and tables lie beside the
    /// files. `progress` is told the bytes of payload that were opened, of all.
    ///
    /// Throws ``ClientError``: `.failed` where no submission may be given to the class, or something
    /// exists at the path; `.untrusted` where bytes are not the ones submitted.
    public func export(
        _ caseName: String,
        for consentClass: ConsentClass,
        to path: String,
        selection: ExportSelection = .all,
        withholding: [Withholding] = [],
        documents: ExportDocuments = ExportDocuments(),
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws -> ExportResult {
        try BundleWriter.requireVacant(path)
        let signer = try await exportSigner()
        let reading = try await CaseReading.begin(self, resolve(caseName))
        let chosen = try reading.view.chosen(selection)
        let covered = chosen.filter {
            $0.submission.consent.contains(consentClass) && !$0.submission.isErased()
        }
        guard !covered.isEmpty else {
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
            case .success(let submission): opened.append((number, submission))
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
        var contents = try await contents(
            of: submissions,
            in: view,
            for: consentClass,
            withholding: withholding
        )
        contents.stamps = try await stamps(of: contents.submitted)
        let writer = try BundleWriter(contents, to: path)
        try await reading.write(writer, access, progress)
        try await documents.add(
            to: writer,
            for: consentClass,
            by: identity.record.fingerprint,
            at: contents.date
        )
        let manifest = try writer.writePayload()
        let act = contents.export(manifest: manifest, key: signer.publicKey.name)
        let logged = try await post(sign(.export(act)))
        let seal = try writer.seal(with: Receipt(parsing: logged.receipt), by: signer)
        try writer.finish()
        return ExportResult(
            caseID: view.id.hex,
            bundle: path,
            submissions: opened.count,
            withheld: chosen.count { !$0.submission.consent.contains(consentClass) },
            erased: chosen.flatMap { view.erased($0.number) },
            unopenable: unopenable,
            files: writer.files.count,
            manifest: manifest.hex,
            seal: Hash(hashing: seal).hex,
            statement: logged.entry.signed.id.hex,
            index: logged.index
        )
    }

    private func contents(
        of submissions: [BundleContents.Submission],
        in view: CaseView,
        for consentClass: ConsentClass,
        withholding: [Withholding]
    ) async throws -> BundleContents {
        var identities = [identity.record]
        for actor in Set(view.entries.map(\.statement.actor)) {
            identities.append(try await members.record(of: actor))
        }
        return try BundleContents(
            caseID: view.id,
            consentClass: consentClass,
            submissions: submissions,
            withholding: withholding,
            receipts: view.entries.map { try Receipt(parsing: $0.receipt) },
            identities: identities,
            logKeys: try await governance().logKeys,
            date: UTCTime(seconds: VaultClock.deviceTime)
        )
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
        try await download(sources).forEach { piece in
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
    }
}

extension OpenedSubmission {
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
    /// The folder.
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
    /// SHA-256 of the statement's text.
    public let statement: String
    /// The leaf index of the entry.
    public let index: UInt64

    private enum CodingKeys: String, CodingKey {
        case caseID = "case", bundle, submissions, withheld, erased, unopenable, files, manifest,
            seal
        case statement, index
    }
}
