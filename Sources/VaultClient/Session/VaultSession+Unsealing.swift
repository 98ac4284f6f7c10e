// SPDX-License-Identifier: Apache-2.0

public import Evidence
import Vault

extension VaultSession {
    /// Shows facts that a bundle withholds: a folder that goes below the bundle's `addenda/`.
    ///
    /// The selectors name them as for ``export(_:for:to:selection:withholding:progress:)``. The vault logs
    /// an access for the purpose `unseal`; the consent must cover the class of the export as it is now, or
    /// nothing was said of it since that export, which administrators let through.
    /// `progress` is told the bytes of payload that were opened, of all.
    ///
    /// Throws ``ClientError``: `.failed` where the bundle withholds no such fact, the consent does not
    /// cover it, or something exists at the path; `.untrusted` where bytes are not the ones submitted.
    public func unseal(
        _ selectors: [LeafSelector],
        of bundlePath: String,
        to path: String,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws -> UnsealResult {
        try BundleWriter.requireVacant(path)
        let bundle = try ExportedBundle(at: bundlePath)
        let reading = try await CaseReading.begin(self, bundle.export.caseID)
        let exported = Set(bundle.export.records)
        let chosen = reading.view.submissions.enumerated().filter { place, submission in
            !exported.isDisjoint(with: submission.earlier + [submission.record])
                && selectors.contains { $0.concerns(submission: place + 1) }
        }
        for (place, submission) in chosen
        where !reading.view.stillAllows(bundle.export, of: submission) {
            throw ClientError(
                .failed,
                "submission \(place + 1) no longer has consent for "
                    + bundle.export.consentClass.rawValue,
                hint: "`saksi list` shows the consent of each"
            )
        }
        let records = chosen.map(\.element.record)
        let access = try await reading.access(.all, for: "unseal", records: records)
        var submissions: [BundleContents.Submission] = []
        for (place, submission) in chosen {
            let opened = try await reading.opened(submission, access)
            submissions.append(try opened.contents(number: place + 1))
        }
        let writer = try SupplementWriter(selectors, of: submissions, for: bundle, to: path)
        try await reading.write(writer, access, progress)
        try writer.seal()
        return UnsealResult(
            caseID: bundle.export.caseID.hex,
            supplement: path,
            facts: writer.factCount,
            files: writer.files.count
        )
    }
}

extension CaseView {
    /// Whether what an export withheld of a submission may be shown to whom it was for.
    ///
    /// An override covers one export with all that is shown of it later, until the submitter gives another
    /// consent.
    fileprivate func stillAllows(_ export: Export, of submission: Submitted) -> Bool {
        guard !submission.consent.contains(export.consentClass) else { return true }
        let records = submission.earlier + [submission.record]
        let last = entries.last { entry in
            switch entry.statement.act {
            case .export(let act): act == export
            case .consent(let act): records.contains(act.record)
            default: false
            }
        }
        return last?.statement.act.name == .export
    }
}

/// Facts that were shown after all.
public struct UnsealResult: Encodable, Sendable {
    /// 32 hexadecimal digits.
    public let caseID: String
    /// The folder.
    public let supplement: String
    /// How many facts it shows.
    public let facts: Int
    /// How many of them are files, with their bytes.
    public let files: Int

    private enum CodingKeys: String, CodingKey {
        case caseID = "case"
        case supplement, facts, files
    }
}
